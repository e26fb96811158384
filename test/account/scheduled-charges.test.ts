import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { nextChargeQuery } from '../helpers/operations.ts';
import { type AccountApp, type AccountUser, type Alter, createAccountApp } from './account-kit.ts';

const daySeconds = 86_400;
let app: AccountApp;
let user: AccountUser;

beforeAll(async () => {
  app = await createAccountApp();
});

beforeEach(async () => {
  user = await app.createUser();
});

const subscribe = (params: Partial<Stripe.SubscriptionCreateParams> = {}) =>
  app.subscribe(user.customer, params);

async function read() {
  return (await app.execute({ document: nextChargeQuery, token: user.token })).expectData().billingCustomer;
}

/** Asks a service that gets Stripe's answers at the paths altered. */
async function askAltered(alter: Alter, paths = /create_preview$/) {
  const service = await app.startAltered(user, paths, alter);
  return service.execute({ document: nextChargeQuery, token: user.token });
}

describe('a change of the plan that is scheduled', () => {
  /** A subscription that changes to other items, in the current period or at its end. */
  async function schedule(items: Stripe.SubscriptionScheduleUpdateParams.Phase.Item[], daysBefore = 0) {
    const { id } = await subscribe();
    const created = await app.sdk.subscriptionSchedules.create({ from_subscription: id });
    const { start_date = 0, end_date = 0 } = created.phases[0] ?? {};
    await app.sdk.subscriptionSchedules.update(created.id, {
      phases: [
        {
          items: [{ price: app.demo.prices[0]?.month ?? '' }],
          start_date,
          end_date: end_date - daysBefore * daySeconds,
        },
        { items, duration: { interval: 'month', interval_count: 1 } },
      ],
    });
    return id;
  }

  const other = () => app.demo.prices[1]?.month ?? '';
  const own = () => app.demo.prices[0]?.month ?? '';
  /** As if Stripe did not know of the change. */
  const forget = (answer: string) => ({
    body: answer.replaceAll(other(), own()).replaceAll(/"quantity": *2\b/g, '"quantity":1'),
  });

  test.each([
    ['another price', () => [{ price: other() }], 2_900],
    ['another quantity', () => [{ price: own(), quantity: 2 }], 1_800],
    ['more prices', () => [{ price: own() }, { price: other() }], 3_800],
  ])('to %s is in the charge with which it takes effect', async (_title, list, amount) => {
    await schedule(list());

    expect(await read()).toMatchObject({
      nextCharge: { total: { amount } },
      subscriptions: [{ nextCharge: { total: { amount } } }],
    });
  });

  test.each([
    ['another price', () => [{ price: other() }]],
    ['another quantity', () => [{ price: own(), quantity: 2 }]],
    ['more prices', () => [{ price: own() }, { price: other() }]],
  ])('to %s that the preview lacks leaves the charge unknown', async (_title, list) => {
    await schedule(list());

    const { billingCustomer } = (await askAltered(forget)).expectData();

    expect(billingCustomer).toMatchObject({ nextCharge: null, subscriptions: [{ nextCharge: null }] });
  });

  test('to usage and tiers, of which a preview has no lines or lines of other quantities, leaves the charge known', async () => {
    const { id: meter } = await app.sdk.billing.meters.create({
      display_name: 'Calls',
      event_name: `calls_${user.customer}`,
      default_aggregation: { formula: 'sum' },
    });
    const base = { currency: 'usd', product_data: { name: 'Calls' } };
    const usage = await app.sdk.prices.create({
      ...base,
      unit_amount: 5,
      recurring: { interval: 'month', usage_type: 'metered', meter },
    });
    const tiers = await app.sdk.prices.create({
      ...base,
      recurring: { interval: 'month' },
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: [
        { up_to: 1, unit_amount: 1_000 },
        { up_to: 'inf', unit_amount: 100 },
      ],
    });
    await schedule([{ price: usage.id }, { price: tiers.id, quantity: 3 }]);

    // One line for each tier, and none for usage that is still to come.
    const split = (answer: string) => ({
      body: answer.replaceAll(/"quantity": *3\b/g, '"quantity":1').replaceAll(usage.id, own()),
    });
    const { billingCustomer } = (await askAltered(split)).expectData();

    expect(billingCustomer).toMatchObject({ nextCharge: { total: { amount: 1_200 } } });
  });

  test('to a price that Stripe no longer has leaves the charge unknown', async () => {
    await schedule([{ price: other() }]);
    const gone = { status: 404, body: '{"error":{"code":"resource_missing"}}' };
    const remove = (answer: string, path: string) =>
      path.endsWith(other()) ? gone : { body: answer.replaceAll(other(), 'price_another') };

    const { billingCustomer } = (await askAltered(remove, /^\/v1\/prices/)).expectData();

    expect(billingCustomer).toMatchObject({ nextCharge: null, subscriptions: [{ nextCharge: null }] });
  });

  test('that the preview lacks does not let a later charge be the earliest', async () => {
    await subscribe({ items: [{ price: app.demo.prices[0]?.year ?? '' }] });
    await schedule([{ price: other() }]);

    const { billingCustomer } = (await askAltered(forget)).expectData();

    expect(billingCustomer).toMatchObject({
      nextCharge: null,
      subscriptions: [{ nextCharge: null }, { nextCharge: { total: { amount: 9_000 } } }],
    });
  });

  test('takes effect only after the next charge, which is then as usual', async () => {
    await schedule([{ price: other() }], -31);

    expect((await read())?.nextCharge).toMatchObject({ total: { amount: 900 } });
  });

  /** As if the merchant had changed the schedule in ways that the local Stripe cannot. */
  const alterSchedule =
    (change: (schedule: Stripe.SubscriptionSchedule) => object): Alter =>
    (answer) => ({
      body: JSON.stringify(
        JSON.parse(answer, (_name, value: { object?: string } | null) =>
          value?.object === 'subscription_schedule'
            ? { ...value, ...change(value as Stripe.SubscriptionSchedule) }
            : value,
        ),
      ),
    });

  async function readWith(change: Parameters<typeof alterSchedule>[0]) {
    return (await askAltered(alterSchedule(change), /\/subscriptions$/)).expectData().billingCustomer;
  }

  test.each<[string, object, object]>([
    ['a discount that ends', { discounts: [{ coupon: 'intro' }] }, {}],
    ['a discount that begins', {}, { discounts: [{ coupon: 'loyal' }] }],
    ['a fee', {}, { add_invoice_items: [{ price: 'price_fee' }] }],
    ['taxes', {}, { default_tax_rates: [{ id: 'txr_1' }] }],
    ['a trial', {}, { trial_end: 2_000_000_000 }],
  ])('to the same items with %s leaves the charge unknown', async (_title, now, later) => {
    await subscribe({ items: [{ price: app.demo.prices[0]?.year ?? '' }] });
    await schedule([{ price: own() }]);

    const customer = await readWith(({ phases: [first, ...others] }) => ({
      phases: [{ ...first, ...now }, ...others.map((phase) => ({ ...phase, ...later }))],
    }));

    expect(customer).toMatchObject({ nextCharge: null, subscriptions: [{ nextCharge: null }, {}] });
  });

  test.each([
    ['to the same items with other terms, takes effect', { discounts: [{ coupon: 'loyal' }] }, -31],
    ['to the same items with the same terms takes effect', {}, 0],
  ])('%s without making the charge unknown', async (_title, later, daysBefore) => {
    await schedule([{ price: own() }], daysBefore);

    const customer = await readWith(({ phases: [first, ...others] }) => ({
      phases: [first, ...others.map((phase) => ({ ...phase, ...later }))],
    }));

    expect(customer).toMatchObject({ nextCharge: { total: { amount: 900 } } });
  });

  describe('with a pause', () => {
    const charged = { total: { amount: 900 } };

    test.each([
      ['before the charge leaves the charge unknown', -5, 'scheduled', null],
      ['at the time of the charge leaves the charge unknown', 0, 'scheduled', null],
      ['after the charge does not change the charge', 5, 'scheduled', charged],
      ['that failed does not change the charge', -5, 'error', charged],
    ])('%s', async (_title, days, type, nextCharge) => {
      await subscribe({ items: [{ price: app.demo.prices[0]?.year ?? '' }] });
      await schedule([{ price: own() }]);

      const customer = await readWith(({ current_phase: current }) => ({
        pause_schedules: [
          {
            key: 'holiday',
            pause: { pause_at: (current?.end_date ?? 0) + days * daySeconds, status: { type } },
            resume: null,
          },
        ],
      }));

      expect(customer).toMatchObject({
        nextCharge,
        subscriptions: [{ nextCharge }, { nextCharge: { total: { amount: 9_000 } } }],
      });
    });
  });
});
