import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SnapshotRegister } from '../../src/account/customer-sync.service.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import type { KeptRecord } from '../../src/records/record-store.ts';
import { adminRole } from '../audit/audit-kit.ts';
import type { BillingCustomerQuery } from '../generated/graphql.ts';
import {
  customerMappingQuery,
  customerMappingsQuery,
  unlinkCustomerMutation,
} from '../helpers/admin-operations.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { billingCustomerQuery, openPortalMutation } from '../helpers/operations.ts';
import { createTestApp, returnUrl, type TestApp } from '../helpers/test-app.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, print, separateOperations } from 'graphql';
import type Stripe from 'stripe';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { wholeCustomerQuery } from '../helpers/account-operations.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';

let app: TestApp;
let passedMs = 0;

const webhooks = { STRIPE_WEBHOOK_SECRETS: 'whsec_of_the_tests' };
const now = (): Date => new Date(Date.now() + passedMs);

beforeAll(async () => {
  app = await createTestApp(webhooks, { now });
});

beforeEach(() => {
  passedMs = 0;
});

describe('a kept customer', () => {
  const dayMs = 24 * 60 * 60_000;

  let database: Database;
  let snapshots: SnapshotRegister;
  let userId: string;
  let customer: string;

  beforeAll(async () => {
    database = await openDatabase({ url: app.config.databaseUrl, scope: 'test' });
    closeAfterTests(() => database.close());
    snapshots = new SnapshotRegister(database.records);
  });

  beforeEach(async () => {
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

  async function replaceRecord(change: (record: KeptRecord) => Partial<KeptRecord>): Promise<void> {
    const record = await findRecord();
    if (record === null) throw new Error('nothing was kept');
    await database.records.remove('customer-snapshot', record);
    await database.records.insert('customer-snapshot', {
      ...record,
      nonce: randomUUID(),
      ...change(record),
    });
  }

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
      [
        'another release wrote',
        { content: { readAt: new Date().toISOString(), goneSince: null, facts: {} } },
      ],
      ['is of another user', { owner: 'somebody else' }],
    ])('asks Stripe when what is kept %s, and keeps its answer instead', async (_title, changes) => {
      await read();
      await replaceRecord(() => changes);
      await rename('after');

      expect(await read()).toMatchObject({ name: 'after', asked: true });
      expect(await read()).toMatchObject({ name: 'after', asked: false });
    });

    test.each([
      ['did not keep discounts yet', ({ discount, ...facts }: object & { discount?: unknown }) => facts],
      ['kept more', (facts: object) => ({ ...facts, metadata: {} })],
    ])('asks Stripe when another release %s', async (_title, change) => {
      await read();
      await replaceRecord(({ content }) => ({
        content: { ...content, facts: change(content['facts'] as object) },
      }));
      await rename('after');

      expect(await read()).toMatchObject({ name: 'after', asked: true });
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
          subscriptions: [{ open_invoice: { amount_remaining: 900 } }],
        },
      });
      expect(JSON.stringify(record)).not.toMatch(/planted|fingerprint|pm_|https?:/);
    });
  });

  test('a failure of Stripe is one', async () => {
    await app.sdk.rawRequest('POST', '/_control/faults', {
      path: `/v1/customers/${customer}`,
      status: 401,
      times: 1,
    });

    (await ask(true)).expectError('STRIPE_MISCONFIGURED');
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
});

