import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import Connection from 'libsql';
import { createFeatures } from '../../src/app.ts';
import { SnapshotRegister } from '../../src/account/customer-sync.service.ts';
import { commandLine } from '../../src/audit/audit-trail.service.ts';
import { withPlatform } from '../../src/cli/platform.ts';
import { loadStoreConfig } from '../../src/config/command-config.ts';
import { CreationAttempts } from '../../src/customers/creation-attempts.ts';
import { EmailLinkRegister } from '../../src/email-links/email-link-register.ts';
import type { Platform } from '../../src/platform.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { runCli } from './run-cli.ts';

const path = join(createTemporaryFolder(), 'billing.db');
const env = { DATABASE_URL: `sqlite:${path}`, STRIPE_SCOPE: 'test' };
const config = { ...loadStoreConfig(env), logLevel: 'silent' as const };
const userId = 'user-to-be-erased';
const link = { userId, stripeCustomerId: 'cus_erased1' };

/** Has every feature keep something about the user. */
async function keepEverything(platform: Platform): Promise<void> {
  const { customers } = createFeatures(platform, config, null);
  const { records } = platform.database;
  const now = new Date();
  await customers.admin.link(commandLine, link, false);
  await customers.directory.update(userId, { attributes: { tier: 'gold' } });
  const other = { userId, stripeCustomerId: 'cus_other' };
  await customers.conflicts.report(other, { actor: commandLine, at: now });
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
  await withPlatform(process, config, keepEverything);
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
  await withPlatform(process, config, async (platform) => {
    const { conflicts } = createFeatures(platform, config, null).customers;
    await conflicts.report(bob, { actor: commandLine, at: new Date() });
  });

  await runCli(['link', bob.userId, bob.stripeCustomerId, '--no-verify'], { env });

  await withPlatform(process, config, async (platform) => {
    expect(await createFeatures(platform, config, null).customers.conflicts.listOf('bob')).toEqual([]);
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
