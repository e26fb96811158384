import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import Database from 'libsql';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { type CliProcess, program, startCli } from './cli-process.ts';
import { runCli } from './run-cli.ts';

const folder = createTemporaryFolder();
const file = join(folder, 'customers.csv');
const total = 60_000;
const badLines = Array.from({ length: 50 }, (_, index) => 500 + 997 * index);
const good = total - badLines.length;
const isBad = new Set(badLines);
writeFileSync(
  file,
  Array.from(
    { length: total },
    (_, index) => `user_${index},${isBad.has(index + 1) ? 'bad' : 'cus'}_${index}\r\n`,
  ).join(''),
);

const getEnv = (name: string) => ({ DATABASE_URL: `sqlite:${join(folder, name)}`, STRIPE_SCOPE: 'test' });

/** Starts an import, waits until it has linked some, and interrupts it. Returns how many are linked then. */
async function interrupt(
  name: string,
  signal: NodeJS.Signals,
): Promise<{ linked: number; result: Awaited<CliProcess['result']> }> {
  await runCli(['links'], { env: getEnv(name) });
  const database = new Database(join(folder, name));
  const count = database.prepare('SELECT count(*) AS linked FROM customers');
  const importing = startCli(['link', '--from', file], getEnv(name));
  try {
    while ((count.get() as { linked: number }).linked < 10_000) await sleep(2);
    importing.kill(signal);
    const result = await importing.result;
    return { linked: (count.get() as { linked: number }).linked, result };
  } finally {
    database.close();
  }
}

test('loses nothing when it is killed in the middle, and the second run links the rest', async () => {
  const { linked, result } = await interrupt('killed.db', 'SIGKILL');
  expect(result.exitCode).toBeNull();
  expect(linked).toBeLessThan(good);

  const secondRun = await runCli(['link', '--from', file], { env: getEnv('killed.db') });
  expect(secondRun).toMatchObject({
    stdout: `linked ${good - linked}, unchanged ${linked}, refused ${badLines.length}\n`,
    exitCode: 1,
  });
  expect([...secondRun.stderr.matchAll(/^(\d+) {2,}/gm)].map(([, line]) => Number(line))).toEqual(badLines);

  const { stdout } = await runCli(['links', '--json'], { env: getEnv('killed.db') });
  const links = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { userId: string; stripeCustomerId: string });
  expect(links).toHaveLength(good);
  expect(links.every((link) => link.stripeCustomerId === link.userId.replace('user', 'cus'))).toBe(true);

  const listing = startCli(['links'], getEnv('killed.db'));
  listing.closeStdout();
  expect(await listing.result).toEqual({ stdout: '', stderr: '', exitCode: 0 });
}, 60_000);

test('stops at SIGINT, and what it reports as linked is linked', async () => {
  const { linked, result } = await interrupt('interrupted.db', 'SIGINT');
  expect(result).toMatchObject({
    exitCode: 130,
    stdout: expect.stringMatching(`^linked ${linked}, unchanged 0, refused `),
  });
  expect(result.stderr).toMatch(
    /Stopped after line \d+: interrupted by SIGINT\.\nRun it again to continue.*\n$/,
  );
  expect(linked).toBeLessThan(good);
}, 60_000);

test('goes on when a pipe for its messages closes, as behind head', async () => {
  const bad = join(folder, 'bad.csv');
  const lines = Array.from({ length: 20_000 }, (_, index) => `user_${index},bad\n`);
  writeFileSync(bad, `${lines.join('')}ada,cus_ada\n`);
  const importing = startCli(['link', '--from', bad], getEnv('closed.db'));
  importing.closeStderr();
  expect(await importing.result).toEqual({
    stdout: `linked 1, unchanged 0, refused ${lines.length}\n`,
    stderr: '',
    exitCode: 1,
  });
}, 60_000);

test.each(['--version', 'links'])(
  '%s says in one line that the output cannot be written, and fails',
  async (command) => {
    const env = getEnv('full.db');
    await startCli(['link', 'ada', 'cus_1'], env).result;
    // Every write to this device fails, as on a full disk.
    const output = openSync('/dev/full', 'w');
    const { stderr, status } = spawnSync(process.execPath, [...program, command], {
      stdio: ['ignore', output, 'pipe'],
      encoding: 'utf8',
      env: { TSX_TSCONFIG_PATH: join(import.meta.dirname, '../../tsconfig.json'), ...env },
    });
    closeSync(output);
    expect({ stderr, status }).toEqual({ stderr: 'The output cannot be written (ENOSPC).\n', status: 1 });
  },
);

test.each([['links'], ['serve']])('%s says that .env cannot be read, without a stack', async (command) => {
  const cwd = createTemporaryFolder();
  mkdirSync(join(cwd, '.env'));
  expect(await startCli([command], {}, cwd).result).toEqual({
    stdout: '',
    stderr: '.env cannot be read (EISDIR): make it a file that this user may read, or remove it.\n',
    exitCode: 78,
  });
});