describe('a whole page', () => {
  const examples = readFileSync(join(import.meta.dirname, '../../docs/examples.graphql'), 'utf8');
  const { Account: accountDocument } = separateOperations(parse(examples));
  if (accountDocument === undefined) throw new Error('docs/examples.graphql has no Account query');
  const query = print(accountDocument);

  let users = 0;

  beforeAll(async () => {
    await seedDemoData(app.sdk);
    // The service keeps the portal's configuration, which decides the tasks, for ten minutes.
    await fill((await createUser()).userId);
  });

  async function createUser(params: Stripe.CustomerCreateParams = {}) {
    const userId = `user-${(users += 1)}`;
    const { id: customer } = await app.sdk.customers.create({ payment_method: 'pm_card_visa', ...params });
    await app.link(userId, customer);
    return { userId, customer };
  }

  async function createPrice(params: Partial<Stripe.PriceCreateParams> = {}): Promise<string> {
    const { id } = await app.sdk.prices.create({
      currency: 'usd',
      product_data: { name: 'Pro' },
      recurring: { interval: 'month' },
      unit_amount: 900,
      ...params,
    });
    return id;
  }

  const tiers: Partial<Stripe.PriceCreateParams> = {
    unit_amount: undefined,
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    tiers: [
      { up_to: 5, unit_amount: 700 },
      { up_to: 'inf', unit_amount: 600 },
    ],
  };

  /** Asks with the query of docs/examples.graphql, and returns what Stripe was asked for. */
  async function fill(userId: string) {
    const before = app.stripe.requests.length;
    const response = await app.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      token: await app.createToken({ userId }),
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as {
      data: { billingCustomer: { subscriptions: object[] } };
      errors?: unknown;
    };
    expect(errors).toBeUndefined();
    const asked = app.stripe.requests.slice(before).map(({ path }) => path.replace(/\?.*/, ''));
    // Invoices and the next charge are asked for besides, each when a query selects it.
    return { ...data.billingCustomer, asked: asked.filter((path) => !path.startsWith('/v1/invoices')) };
  }

  describe('one query fills the page,', () => {
    const create = (customer: string, items: Stripe.SubscriptionCreateParams.Item[], params: object = {}) =>
      app.sdk.subscriptions.create({ customer, items, default_payment_method: undefined, ...params });

    test.each<[string, (customer: string) => Promise<unknown>]>([
      ['without a subscription', () => Promise.resolve()],
      ['with a plain subscription', async (customer) => create(customer, [{ price: await createPrice() }])],
      [
        'with tiers',
        async (customer) => create(customer, [{ price: await createPrice(tiers), quantity: 7 }]),
      ],
      [
        'with twelve items',
        async (customer) => {
          const prices = await Promise.all(Array.from({ length: 12 }, () => createPrice()));
          await create(
            customer,
            prices.map((price) => ({ price })),
          );
        },
      ],
      [
        'with several products, tiers and a scheduled change',
        async (customer) => {
          const [plain, tiered, next] = [await createPrice(), await createPrice(tiers), await createPrice()];
          const { id } = await create(customer, [{ price: plain }, { price: tiered, quantity: 7 }]);
          await create(customer, [{ price: await createPrice() }]);
          const schedule = await app.sdk.subscriptionSchedules.create({ from_subscription: id });
          const [phase] = schedule.phases;
          await app.sdk.subscriptionSchedules.update(schedule.id, {
            phases: [
              {
                items: [{ price: plain }, { price: tiered, quantity: 7 }],
                start_date: phase?.start_date,
                end_date: phase?.end_date,
              },
              { items: [{ price: next }] },
            ],
          });
        },
      ],
      [
        'with discounts and tax ids',
        async (customer) => {
          const coupon = await app.sdk.coupons.create({
            percent_off: 20,
            duration: 'forever',
            name: 'Friends',
          });
          await create(customer, [{ price: await createPrice() }], { discounts: [{ coupon: coupon.id }] });
          await app.sdk.customers.createTaxId(customer, { type: 'eu_vat', value: 'DE123456789' });
        },
      ],
    ])('%s, by three requests at most, and by none from a snapshot', async (_title, arrange) => {
      const { userId, customer } = await createUser({
        invoice_settings: { default_payment_method: 'pm_card_visa' },
      });
      await arrange(customer);

      const { asked, ...first } = await fill(userId);
      expect(asked.length).toBeLessThanOrEqual(3);
      const second = await fill(userId);
      expect(second).toEqual({ ...first, asked: [] });
    });
  });

  test('all items are listed, and a plan rule applies to the eleventh', async () => {
    const prices = await Promise.all(Array.from({ length: 12 }, () => createPrice()));
    const { userId, customer } = await createUser({
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    await app.sdk.subscriptions.create({ customer, items: prices.map((price) => ({ price })) });
    const plain = { features: { invoice_history: { enabled: true } } };
    const gold = { features: { ...plain.features, payment_method_update: { enabled: true } } };
    const file = writePolicyFile({
      policies: { plain, gold },
      rules: [{ when: { plan: prices[10] }, use: 'gold' }],
      default: 'plain',
      strictest: 'plain',
    });
    const ruled = await createTestApp({ STRIPE_API_URL: app.stripe.url, PORTAL_POLICIES: file });
    await ruled.link(userId, customer);
    const token = await ruled.createToken({ userId });

    const { billingCustomer } = (await ruled.execute({ document: wholeCustomerQuery, token })).expectData();
    expect(billingCustomer?.subscriptions[0]?.items.map(({ price }) => price.id)).toEqual(prices);
    expect(billingCustomer?.subscriptions[0]?.total?.amount).toBe(12 * 900);
    const flow = { type: 'PAYMENT_METHOD_UPDATE' } as const;
    (
      await ruled.execute({ document: openPortalMutation, variables: { returnUrl, flow }, token })
    ).expectData();
  });

  test.each(['incomplete_expired', 'canceled'])(
    'a subscription that is %s is not listed as running',
    async (status) => {
      const { userId, customer } = await createUser({
        invoice_settings: { default_payment_method: 'pm_card_visa' },
      });
      const { id } = await app.sdk.subscriptions.create({
        customer,
        items: [{ price: await createPrice() }],
      });
      await app.sdk.rawRequest('POST', `/_control/subscriptions/${id}`, { status });

      expect((await fill(userId)).subscriptions).toEqual([]);
    },
  );
});
