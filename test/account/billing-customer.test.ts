import { beforeAll, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { type DemoData, seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import type { WholeCustomerQuery } from '../generated/graphql.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { wholeCustomerQuery } from '../helpers/account-operations.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

const daySeconds = 86_400;

let app: TestApp;
let demo: DemoData;
let users = 0;

beforeAll(async () => {
  app = await createTestApp();
  demo = await seedDemoData(app.sdk);
});

/** A user of their own for a test, with a customer that pays by card. */
async function createUser(
  params: Stripe.CustomerCreateParams = {},
): Promise<{ userId: string; customer: string }> {
  users += 1;
  const userId = `user-${users}`;
  const { id: customer } = await app.sdk.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
    ...params,
  });
  await app.link(userId, customer);
  return { userId, customer };
}

function subscribe(
  customer: string,
  params: Partial<Stripe.SubscriptionCreateParams> = {},
): Promise<Stripe.Subscription> {
  return app.sdk.subscriptions.create({
    customer,
    items: [{ price: demo.prices[0]?.month ?? '' }],
    ...params,
  });
}

async function ask(userId: string): Promise<GraphqlAnswer<WholeCustomerQuery>> {
  return app.execute({ document: wholeCustomerQuery, token: await app.createToken({ userId }) });
}

async function readCustomer(userId: string) {
  const { billingCustomer } = (await ask(userId)).expectData();
  if (billingCustomer === null) throw new Error(`${userId} has no customer`);
  return billingCustomer;
}

/** The only subscription of a user. */
async function readSubscription(userId: string) {
  const { subscriptions } = await readCustomer(userId);
  expect(subscriptions).toHaveLength(1);
  return subscriptions[0];
}

const dollars = (amount: number) => ({ amount, currency: 'usd', decimals: 2 });

const visa = {
  type: 'card',
  label: 'Visa •••• 4242',
  brand: 'visa',
  last4: '4242',
  expMonth: expect.any(Number),
  expYear: expect.any(Number),
  wallet: null,
};

function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

describe('billingCustomer', () => {
  test('is null without a link', async () => {
    expect((await ask('nobody')).expectData()).toEqual({ billingCustomer: null });
  });

  test("is the caller's customer as Stripe has it now", async () => {
    const { userId, customer } = await createUser({ name: 'Ada', email: 'ada@example.com' });
    const subscription = await subscribe(customer);
    await app.sdk.customers.update(customer, { name: 'Ada Lovelace' });

    const [item] = subscription.items.data;
    const end = toIso(item?.current_period_end ?? 0);
    const price = {
      id: demo.prices[0]?.month,
      productId: demo.productIds[0],
      productName: 'Starter',
      nickname: null,
      lookupKey: null,
      currency: 'usd',
      decimals: 2,
      interval: 'MONTH',
      intervalCount: 1,
      model: 'PER_UNIT',
      usageModel: null,
      unitAmount: dollars(900),
      unitAmountDecimal: '900',
      packageSize: null,
      packageRounding: null,
      tiers: null,
    };
    expect(await readCustomer(userId)).toEqual({
      id: customer,
      userId,
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: null,
      address: null,
      shipping: null,
      taxIds: [],
      taxExempt: 'NONE',
      preferredLocales: [],
      currency: 'usd',
      balance: null,
      discount: null,
      paymentMethod: visa,
      delinquent: false,
      linkedAt: expect.stringMatching(/^20\d\d-/),
      asOf: expect.stringMatching(/^20\d\d-/),
      subscriptions: [
        {
          id: subscription.id,
          status: 'ACTIVE',
          currency: 'usd',
          items: [
            { id: item?.id, quantity: 1, currentPeriodEnd: end, amount: dollars(900), discounts: [], price },
          ],
          total: dollars(900),
          discounts: [],
          startedAt: toIso(subscription.start_date),
          trialEndsAt: null,
          currentPeriodEnd: end,
          cancelsAt: null,
          cancellation: null,
          pause: null,
          scheduledChange: null,
          pendingUpdate: null,
          collectionMethod: 'CHARGE_AUTOMATICALLY',
          daysUntilDue: null,
          paymentMethod: visa,
          openInvoice: null,
        },
      ],
    });
  });

  test('has no payment method where none is charged', async () => {
    const { userId } = await createUser({ payment_method: undefined, invoice_settings: undefined });

    expect(await readCustomer(userId)).toMatchObject({
      paymentMethod: null,
      email: null,
      name: null,
      subscriptions: [],
    });
  });

  test('has the subscriptions that have not ended, the newest first', async () => {
    const { userId, customer } = await createUser();
    const ended = await subscribe(customer);
    const first = await subscribe(customer);
    const second = await subscribe(customer);
    await app.sdk.subscriptions.cancel(ended.id);

    const { subscriptions } = await readCustomer(userId);

    expect(subscriptions.map(({ id }) => id)).toEqual([second.id, first.id]);
  });

  test.each([
    ['that Stripe never had', false],
    ['that was deleted at Stripe', true],
  ])('is refused for a customer %s, and nothing is made in its place', async (_title, isDeleted) => {
    const { userId, customer } = isDeleted ? await createUser() : { userId: 'lost', customer: 'cus_lost' };
    if (isDeleted) await app.sdk.customers.del(customer);
    else await app.link(userId, customer);
    const before = app.stripe.requests.length;

    (await ask(userId)).expectError('CUSTOMER_NOT_FOUND');

    expect(app.stripe.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('a subscription', () => {
  test('that is cancelled at the end of its period says when', async () => {
    const { userId, customer } = await createUser();
    const { id, items } = await subscribe(customer);
    await app.sdk.subscriptions.update(id, { cancel_at_period_end: true });

    expect((await readSubscription(userId))?.cancelsAt).toBe(toIso(items.data[0]?.current_period_end ?? 0));
  });

  test('that is cancelled at a date says when', async () => {
    const { userId, customer } = await createUser();
    const { id } = await subscribe(customer);
    const cancelAt = Math.floor(Date.now() / 1000) + 10 * daySeconds;
    await app.sdk.subscriptions.update(id, { cancel_at: cancelAt });

    expect((await readSubscription(userId))?.cancelsAt).toBe(toIso(cancelAt));
  });

  test('in its trial says until when', async () => {
    const { userId, customer } = await createUser();
    const { trial_end: trialEnd } = await subscribe(customer, { trial_period_days: 14 });

    expect(await readSubscription(userId)).toMatchObject({
      status: 'TRIALING',
      trialEndsAt: toIso(trialEnd ?? 0),
    });
  });

  test.each([undefined, Math.floor(Date.now() / 1000) + 20 * daySeconds])(
    'whose collection is paused says so and until when (%p)',
    async (resumesAt) => {
      const { userId, customer } = await createUser();
      const { id } = await subscribe(customer);
      await app.sdk.subscriptions.update(id, {
        pause_collection: { behavior: 'void', resumes_at: resumesAt },
      });

      expect(await readSubscription(userId)).toMatchObject({
        status: 'ACTIVE',
        pause: {
          reason: 'PAYMENT_COLLECTION',
          since: null,
          until: resumesAt === undefined ? null : toIso(resumesAt),
        },
      });
    },
  );

  test.each(['past_due', 'unpaid', 'paused', 'incomplete'])('that is %s says so', async (status) => {
    const { userId, customer } = await createUser();
    const { id } = await subscribe(customer);
    await app.sdk.rawRequest('POST', `/_control/subscriptions/${id}`, { status });

    expect((await readSubscription(userId))?.status).toBe(status.toUpperCase());
  });
});
