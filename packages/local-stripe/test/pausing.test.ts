import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createCustomer, createPrice, createSubscriber, eventsDuring, idOf } from './fixtures.ts';
import { itemOf, listInvoices } from './subscription-facts.ts';

const day = 86_400;

let stripe: Stripe;
let now = new Date('2026-04-01T00:00:00Z');
beforeAll(async () => {
  ({ stripe } = await startLocalStripe({ now: () => now }));
});

const pass = (days: number): void => {
  now = new Date(now.getTime() + days * day * 1000);
};

/** Pays 10 dollars for a period of 30 days, and pauses after 6 of them. */
async function pauseEarly(params?: Stripe.SubscriptionPauseParams): Promise<Stripe.Subscription> {
  now = new Date('2026-04-01T00:00:00Z');
  const { subscription } = await createSubscriber(stripe);
  pass(6);
  return stripe.subscriptions.pause(subscription.id, params);
}

async function amountsOf(subscription: Stripe.Subscription): Promise<number[] | undefined> {
  const [latest] = await listInvoices(stripe, subscription);
  return latest?.lines.data.map(({ amount }) => amount);
}

describe('resuming', () => {
  test('in a new cycle charges a new period, less the time that was paid and not used', async () => {
    const paused = await pauseEarly();
    pass(9);
    const events = await eventsDuring(stripe, () => stripe.subscriptions.resume(paused.id));
    expect(await amountsOf(paused)).toEqual([-800, 1000]);
    expect(events.map(({ type }) => type)).toContain('customer.subscription.resumed');
    const resumed = await stripe.subscriptions.retrieve(paused.id);
    expect(itemOf(resumed).current_period_start).toBe(now.getTime() / 1000);
  });

  test.each([
    ['create_prorations', [1000], [-800, 500, 1000]],
    ['always_invoice', [-800, 500], [1000]],
    ['none', [1000], [-800, 1000]],
  ] as const)('in the old cycle, with %s', async (proration, first, next) => {
    const paused = await pauseEarly();
    pass(9);
    const resumed = await stripe.subscriptions.resume(paused.id, {
      billing_cycle_anchor: { type: 'unchanged' },
      proration_behavior: proration,
    });
    expect(itemOf(resumed).current_period_end).toBe(itemOf(paused).current_period_end);
    expect(await amountsOf(paused)).toEqual(first);
    pass(15);
    await stripe.subscriptions.retrieve(paused.id);
    expect(await amountsOf(paused)).toEqual(next);
  });

  test('in the old cycle after its period: the rest of the period that the cycle is in is charged', async () => {
    const paused = await pauseEarly({ bill_for: { unused_time_from: { type: 'none' } } });
    now = new Date('2026-05-16T12:00:00Z');
    const resumed = await stripe.subscriptions.resume(paused.id, {
      billing_cycle_anchor: { type: 'unchanged' },
      proration_behavior: 'always_invoice',
    });
    expect(itemOf(resumed).current_period_end).toBe(Date.parse('2026-06-01T00:00:00Z') / 1000);
    expect(await amountsOf(paused)).toEqual([500]);
  });
});

test('the credit of a pause is invoiced at once on request', async () => {
  const paused = await pauseEarly({ invoicing_behavior: 'invoice' });
  expect(await amountsOf(paused)).toEqual([-800]);
  const customer = await stripe.customers.retrieve(idOf(paused.customer));
  expect(customer).toMatchObject({ balance: -800 });
});

test('a paused subscription has no invoices', async () => {
  const paused = await pauseEarly();
  pass(400);
  expect((await stripe.subscriptions.retrieve(paused.id)).status).toBe('paused');
  expect(await listInvoices(stripe, paused)).toHaveLength(1);
});

describe('sent invoices', () => {
  async function subscribe(params: Partial<Stripe.SubscriptionCreateParams>) {
    const customer = await createCustomer(stripe);
    const price = await createPrice(stripe);
    return stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...params });
  }

  test('have the due date of their subscription', async () => {
    const sent = await subscribe({ collection_method: 'send_invoice', days_until_due: 5 });
    expect(sent).toMatchObject({ status: 'active', days_until_due: 5 });
    const [invoice] = await listInvoices(stripe, sent);
    expect(invoice?.due_date).toBe(now.getTime() / 1000 + 5 * day);
    const charged = await stripe.subscriptions.update(sent.id, { collection_method: 'charge_automatically' });
    expect(charged.days_until_due).toBeNull();
  });

  test.each([
    ['need the days', { collection_method: 'send_invoice' }],
    ['alone have them', { days_until_due: 5 }],
  ] as const)('%s', async (_what, params) => {
    expect(await refusalOf(subscribe(params))).toMatchObject({ param: 'days_until_due' });
  });
});
