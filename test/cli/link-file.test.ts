import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, jest, test } from '@jest/globals';
import { type Step, runSteps } from '../../src/cli/steps.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { type CliResult, Collector, runCli } from './run-cli.ts';

const folder = createTemporaryFolder();
let count = 0;
let database: string;
let file: string;
beforeEach(() => {
  count += 1;
  database = join(folder, `${count}.db`);
  file = join(folder, `${count}.csv`);
});

function run(args: readonly string[]): Promise<CliResult> {
  return runCli(args, { env: { DATABASE_URL: `sqlite:${database}`, STRIPE_SCOPE: 'test' } });
}

function importText(text: string, ...options: string[]): Promise<CliResult> {
  writeFileSync(file, text);
  return run(['link', '--from', file, ...options]);
}

async function listUserIds(): Promise<string[]> {
  const { stdout } = await run(['links', '--json']);
  return stdout
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { userId: string }).userId]));
}

test('links every line, and passes over what is linked when it is run again', async () => {
  const text = 'user_id,stripe_customer_id\nada,cus_1\nbob,cus_2\n';
  expect(await importText(text)).toEqual({
    stdout: 'linked 2, unchanged 0, refused 0\n',
    stderr: '',
    exitCode: 0,
  });
  expect(await importText(`${text}eve,cus_3\n`)).toEqual({
    stdout: 'linked 1, unchanged 2, refused 0\n',
    stderr: '',
    exitCode: 0,
  });
  expect(await listUserIds()).toEqual(['ada', 'bob', 'eve']);
});

const mixed = [
  'ada,cus_1',
  'bob,cus_9',
  'eve,cus_1',
  'ada,cus_5',
  'ada,cus_1',
  'joe,bad',
  '"kim,cus_7',
  'lea,cus_6',
];
const mixedRefusals = [
  'LINE    REASON',
  '2       user "bob" is linked to another customer',
  '3       customer cus_1 is linked to another user',
  '4       user "ada" is linked to another customer',
  '6       a Stripe customer id looks like cus_NffrFeUfNV2Hib',
  '7       its quotes do not match',
  '',
].join('\n');

test('reports every bad line by its number, in order, and links all others', async () => {
  await run(['link', 'bob', 'cus_2', '--no-verify']);
  expect(await importText(mixed.join('\n'))).toEqual({
    stdout: 'linked 2, unchanged 1, refused 5\n',
    stderr: mixedRefusals,
    exitCode: 1,
  });
  expect(await listUserIds()).toEqual(['ada', 'bob', 'lea']);
});

test('writes bad lines to the file of --errors, replacing its content', async () => {
  await run(['link', 'bob', 'cus_2', '--no-verify']);
  const errors = join(folder, 'refused.txt');
  writeFileSync(errors, 'of an earlier run\n'.repeat(100));
  expect(await importText(mixed.join('\n'), '--errors', errors)).toMatchObject({ stderr: '', exitCode: 1 });
  expect(readFileSync(errors, 'utf8')).toBe(mixedRefusals);
});

test.each([[true], [false]])(
  'prints bad lines and totals as JSON with --json; to a file: %s',
  async (toFile) => {
    await run(['link', 'bob', 'cus_2', '--no-verify']);
    const errors = join(folder, 'refused.jsonl');
    const options = toFile ? ['--errors', errors] : [];
    const { stdout, stderr, exitCode } = await importText(mixed.join('\n'), '--json', ...options);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ linked: 2, unchanged: 1, refused: 5 });
    const lines = (toFile ? readFileSync(errors, 'utf8') : stderr).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      line: 2,
      reason: 'user "bob" is linked to another customer',
    });
  },
);

test('shows the headings of bad lines once, also when they are many batches apart', async () => {
  const good = Array.from({ length: 1_200 }, (_, index) => `user_${index},cus_${index}\n`).join('');
  const { stderr } = await importText(`joe,bad\n${good}kim,bad\n`);
  expect(stderr).toMatch(/^LINE {4}REASON\n1 {7}a Stripe.*\n1202 {4}a Stripe.*\n$/);
});

test('refuses --json without --from', async () => {
  const { stdout, stderr, exitCode } = await run(['link', 'ada', 'cus_1', '--no-verify', '--json']);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  expect(stderr).toContain('give a user and a customer, or a file with --from');
});

test('does not take the file it reads for the file of --errors', async () => {
  const result = await importText('ada,cus_1\n', '--errors', join(folder, '.', `${count}.csv`));
  expect(result).toMatchObject({
    stdout: '',
    exitCode: 1,
    stderr: expect.stringContaining('give another file'),
  });
  expect(readFileSync(file, 'utf8')).toBe('ada,cus_1\n');
});

test.each([
  ['a file that is not there', 'none.csv', 'none.csv cannot be read (ENOENT).\n'],
  ['a folder', '.', ' is a folder: give a file.\n'],
])('fails on %s', async (_what, name, stderr) => {
  expect(await run(['link', '--from', join(folder, name)])).toEqual({
    stdout: '',
    stderr: expect.stringContaining(stderr),
    exitCode: 1,
  });
});

test('fails before it links anything where refused lines cannot be written', async () => {
  expect(await importText('ada,cus_1\n', '--errors', join(folder, 'none', 'refused.txt'))).toEqual({
    stdout: '',
    stderr: expect.stringContaining('refused.txt cannot be written (ENOENT).\n'),
    exitCode: 1,
  });
  expect(await listUserIds()).toEqual([]);
});

test('shows a line every few seconds', async () => {
  jest.useFakeTimers();
  try {
    const [stdout, stderr] = [new Collector(), new Collector()];
    async function* steps(): AsyncGenerator<Step> {
      yield { status: 'linked 5', share: 0.25 };
      await jest.advanceTimersByTimeAsync(5_000);
      yield { status: 'linked 10', share: 0.5 };
      yield { status: 'linked 15', share: 0.75 };
    }
    await runSteps({ stdout, stderr }, { steps, summarize: () => 'linked 15', describeStop: String });
    expect(stderr.text).toBe('linked 10 (50%)\n');
    expect(stdout.text).toBe('linked 15\n');
  } finally {
    jest.useRealTimers();
  }
});
