import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import Libsql from 'libsql';
import { SnapshotRegister } from '../../src/account/customer-sync.service.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { adminRole } from '../audit/audit-kit.ts';
import type { BillingCustomerQuery } from '../generated/graphql.ts';
import {
  customerMappingQuery,
  customerMappingsQuery,
  unlinkCustomerMutation,
} from '../helpers/admin-operations.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { billingCustomerQuery } from '../helpers/operations.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

const dayMs = 24 * 60 * 60_000;

let app: TestApp;
let database: Database;
let snapshots: SnapshotRegister;
let passedMs = 0;
let userId: string;
let customer: string;

const webhooks = { STRIPE_WEBHOOK_SECRETS: 'whsec_of_the_tests' };
const now = (): Date => new Date(Date.now() + passedMs);

beforeAll(async () => {
  app = await createTestApp(webhooks, { now });
  database = await openDatabase({ url: app.config.databaseUrl, scope: 'test' });
  closeAfterTests(() => database.close());
  snapshots = new SnapshotRegister(database.records);
});

beforeEach(async () => {
  passedMs = 0;
  userId = `user-${randomUUID()}`;
  customer = await createCustomer(app, userId);
});

async function createCustomer(service: TestApp, user: string): Promise<string> {
  const { id } = await service.sdk.customers.create({ name: 'before' });
  await service.link(user, id);
  return id;
}

const rename = (name: string) => app.sdk.customers.update(customer, { name });

async function ask(fresh = false, service = app): Promise<GraphqlAnswer<BillingCustomerQuery>> {
  const token = await service.createToken({ userId });
  return service.execute({ document: billingCustomerQuery, variables: { fresh }, token });
}

/** The caller's customer, and whether Stripe was asked. */
async function read(fresh = false, service = app) {
  const before = service.stripe.requests.length;
  const { billingCustomer } = (await ask(fresh, service)).expectData();
  return {
    name: billingCustomer?.name,
    asOf: billingCustomer?.asOf,
    asked: service.stripe.requests.length > before,
    billingCustomer,
  };
}

const findRecord = () => database.records.find('customer-snapshot', customer);

describe('billingCustomer with webhooks', () => {
  test('asks Stripe once, and answers the same from what is kept', async () => {
    const first = await read();
    expect(first).toMatchObject({ name: 'before', asked: true });

    expect(await read()).toEqual({ ...first, asked: false });
  });

  test('asks Stripe when that is called for, and agrees with it from then on', async () => {
    const first = await read();
    await rename('after');

    expect(await read()).toMatchObject({ name: 'before', asOf: first.asOf, asked: false });
    const fresh = await read(true);
    expect(fresh).toMatchObject({ name: 'after', asked: true });
    expect(Date.parse(String(fresh.asOf))).toBeGreaterThan(Date.parse(String(first.asOf)));
    expect(await read()).toEqual({ ...fresh, asked: false });
  });

  test.each([
    ['more than a day old', dayMs + 1_000, true],
    ['almost a day old', dayMs - 60_000, false],
    ['of a clock that was far ahead', -dayMs - 1_000, true],
  ])('that is %s', async (_title, ageMs, asked) => {
    await read();
    await rename('after');
    passedMs = ageMs;

    expect(await read()).toMatchObject({ name: asked ? 'after' : 'before', asked });
  });

  test.each([
    ['another release wrote', { content: { readAt: new Date().toISOString(), goneSince: null, facts: {} } }],
    ['is of another user', { owner: 'somebody else' }],
  ])('asks Stripe when what is kept %s, and keeps its answer instead', async (_title, changes) => {
    await read();
    const record = await findRecord();
    if (record === null) throw new Error('nothing was kept');
    await database.records.remove('customer-snapshot', record);
    await database.records.insert('customer-snapshot', { ...record, nonce: randomUUID(), ...changes });
    await rename('after');

    expect(await read()).toMatchObject({ name: 'after', asked: true });
    expect(await read()).toMatchObject({ name: 'after', asked: false });
  });

  test('asks Stripe where a crash left nothing', async () => {
    await read();
    const record = await findRecord();
    if (record !== null) await snapshots.remove(record);

    expect(await read()).toMatchObject({ asked: true });
    expect(await findRecord()).not.toBeNull();
  });

  test('keeps what is shown, and no more of it', async () => {
    const params = { payment_method: 'pm_card_visa', email: 'ada@example.com', description: 'planted' };
    await app.sdk.customers.update(customer, { description: 'planted', metadata: { planted: 'planted' } });
    const method = await app.sdk.paymentMethods.attach(params.payment_method, { customer });
    await app.sdk.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
    const { id: price } = await app.sdk.prices.create({
      currency: 'usd',
      product_data: { name: 'Pro' },
      recurring: { interval: 'month' },
      unit_amount: 900,
    });
    const { latest_invoice: invoice } = await app.sdk.subscriptions.create({
      customer,
      items: [{ price }],
      collection_method: 'send_invoice',
      days_until_due: 30,
    });
    const { hosted_invoice_url: url } = await app.sdk.invoices.finalizeInvoice(invoice as string);
    expect(url).toMatch(/^http/);
    const { asOf } = await read();

    const record = await findRecord();
    const details = expect.objectContaining({ brand: 'visa', last4: '4242' });
    expect(record?.content).toMatchObject({
      readAt: asOf,
      goneSince: null,
      facts: {
        email: null,
        invoice_settings: {
          default_payment_method: { object: 'payment_method', type: 'card', details },
        },
        subscriptions: [{ latest_invoice: { status: 'open', amount_remaining: 900 } }],
      },
    });
    expect(JSON.stringify(record)).not.toMatch(/planted|fingerprint|pm_|https?:/);
  });
});

