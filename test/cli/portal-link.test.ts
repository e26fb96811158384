import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Environment } from '../../src/config/environment.ts';
import { openDatabase } from '../../src/database/database.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { type CliResult, runCli } from './run-cli.ts';

const returnUrl = 'https://app.example.com/account';
const create = `create ada --return-url ${returnUrl}`;

let env: Environment;

beforeEach(async () => {
  env = {
    DATABASE_URL: `sqlite:${join(createTemporaryFolder(), 'billing.db')}`,
    STRIPE_SCOPE: 'test',
    PUBLIC_URL: 'https://billing.example.com',
    RETURN_URLS: 'https://app.example.com',
  };
  await withDatabase(({ customers }) => customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' }));
});

async function withDatabase<T>(
  use: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<T>,
): Promise<T> {
  const database = await openDatabase({ url: env['DATABASE_URL'] ?? '', scope: 'test' });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

const run = (command: string, changes: Environment = {}): Promise<CliResult> =>
  runCli(['portal-link', ...command.split(' ')], { env: { ...env, ...changes } });

const readTrail = () => withDatabase(async ({ audit }) => (await audit.list({ first: 100 })).entries);

describe('portal-link create', () => {
  test('prints the URL alone on stdout, and on stderr what else there is to know', async () => {
    const { stdout, stderr, exitCode } = await run(create);

    expect(stdout).toMatch(/^https:\/\/billing\.example\.com\/portal-links\/[\w-]{43}\n$/);
    expect(stderr).toMatch(
      /^Works once, until \d{4}-\d\d-\d\d \d\d:\d\d UTC, for user "ada" in scope test\. To revoke it: portal-link revoke [0-9a-f]{64}\n$/,
    );
    expect(exitCode).toBe(0);
  });

  test('takes a time, a task and more than one use, all on the record without the URL', async () => {
    const { stdout, stderr } = await run(
      `${create} --expires-in 36h --flow payment_method_update --reusable`,
    );

    expect(stderr).toMatch(/^Works until /);
    const [entry] = await readTrail();
    expect(entry).toMatchObject({
      actor: 'cli',
      action: 'create_portal_link',
      userId: 'ada',
      target: 'cus_1',
      details: { flow: 'payment_method_update', expiresIn: '129600 s', use: 'repeated' },
      outcome: 'succeeded',
    });
    expect(JSON.stringify(entry)).not.toContain(stdout.trim().slice(-43));
    expect((await run('list ada')).stdout).toMatch(/ until   .* payment_method_update, reusable\n$/);
  });

  test.each([
    ['PUBLIC_URL', { PUBLIC_URL: '' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'http://billing.example.com' }],
    ['RETURN_URLS', { RETURN_URLS: '' }],
  ])('names %s when it is %j, and exits with 78', async (name, changes) => {
    const { stdout, stderr, exitCode } = await run(create, changes);
    expect(stderr).toMatch(new RegExp(`^The configuration has faults:\n  ${name}: .*\n$`));
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 78 });
  });

  test.each([
    ['create ada', /--return-url/],
    ['create ada --return-url https://evil.example', /RETURN_URLS/],
    [`create nobody --return-url ${returnUrl}`, /No customer is linked/],
    [`${create} --expires-in 31d`, /30 days/],
    [`${create} --expires-in soon`, /such as 7d/],
    [`${create} --flow subscription_update_confirm`, /choices/],
  ])('refuses %s', async (command, reason) => {
    const { stdout, stderr, exitCode } = await run(command);
    expect(stderr).toMatch(reason);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect((await run('list ada')).stdout).toBe('');
  });
});

describe('portal-link list', () => {
  test('shows what became of each link, and no URL', async () => {
    const { stdout: url } = await run(create);
    await run(`${create} --reusable`);
    const { stdout } = await run('list ada');
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^[0-9a-f]{64} {2}made .{16} {2}until {3}.{16} {2}home page, reusable$/),
      expect.stringMatching(/^[0-9a-f]{64} {2}made .{16} {2}until {3}.{16} {2}home page$/),
      '',
    ]);
    expect(stdout).not.toContain(url.trim().slice(-43));
  });

  test('says when there are none', async () => {
    expect(await run('list ada')).toEqual({
      stdout: '',
      stderr: 'User "ada" has no links in scope test.\n',
      exitCode: 0,
    });
  });
});

describe('portal-link revoke', () => {
  test('ends a link, once', async () => {
    const { stderr } = await run(create);
    const id = /revoke (\w{64})/.exec(stderr)?.[1] ?? '';
    expect(await run(`revoke ${id}`)).toEqual({ stdout: 'Revoked the link.\n', stderr: '', exitCode: 0 });
    const again = await run(`revoke ${id}`);
    expect(again.stderr).toMatch(/^There was nothing to revoke/);
    expect(again.exitCode).toBe(1);
    expect((await run('list ada')).stdout).toBe('');
    const entries = await readTrail();
    expect(entries.map(({ action }) => action)).toEqual([
      'revoke_portal_link',
      'revoke_portal_link',
      'create_portal_link',
    ]);
  });

  test("ends all of a user's", async () => {
    for (const command of [create, create]) await run(command);
    expect(await run('revoke --user ada')).toEqual({
      stdout: 'Revoked 2 links of user "ada" in scope test.\n',
      stderr: '',
      exitCode: 0,
    });
  });

  test.each(['revoke', `revoke ${'0'.repeat(64)} --user ada`, 'revoke something'])(
    '%s is a mistake',
    async (command) => {
      const { stderr, exitCode } = await run(command);
      expect(stderr).not.toBe('');
      expect(exitCode).toBe(1);
    },
  );
});

test('erase removes links, and what says that they were used', async () => {
  const { stderr } = await run(create);
  await withDatabase(async ({ records }) => {
    const key = /revoke (\w{64})/.exec(stderr)?.[1] ?? '';
    const expiresAt = new Date(Date.now() + 1e6);
    const content = { usedAt: new Date() };
    await records.insert('portal-link-use', { key, nonce: 'n', owner: 'ada', content, expiresAt });
  });
  expect((await run('list ada')).stdout).toContain('used');

  const { stdout } = await runCli(['erase', 'ada', '--yes'], { env });

  expect(stdout).toContain('  1 link for e-mails, used or not\n');
  await withDatabase(async ({ records }) => {
    expect(await records.listOf('portal-link', 'ada')).toEqual([]);
    expect(await records.listOf('portal-link-use', 'ada')).toEqual([]);
  });
});
