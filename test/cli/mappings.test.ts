import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import Connection from 'libsql';
import { resetConnection, sendError, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import { type CliResult, runCli } from './run-cli.ts';
import { SnapshotRegister } from '../../src/account/customer-sync.service.ts';
import type { Features } from '../../src/app.ts';
import { commandLine } from '../../src/audit/audit-trail.service.ts';
import { withFeatures } from '../../src/cli/features.ts';
import { loadStoreConfig } from '../../src/config/command-config.ts';
import { CreationAttempts } from '../../src/customers/creation-attempts.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { EmailLinkRegister } from '../../src/email-links/email-link-register.ts';
import { type Platform } from '../../src/platform.ts';

const folder = createTemporaryFolder();
let databases = 0;
let databaseUrl: string;
beforeEach(() => {
  databaseUrl = `sqlite:${join(folder, `${(databases += 1)}.db`)}`;
});

/** Runs a command on a database of the test's own, in scope test and without a key. */
function run(args: string, typed?: string): Promise<CliResult> {
  return runCli(args.split(' '), { env: { DATABASE_URL: databaseUrl, STRIPE_SCOPE: 'test' }, typed });
}

describe('link', () => {
  test('links a user, and the same once more is no change', async () => {
    expect(await run('link ada cus_1 --no-verify')).toEqual({
      stdout: 'Linked user "ada" to cus_1 in scope test.\n',
      stderr: '',
      exitCode: 0,
    });
    expect(await run('link ada cus_1 --no-verify')).toMatchObject({
      stdout: expect.stringContaining('Already linked'),
      exitCode: 0,
    });
  });

  test('says that Stripe was not asked when there is no key', async () => {
    expect(await run('link ada cus_1')).toMatchObject({
      stderr: expect.stringContaining('STRIPE_SECRET_KEY is not set'),
      exitCode: 0,
    });
  });

  test.each([
    ['link ada cus_2', 'User "ada" is linked to another Stripe customer. Unlink the user first.\n'],
    ['link bob cus_1', 'Stripe customer "cus_1" is linked to another user. Unlink that user first.\n'],
    ['link bob sub_1', 'a Stripe customer id looks like cus_NffrFeUfNV2Hib\n'],
    [`link ${'x'.repeat(256)} cus_2`, 'a user id must be at most 255 characters\n'],
  ])('%s is refused', async (command, stderr) => {
    await run('link ada cus_1 --no-verify');
    expect(await run(`${command} --no-verify`)).toEqual({ stdout: '', stderr, exitCode: 1 });
  });

  test.each([
    [' ada', 'Not linked: the user id " ada" has white space around it, or unreadable characters.\n'],
    // How Node decodes an argument in another encoding than UTF-8.
    ['m\uFFFDller', /^Not linked: the user id "m.ller" has /],
    ['ada\u200b', /^Not linked: the user id "ada.u\{200b\}" has /],
  ])('refuses a user id that tokens hardly carry: %j', async (userId, stderr) => {
    const env = { DATABASE_URL: databaseUrl, STRIPE_SCOPE: 'test' };
    const result = await runCli(['link', userId, 'cus_1', '--no-verify'], { env });
    expect(result).toMatchObject({ stdout: '', exitCode: 1 });
    expect(result.stderr).toMatch(stderr);
    expect((await run('links')).stdout).toBe('');
  });

  test.each([
    'link',
    'link ada',
    'link ada cus_1 --errors x.txt',
    'link ada --from x.csv',
    'link ada cus_1 x',
  ])('takes no command line such as: %s', async (command) => {
    expect(await run(command)).toMatchObject({ stderr: expect.stringMatching(/^error: .*\n/), exitCode: 1 });
  });
});

describe('link, asking Stripe', () => {
  test('links a customer that Stripe has, and neither a deleted one nor one it does not know', async () => {
    const { localStripe, stripe } = await startLocalStripe();
    const [customer, deleted] = [await stripe.customers.create({}), await stripe.customers.create({})];
    await stripe.customers.del(deleted.id);

    const env = {
      DATABASE_URL: databaseUrl,
      STRIPE_SECRET_KEY: 'sk_test_1',
      STRIPE_API_URL: localStripe.url,
    };
    expect(await runCli(['link', 'ada', customer.id], { env })).toMatchObject({ stderr: '', exitCode: 0 });
    expect(await runCli(['link', 'bob', deleted.id], { env })).toEqual({
      stdout: '',
      stderr: 'Stripe has no such customer in this mode of the account.\n',
      exitCode: 1,
    });
    expect(await runCli(['link', 'bob', 'cus_mistyped'], { env })).toMatchObject({
      stderr: 'Stripe has no such customer in this mode of the account.\n',
      exitCode: 1,
    });
    expect((await runCli(['links', '--json'], { env })).stdout.trim().split('\n')).toHaveLength(1);
  });

  test('links nothing when the customer is of another mode, or Stripe refuses or fails', async () => {
    const stripe = await startFaultyStripe();
    const env = { DATABASE_URL: databaseUrl, STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_URL: stripe.url };
    const message =
      "No such customer: 'cus_1'; a similar object exists in live mode, but a test mode key was used.";
    stripe.answerBy(sendError(404, { message, code: 'resource_missing', param: 'id' }));
    expect((await runCli(['link', 'ada', 'cus_1'], { env })).stderr).toContain('in this mode of the account');

    stripe.answerBy(sendError(401, { message: 'Invalid API Key provided: sk_test_*****1' }));
    const refused = await runCli(['link', 'ada', 'cus_1'], { env });
    expect(refused).toMatchObject({ stdout: '', exitCode: 1 });
    expect(refused.stderr).toMatch(
      /^Stripe refused the request: Invalid API Key provided.*\nAdd --no-verify/,
    );

    stripe.answerBy(resetConnection);
    expect(await runCli(['link', 'ada', 'cus_1'], { env })).toMatchObject({ stdout: '', exitCode: 1 });
    expect((await runCli(['links'], { env })).stdout).toBe('');

    expect(await runCli(['link', 'ada', 'cus_1', '--no-verify'], { env })).toMatchObject({ exitCode: 0 });
  });
});

describe('unlink', () => {
  test('removes the link and names it', async () => {
    await run('link ada cus_1 --no-verify');
    expect(await run('unlink ada')).toEqual({
      stdout: 'Unlinked user "ada" from cus_1 in scope test.\n',
      stderr: '',
      exitCode: 0,
    });
    expect((await run('links')).stdout).toBe('');
  });

  test('fails when there is nothing to remove, in this scope', async () => {
    await run('link ada cus_1 --no-verify');
    const env = { DATABASE_URL: databaseUrl, STRIPE_SECRET_KEY: 'sk_live_1' };
    expect(await runCli(['unlink', 'ada'], { env })).toEqual({
      stdout: '',
      stderr: 'User "ada" is not linked in scope live.\n',
      exitCode: 1,
    });
  });
});

describe('links', () => {
  async function linkMany(count: number): Promise<void> {
    const database = await openDatabase({ url: databaseUrl, scope: 'test' });
    await database.customers.linkMany(
      Array.from({ length: count }, (_, index) => ({
        userId: `user_${String(index).padStart(5, '0')}`,
        stripeCustomerId: `cus_${index}`,
      })),
    );
    await database.close();
  }

  test('shows a table', async () => {
    await run('link ada cus_1 --no-verify');
    await run('link a-user-with-a-long-id cus_NffrFeUfNV2Hib --no-verify');
    const database = await openDatabase({ url: databaseUrl, scope: 'test' });
    await database.customers.update('ada', { contractEndsAt: new Date('2031-05-01T12:34:56Z') });
    await database.close();
    const { stdout, stderr } = await run('links');
    expect(stderr).toBe('');
    expect(stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d$/gm, 'NOW')).toBe(
      [
        'USER                   CUSTOMER            CONTRACT ENDS     LINKED AT',
        'a-user-with-a-long-id  cus_NffrFeUfNV2Hib  -                 NOW',
        'ada                    cus_1               2031-05-01 12:34  NOW',
        '',
      ].join('\n'),
    );
  });

  test('shows what is invisible in an id, and lets none of it act on the terminal', async () => {
    const database = await openDatabase({ url: databaseUrl, scope: 'test' });
    await database.customers.link({ userId: 'a\u009b31m\u202eb', stripeCustomerId: 'cus_1' });
    await database.close();
    expect((await run('links')).stdout).toContain('a\\u{9b}31m\\u{202e}b  cus_1');
  });

  test('prints JSON lines with --json', async () => {
    await run('link ada cus_1 --no-verify');
    const { stdout } = await run('links --json');
    expect(JSON.parse(stdout)).toEqual({
      userId: 'ada',
      stripeCustomerId: 'cus_1',
      contractEndsAt: null,
      attributes: {},
      linkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  test.each([499, 500, 501, 1_001])('lists all of %d, in order and once', async (count) => {
    await linkMany(count);
    const lines = (await run('links --json')).stdout.trimEnd().split('\n');
    const userIds = lines.map((line) => (JSON.parse(line) as { userId: string }).userId);
    expect(userIds).toHaveLength(count);
    expect(userIds).toEqual([...new Set(userIds)].sort());
    expect((await run('links')).stdout.trimEnd().split('\n')).toHaveLength(count + 1);
  });

  test.each(['links', 'links --json'])(
    '%s prints nothing on stdout when no user is linked',
    async (command) => {
      expect(await run(command)).toEqual({
        stdout: '',
        stderr: 'No user is linked in scope test.\n',
        exitCode: 0,
      });
    },
  );
});

describe('erase', () => {
  test('removes what is kept, says so, and once more is no failure', async () => {
    await run('link ada cus_1 --no-verify');
    await run('link bob cus_2 --no-verify');
    expect(await run('erase ada --yes')).toEqual({
      stdout: expect.stringContaining(
        'Erased the data about user "ada" in scope test:\n' +
          "  the user's id, in 1 entry of the audit trail\n" +
          '  the link to cus_1, with its contract end and attributes\n',
      ),
      stderr: '',
      exitCode: 0,
    });
    expect(await run('erase ada --yes')).toEqual({
      stdout: 'There is no data about user "ada" in scope test.\n',
      stderr: '',
      exitCode: 0,
    });
    expect((await run('links')).stdout).toMatch(/^USER.*\nbob .*\n$/);
  });

  test('asks at a terminal, and goes on at yes', async () => {
    await run('link ada cus_1 --no-verify');
    const { stdout, stderr, exitCode } = await run('erase ada', 'yes\n');
    expect(stderr).toContain('Erase all data about user "ada" in scope test? Type yes to continue: ');
    expect({ stdout, exitCode }).toEqual({
      stdout: expect.stringContaining('the link to cus_1'),
      exitCode: 0,
    });
  });

  test.each([['no\n'], ['\n'], ['y\n'], ['no\nyes\n'], ['']])(
    'erases nothing when %j is typed',
    async (typed) => {
      await run('link ada cus_1 --no-verify');
      const { stderr, exitCode } = await run('erase ada', typed);
      expect(stderr).toMatch(/Nothing was erased\.\n$/);
      expect(exitCode).toBe(1);
      expect((await run('links')).stdout).toContain('ada');
    },
  );

  test('erases nothing without a terminal, unless --yes says so', async () => {
    await run('link ada cus_1 --no-verify');
    expect(await run('erase ada')).toEqual({
      stdout: '',
      stderr: 'There is no terminal for the confirmation: add --yes to erase.\n',
      exitCode: 1,
    });
    expect((await run('links')).stdout).toContain('ada');
  });
});

test.each([
  ['unlink ada', true],
  ['erase ada --yes', true],
  ['erase ada --yes', false],
])('%s removes what was read of the customer (linked: %p)', async (command, isLinked) => {
  if (isLinked) await run('link ada cus_1 --no-verify');
  const database = await openDatabase({ url: databaseUrl, scope: 'test' });
  const snapshots = new SnapshotRegister(database.records);
  const link = { userId: 'ada', stripeCustomerId: 'cus_1' };
  await snapshots.replace(null, link, { readAt: new Date(), facts: null, goneSince: new Date() });

  const { stdout } = await run(command);

  expect(stdout.includes('the stored snapshot of the customer')).toBe(command.startsWith('erase'));
  expect(await snapshots.find(link)).toBeNull();
  await database.close();
});

describe('what the features keep about a user', () => {
  const path = join(folder, 'erase.db');
  const env = { DATABASE_URL: `sqlite:${path}`, STRIPE_SCOPE: 'test' };
  const config = { ...loadStoreConfig(env), logLevel: 'silent' as const };
  const userId = 'user-to-be-erased';
  const link = { userId, stripeCustomerId: 'cus_erased1' };

  /** Has every feature keep something about the user. */
  async function keepEverything({ customers }: Features, { database }: Platform): Promise<void> {
    const { records } = database;
    const now = new Date();
    await customers.admin.link(commandLine, link, false);
    await customers.directory.update(userId, { attributes: { tier: 'gold' } });
    const other = { userId, stripeCustomerId: 'cus_other' };
    await customers.conflicts.report(other, now, commandLine);
    await new CreationAttempts(records).join(userId, null, { email: 'ada@example.com', isOver: false });
    await new SnapshotRegister(records).replace(null, link, { readAt: now, facts: null, goneSince: now });
    const emailLinks = new EmailLinkRegister(records);
    const expiresAt = new Date(now.getTime() + 60_000);
    const returnUrl = 'https://app.example.com/';
    const emailLink = { ...link, id: 'a'.repeat(64), returnUrl, flow: null, singleUse: true };
    await emailLinks.add({ ...emailLink, createdAt: now, expiresAt });
    await emailLinks.use({ ...emailLink, createdAt: now, expiresAt }, now);
  }

  /** Every row of every table, as text. */
  function readRows(): string {
    const connection = new Connection(path);
    const tables = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as {
      name: string;
    }[];
    const rows = tables.map(({ name }) => connection.prepare(`SELECT * FROM "${name}"`).all());
    connection.close();
    return JSON.stringify(rows);
  }

  test('erase removes what each feature keeps about a user, and reports every part', async () => {
    await withFeatures(process, config, keepEverything);
    expect(readRows()).toContain(userId);

    const { stdout, stderr, exitCode } = await runCli(['erase', userId, '--yes'], { env });

    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    for (const part of [
      'audit trail',
      "the customer's billing",
      '1 link for e-mails',
      'the link to cus_erased1',
    ])
      expect(stdout).toContain(part);
    for (const part of ['1 conflict about other customers', 'a customer creation'])
      expect(stdout).toContain(part);
    expect(stdout).toContain('Customer cus_other remains at Stripe');
    for (const personal of [userId, 'cus_erased1', 'cus_other', 'ada@example.com', 'gold'])
      expect(readRows()).not.toContain(personal);
  });

  test('a customer linked on the command line is no conflict afterwards, as after linkCustomer', async () => {
    const bob = { userId: 'bob', stripeCustomerId: 'cus_bob' };
    await withFeatures(process, config, async ({ customers: { conflicts } }) => {
      await conflicts.report(bob, new Date(), commandLine);
    });

    await runCli(['link', bob.userId, bob.stripeCustomerId, '--no-verify'], { env });

    await withFeatures(process, config, async ({ customers: { conflicts } }) => {
      expect(await conflicts.listOf('bob')).toEqual([]);
    });
  });

  test('erase --json prints one object, for a user without data too', async () => {
    const runJson = async (user: string): Promise<unknown> =>
      JSON.parse((await runCli(['erase', user, '--yes', '--json'], { env })).stdout);
    await runCli(['link', 'eve', 'cus_eve', '--no-verify'], { env });
    expect(await runJson('eve')).toEqual({
      userId: 'eve',
      scope: 'test',
      removed: expect.arrayContaining(['the link to cus_eve, with its contract end and attributes']),
      stripeCustomerIds: ['cus_eve'],
    });
    const nothing = { removed: [], stripeCustomerIds: [] };
    expect(await runJson('kim')).toEqual({ userId: 'kim', scope: 'test', ...nothing });
  });
});

describe('the audit trail', () => {
  const path = join(folder, 'store.db');
  const env = { DATABASE_URL: `sqlite:${path}`, STRIPE_SCOPE: 'test' };

  /** Lets the intent be recorded, and nothing after it. */
  function refuseOutcomes(): void {
    const database = new Connection(path);
    database.exec(`CREATE TRIGGER refuse_outcomes BEFORE INSERT ON audit WHEN NEW.step <> 'intended'
      BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`);
    database.close();
  }

  test('a command that cannot record its outcome says so on stderr', async () => {
    await runCli(['links'], { env });
    refuseOutcomes();
    expect(await runCli(['link', 'ada', 'cus_1', '--no-verify'], { env })).toEqual({
      stdout: 'Linked user "ada" to cus_1 in scope test.\n',
      stderr: expect.stringMatching(/^{.*"failed to record an outcome in the audit trail".*}\n$/),
      exitCode: 0,
    });
  });
});
