import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import type { NextChargeQuery } from '../generated/graphql.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { nextChargeQuery } from '../helpers/operations.ts';
import { startStripeGate } from '../helpers/stripe-gate.ts';
import { createTestApp } from '../helpers/test-app.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';
import { type AccountApp, type AccountUser, createAccountApp } from './account-kit.ts';

const daySeconds = 86_400;
const toIso = (seconds: number): string => new Date(seconds * 1000).toISOString();
const fromNow = (days: number): number => Math.floor(Date.now() / 1000) + days * daySeconds;

let app: AccountApp;
let user: AccountUser;

beforeAll(async () => {
  app = await createAccountApp();
});

beforeEach(async () => {
  user = await app.createUser();
});

function ask({ token } = user): Promise<GraphqlAnswer<NextChargeQuery>> {
  return app.execute({ document: nextChargeQuery, token });
}

async function read() {
  const { billingCustomer } = (await ask()).expectData();
  if (billingCustomer === null) throw new Error('there is no customer');
  return billingCustomer;
}

const subscribe = (params: Partial<Stripe.SubscriptionCreateParams> = {}) =>
  app.subscribe(user.customer, params);

const periodEndOf = ({ items }: Stripe.Subscription): number => items.data[0]?.current_period_end ?? 0;

describe('the next charge', () => {
  test('of a subscription is its renewal, with date, amounts and lines', async () => {
    const { id, items } = await subscribe({
      items: [{ price: app.demo.prices[1]?.month ?? '', quantity: 3 }],
    });

    const { nextCharge, subscriptions } = await read();

    const preview = await app.sdk.invoices.createPreview({ subscription: id });
    expect(subscriptions[0]?.nextCharge).toEqual({
      subscriptionId: id,
      date: toIso(preview.next_payment_attempt ?? 0),
      hasMoreLines: false,
      total: { amount: 8_700, currency: 'usd', decimals: 2 },
      amountDue: { amount: 8_700 },
      tax: { amount: 0 },
      lines: [
        {
          description: preview.lines.data[0]?.description,
          quantity: 3,
          proration: false,
          amount: { amount: 8_700 },
        },
      ],
    });
    const sinceEnd = Date.parse(nextCharge?.date ?? '') / 1000 - (items.data[0]?.current_period_end ?? 0);
    expect(sinceEnd).toBeGreaterThanOrEqual(0);
    expect(sinceEnd).toBeLessThan(daySeconds);
    expect(nextCharge).toEqual(subscriptions[0]?.nextCharge);
  });

  test('contains prorations of a change in the period', async () => {
    const { id, items } = await subscribe();
    await app.sdk.subscriptions.update(id, {
      items: [{ id: items.data[0]?.id ?? '', price: app.demo.prices[1]?.month ?? '' }],
      proration_behavior: 'create_prorations',
    });

    const { nextCharge } = await read();

    const kinds = nextCharge?.lines.map(({ proration, amount }) => [proration, Math.sign(amount.amount)]);
    expect(kinds).toEqual(
      expect.arrayContaining([
        [true, -1],
        [true, 1],
        [false, 1],
      ]),
    );
  });

  test('takes the balance of the customer into account', async () => {
    user = await app.createUser({ balance: -500 });
    await subscribe({ trial_period_days: 7 });

    expect((await read()).nextCharge).toMatchObject({ total: { amount: 900 }, amountDue: { amount: 400 } });
  });

  test('of a trial is the first payment', async () => {
    const { trial_end: end } = await subscribe({ trial_period_days: 14 });

    const { nextCharge } = await read();

    expect(Date.parse(nextCharge?.date ?? '')).toBeGreaterThanOrEqual((end ?? 0) * 1000);
    expect(nextCharge?.total.amount).toBe(900);
  });

  test('of the customer is the earliest of all subscriptions', async () => {
    const late = await subscribe({ items: [{ price: app.demo.prices[0]?.year ?? '' }] });
    const early = await subscribe();
    const cancelled = await subscribe({ trial_period_days: 3 });
    await app.sdk.subscriptions.update(cancelled.id, { cancel_at_period_end: true });

    const { nextCharge, subscriptions } = await read();

    expect(nextCharge?.subscriptionId).toBe(early.id);
    const byId = new Map(subscriptions.map(({ id, nextCharge: own }) => [id, own?.total.amount]));
    expect([byId.get(late.id), byId.get(early.id), byId.get(cancelled.id)]).toEqual([9_000, 900, undefined]);
  });
});

