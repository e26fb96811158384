import { beforeAll, describe, expect, test } from '@jest/globals';
import SqliteDatabase from 'libsql';
import type Stripe from 'stripe';
import { adminRole, readTrail } from '../audit/audit-kit.ts';
import { runCli } from '../cli/run-cli.ts';
import { linkCustomerMutation, unlinkCustomerMutation } from '../helpers/admin-operations.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { createTestApp, returnUrl } from '../helpers/test-app.ts';
import { type WebhookApp, createEvent, createWebhookApp } from '../webhooks/webhook-kit.ts';

const key = 'acme_user_id';
let app: WebhookApp;
let replica: Awaited<ReturnType<typeof createTestApp>>;

beforeAll(async () => {
  const env = {
    CUSTOMER_CREATION: 'on_demand',
    LINK_BY_METADATA_KEY: key,
    LINK_BY_CLIENT_REFERENCE_ID: 'true',
  };
  app = await createWebhookApp(env);
  await app.sdk.rawRequest('POST', '/_control/portal_settings', {});
  const { databaseUrl, stripe } = app.config;
  replica = await createTestApp({
    ...env,
    DATABASE_URL: databaseUrl,
    STRIPE_API_URL: stripe.apiUrl?.href,
  });
});

async function findLinked(userId: string): Promise<string | undefined> {
  return (await app.database.customers.findByUserId(userId))?.stripeCustomerId;
}

async function administer(document: typeof unlinkCustomerMutation, userId: string): Promise<void> {
  const token = await app.createToken({ userId: 'root', roles: [adminRole] });
  (await app.execute({ document, variables: { userId }, token })).expectData();
}

function runCommand(...args: string[]) {
  const env = { DATABASE_URL: app.config.databaseUrl, STRIPE_SCOPE: app.config.stripe.scope };
  return runCli(args, { env });
}

async function openSession(
  userId: string,
  by: Pick<WebhookApp, 'createToken' | 'execute'> = app,
): Promise<void> {
  const token = await by.createToken({ userId, email: `${userId}@example.com` });
  (await by.execute({ document: createSessionMutation, variables: { returnUrl }, token })).expectData();
}

/** Everything that an event about the customer can do. */
async function deliverAll({ id }: Pick<Stripe.Customer, 'id'>): Promise<void> {
  const customer = await app.sdk.customers.retrieve(id);
  for (const type of ['customer.created', 'customer.updated'])
    expect((await app.deliver(createEvent(type, { ...customer }))).status).toBe(200);
}

/** A user who is linked by an event. */
async function linkByEvent(userId: string): Promise<Stripe.Customer> {
  const customer = await app.sdk.customers.create({ metadata: { [key]: userId } });
  await deliverAll(customer);
  expect(await findLinked(userId)).toBe(customer.id);
  return customer;
}

describe.each([
  ['unlinkCustomer', (userId: string) => administer(unlinkCustomerMutation, userId)],
  ['the command unlink', (userId: string) => runCommand('unlink', userId)],
  ['the command erase', (userId: string) => runCommand('erase', userId, '--yes')],
])('a link that was removed by %s', (name, remove) => {
  const prefix = name.replace(/\W/g, '');

  test('is not made again by an event, whatever the metadata says', async () => {
    const customer = await linkByEvent(`${prefix}-event`);
    await remove(`${prefix}-event`);

    await deliverAll(customer);

    expect(await findLinked(`${prefix}-event`)).toBeUndefined();
  });

  test('is not made again by a session of any replica, which creates another customer', async () => {
    const userId = `${prefix}-session`;
    const { id } = await linkByEvent(userId);
    await remove(userId);

    await openSession(userId, replica);
    const next = await findLinked(userId);
    expect(next).not.toBe(id);
    expect(next).toMatch(/^cus_/);
    await remove(userId);
    await openSession(userId);
    expect([id, next]).not.toContain(await findLinked(userId));
  });

  test('is made again by an administrator, and stays', async () => {
    const userId = `${prefix}-admin`;
    const customer = await linkByEvent(userId);
    await remove(userId);
    const token = await app.createToken({ userId: 'root', roles: [adminRole] });
    const variables = { userId, stripeCustomerId: customer.id };
    (await app.execute({ document: linkCustomerMutation, variables, token })).expectData();

    await deliverAll(customer);
    await openSession(userId);

    expect(await findLinked(userId)).toBe(customer.id);
  });

  test('leaves the customer to another user whom the metadata names later', async () => {
    const customer = await linkByEvent(`${prefix}-before`);
    await remove(`${prefix}-before`);
    await app.sdk.customers.update(customer.id, { metadata: { [key]: `${prefix}-after` } });

    await deliverAll(customer);

    expect(await findLinked(`${prefix}-after`)).toBe(customer.id);
  });
});

test('a customer that a session created is not given back to its user after it was unlinked', async () => {
  await openSession('created');
  const first = await findLinked('created');
  await administer(unlinkCustomerMutation, 'created');
  await openSession('created');

  expect(await findLinked('created')).not.toBe(first);
});

test('after an erasure neither events nor the audit trail bring the user id back, and no row says it', async () => {
  const userId = 'ada.lovelace@erased.example';
  const customer = await linkByEvent(userId);
  await runCommand('erase', userId, '--yes');
  const before = app.logs.length;

  await deliverAll(customer);
  await runCommand('resync');

  expect(await readTrail(app, { userId })).toEqual([]);
  expect(app.logs.slice(before).join('')).not.toContain(userId);
  expect(readAllRows(app.config.databaseUrl)).not.toContain(userId);
});

function readAllRows(databaseUrl: string): string {
  const file = new SqliteDatabase(databaseUrl.replace(/^sqlite:/, ''), { readonly: true });
  const rows = ['customers', 'audit', 'records'].map((table) =>
    file.prepare(`SELECT * FROM ${table}`).all([]),
  );
  file.close();
  return JSON.stringify(rows);
}

test('erase says what remains at Stripe', async () => {
  const { id } = await linkByEvent('remains');

  const { stdout } = await runCommand('erase', 'remains', '--yes');

  expect(stdout).toContain(`Customer ${id} remains at Stripe`);
  expect(stdout).toMatch(/metadata/);
  expect((await runCommand('erase', 'remains', '--yes')).stdout).toContain('There is no data about');
});
