import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse, print, separateOperations } from 'graphql';
import type Stripe from 'stripe';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { openPortalMutation } from '../helpers/operations.ts';
import { wholeCustomerQuery } from '../helpers/account-operations.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';

const examples = readFileSync(join(import.meta.dirname, '../../docs/examples.graphql'), 'utf8');
const { Account: accountDocument } = separateOperations(parse(examples));
if (accountDocument === undefined) throw new Error('docs/examples.graphql has no Account query');
const query = print(accountDocument);

let app: TestApp;
let users = 0;

beforeAll(async () => {
  app = await createTestApp({ STRIPE_WEBHOOK_SECRETS: 'whsec_of_the_tests' });
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
    ['with tiers', async (customer) => create(customer, [{ price: await createPrice(tiers), quantity: 7 }])],
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
  (await ruled.execute({ document: openPortalMutation, variables: { returnUrl, flow }, token })).expectData();
});

test.each(['incomplete_expired', 'canceled'])(
  'a subscription that is %s is not listed as running',
  async (status) => {
    const { userId, customer } = await createUser({
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const { id } = await app.sdk.subscriptions.create({ customer, items: [{ price: await createPrice() }] });
    await app.sdk.rawRequest('POST', `/_control/subscriptions/${id}`, { status });

    expect((await fill(userId)).subscriptions).toEqual([]);
  },
);