describe('there is no next charge', () => {
  const cases: readonly [string, (subscription: Stripe.Subscription) => Promise<unknown>][] = [
    [
      'after a cancellation for the end of the period',
      ({ id }) => app.sdk.subscriptions.update(id, { cancel_at_period_end: true }),
    ],
    [
      'after a cancellation for a date in the period',
      ({ id }) => app.sdk.subscriptions.update(id, { cancel_at: fromNow(10) }),
    ],
    ['while the subscription is paused', ({ id }) => app.setSubscription(id, { status: 'paused' })],
    ['while its first payment is missing', ({ id }) => app.setSubscription(id, { status: 'incomplete' })],
    ['when Stripe no longer collects', ({ id }) => app.setSubscription(id, { status: 'unpaid' })],
    [
      'while collection is paused',
      ({ id }) => app.sdk.subscriptions.update(id, { pause_collection: { behavior: 'void' } }),
    ],
    [
      'while collection is paused until after the period',
      (subscription) =>
        app.sdk.subscriptions.update(subscription.id, {
          pause_collection: { behavior: 'keep_as_draft', resumes_at: periodEndOf(subscription) + daySeconds },
        }),
    ],
  ];

  test.each(cases)('%s', async (_title, change) => {
    await change(await subscribe());

    expect(await read()).toMatchObject({ nextCharge: null, subscriptions: [{ nextCharge: null }] });
  });

  test('without a subscription, and Stripe is asked for no preview', async () => {
    app.forgetRequests();

    expect(await read()).toEqual({ nextCharge: null, subscriptions: [] });
    expect(app.listRequests('create_preview')).toEqual([]);
  });

  test('where the policy does not offer the invoice history, and Stripe is not asked', async () => {
    const policies = { strict: { features: { payment_method_update: { enabled: true } } } };
    const PORTAL_POLICIES = writePolicyFile({ policies, default: 'strict', strictest: 'strict' });
    app = await createAccountApp({ PORTAL_POLICIES });
    user = await app.createUser();
    await subscribe();
    app.forgetRequests();

    expect(await read()).toMatchObject({ nextCharge: null, subscriptions: [{ nextCharge: null }] });
    expect(app.listRequests('/v1/invoices')).toEqual([]);
    app = await createAccountApp();
  });
});

test('a paused collection that resumes within the period is charged', async () => {
  const subscription = await subscribe();
  await app.sdk.subscriptions.update(subscription.id, {
    pause_collection: { behavior: 'void', resumes_at: periodEndOf(subscription) - daySeconds },
  });

  expect((await read()).nextCharge).toMatchObject({ total: { amount: 900 } });
});

test.each([
  [400, 'customer_tax_location_invalid', 'STRIPE_MISCONFIGURED'],
  [404, 'resource_missing', 'STRIPE_MISCONFIGURED'],
  [503, 'api_error', 'STRIPE_UNAVAILABLE'],
])(
  'a preview that Stripe refuses with %i %s is an error, and never no charge',
  async (status, code, expected) => {
    await subscribe();
    const path = '/v1/invoices/create_preview';
    await app.sdk.rawRequest('POST', '/_control/faults', { path, status, code, times: 10 });

    const answer = await ask();
    await app.sdk.rawRequest('DELETE', '/_control/faults');

    const { errors, data } = JSON.parse(answer.text) as {
      errors: { path: string[]; extensions: { code: string } }[];
      data: NextChargeQuery;
    };
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([expected, expected]);
    // The rest of the page is there.
    expect(data.billingCustomer?.subscriptions).toHaveLength(1);
  },
);

test("a preview of another subscription's invoice is an outage, and is not shown", async () => {
  const { id } = await subscribe();
  const gate = await startStripeGate(app.stripe.url);
  const service = await createTestApp({ STRIPE_API_URL: gate.url });
  await service.link(user.userId, user.customer);
  const token = await service.createToken({ userId: user.userId });
  const headers = { 'content-type': 'application/json' };
  gate.watch(({ path, status, answer }) =>
    path.endsWith('create_preview')
      ? { status, headers, body: answer.replaceAll(id, 'sub_another') }
      : 'pass',
  );

  const { text } = await service.execute({ document: nextChargeQuery, token });

  expect(text).toContain('STRIPE_UNAVAILABLE');
  expect(text).not.toContain('sub_another');
});