describe('what cannot be kept is still told', () => {
  test.each([false, true])('when the lease is held by another (fresh: %p)', async (fresh) => {
    if (fresh) await read();
    await rename('after');
    const lease = {
      key: `customer:${customer}`,
      nonce: randomUUID(),
      owner: null,
      content: {},
      expiresAt: new Date(Date.now() + 60_000),
    };
    await database.records.insert('lease', lease);
    const start = performance.now();

    expect(await read(fresh)).toMatchObject({ name: 'after', asked: true });
    expect(performance.now() - start).toBeLessThan(5_000);
    await database.records.remove('lease', lease);
  });

  test('when the store does not take it', async () => {
    const lock = new Libsql(app.config.databaseUrl.replace(/^sqlite:/, ''));
    lock.exec('BEGIN IMMEDIATE');
    try {
      expect(await read(true)).toMatchObject({ name: 'before', asked: true });
    } finally {
      lock.exec('ROLLBACK');
      lock.close();
    }

    expect(app.logs.filter((line) => line.includes(customer)).join()).toContain('STORE_UNAVAILABLE');
    expect(await findRecord()).toBeNull();
  });

  test('but a failure of Stripe is one', async () => {
    await app.sdk.rawRequest('POST', '/_control/faults', {
      path: `/v1/customers/${customer}`,
      status: 401,
      times: 1,
    });

    (await ask(true)).expectError('STRIPE_MISCONFIGURED');
  });
});

describe('a customer who was deleted at Stripe', () => {
  const asAdmin = async () => app.createToken({ userId: 'root', roles: [adminRole] });

  async function findGoneSince(): Promise<unknown[]> {
    const token = await asAdmin();
    const one = await app.execute({ document: customerMappingQuery, variables: { userId }, token });
    const all = await app.execute({ document: customerMappingsQuery, variables: { first: 100 }, token });
    const inList = all.expectData().customerMappings.edges.find(({ node }) => node.userId === userId);
    return [one.expectData().customerMapping?.goneSince, inList?.node.goneSince];
  }

  test('is refused from what is kept, too, and support sees since when', async () => {
    await read();
    expect(await findGoneSince()).toEqual([null, null]);
    await app.sdk.customers.del(customer);
    (await ask(true)).expectError('CUSTOMER_NOT_FOUND');
    const before = app.stripe.requests.length;

    (await ask()).expectError('CUSTOMER_NOT_FOUND');

    expect(app.stripe.requests).toHaveLength(before);
    const since = (await snapshots.find({ userId, stripeCustomerId: customer }))?.goneSince?.toISOString();
    expect(since).toBeDefined();
    expect(await findGoneSince()).toEqual([since, since]);
  });

  test('is no longer kept once they are unlinked', async () => {
    await read();
    const answer = await app.execute({
      document: unlinkCustomerMutation,
      variables: { userId },
      token: await asAdmin(),
    });
    answer.expectData();

    expect(await findRecord()).toBeNull();
  });

  test('is not kept after an unlinking that was cut off and is tried again', async () => {
    await read();
    await database.customers.unlink(userId);
    const answer = await app.execute({
      document: unlinkCustomerMutation,
      variables: { userId },
      token: await asAdmin(),
    });
    answer.expectError('CUSTOMER_NOT_FOUND');

    expect(await findRecord()).toBeNull();
  });
});

test('without webhooks Stripe is always asked, whatever is kept, and nothing is', async () => {
  const alone = await createTestApp();
  customer = await createCustomer(alone, userId);
  const own = await openDatabase({ url: alone.config.databaseUrl, scope: 'test' });
  const kept = { readAt: new Date(), facts: null, goneSince: new Date() };
  await new SnapshotRegister(own.records).replace(null, { userId, stripeCustomerId: customer }, kept);

  for (const fresh of [false, true]) {
    expect(await read(fresh, alone)).toMatchObject({ name: 'before', asked: true });
  }
  const record = await own.records.find('customer-snapshot', customer);
  expect(record?.content).toMatchObject({ facts: null });
  await own.close();
});
