import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createCustomer, createPrice, createSubscriber, eventsDuring, idOf } from './fixtures.ts';
import { itemOf, listInvoices, seconds } from './subscription-facts.ts';

let client: LocalStripeClient;
let stripe: Stripe;
let now = new Date('2026-04-01T00:00:00Z');
beforeAll(async () => {
  client = await startLocalStripe({ now: () => now });
  stripe = client.stripe;
});

const monthLater = (): void => {
  now = new Date(now);
  now.setUTCMonth(now.getUTCMonth() + 1);
};

/** A subscription of 10 dollars that changes to the given price when its period ends. */
async function scheduleChange(price: Stripe.Price, params: Stripe.SubscriptionScheduleUpdateParams = {}) {
  const { subscription } = await createSubscriber(stripe);
  const created = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
  const [current] = created.phases;
  if (!current) throw new Error('the schedule has no phase');
  const schedule = await stripe.subscriptionSchedules.update(created.id, {
    phases: [
      {
        start_date: current.start_date,
        end_date: current.end_date,
        items: current.items.map((item) => ({ price: idOf(item.price), quantity: 1 })),
      },
      { items: [{ price: price.id, quantity: 2 }] },
    ],
    ...params,
  });
  const read = () => stripe.subscriptions.retrieve(subscription.id);
  return { subscription, created, schedule, read };
}

describe('a schedule of a subscription', () => {
  test('begins with the subscription as it is, which names it', async () => {
    const { customer, price, subscription } = await createSubscriber(stripe);
    const events = await eventsDuring(stripe, () =>
      stripe.subscriptionSchedules.create({ from_subscription: subscription.id }),
    );
    expect(events.map(({ type }) => type)).toEqual([
      'subscription_schedule.created',
      'customer.subscription.updated',
    ]);
    const { schedule } = await stripe.subscriptions.retrieve(subscription.id, { expand: ['schedule'] });
    const { current_period_start: start, current_period_end: end } = itemOf(subscription);
    expect(schedule).toMatchObject({
      status: 'active',
      customer: customer.id,
      current_phase: { start_date: start, end_date: end },
      end_behavior: 'release',
      phases: [{ start_date: start, end_date: end, items: [{ price: price.id, quantity: 1 }] }],
    });
    const again = stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    expect(await refusalOf(again)).toMatchObject({ param: 'from_subscription' });
  });

  test('takes no other parameter when it begins', async () => {
    const { subscription } = await createSubscriber(stripe);
    const create = stripe.subscriptionSchedules.create({
      from_subscription: subscription.id,
      end_behavior: 'cancel',
    });
    expect(await refusalOf(create)).toMatchObject({ param: 'end_behavior' });
  });

  test('changes the price when the period ends; then it leaves the subscription', async () => {
    const price = await createPrice(stripe, 300);
    const { subscription, schedule, read } = await scheduleChange(price);
    expect((await stripe.invoices.createPreview({ subscription: subscription.id })).total).toBe(600);
    expect((await read()).schedule).toBe(schedule.id);
    monthLater();
    expect(itemOf(await read())).toMatchObject({
      id: itemOf(subscription).id,
      price: { id: price.id },
      quantity: 2,
      current_period_end: seconds('2026-06-01T00:00:00Z'),
    });
    expect((await listInvoices(stripe, subscription)).map(({ total }) => total)).toEqual([600, 1000]);
    expect(await stripe.subscriptionSchedules.retrieve(schedule.id)).toMatchObject({
      current_phase: {
        start_date: seconds('2026-05-01T00:00:00Z'),
        end_date: seconds('2026-06-01T00:00:00Z'),
      },
    });
    const events = await eventsDuring(stripe, () => {
      monthLater();
      return read();
    });
    expect(events.map(({ type }) => type)).toContain('subscription_schedule.released');
    expect(await read()).toMatchObject({ schedule: null, status: 'active' });
    expect(await stripe.subscriptionSchedules.retrieve(schedule.id)).toMatchObject({
      status: 'released',
      subscription: null,
      released_subscription: subscription.id,
    });
    expect((await listInvoices(stripe, subscription)).map(({ total }) => total)).toEqual([600, 600, 1000]);
  });

  test('to another interval starts a cycle of its own', async () => {
    const { subscription, read } = await scheduleChange(await createPrice(stripe, 9000, 'year'));
    const start = itemOf(subscription).current_period_end;
    monthLater();
    const changed = await read();
    expect(itemOf(changed).current_period_start).toBe(start);
    expect(new Date(itemOf(changed).current_period_end * 1000).getUTCFullYear()).toBe(2027);
    expect(changed.billing_cycle_anchor).toBe(start);
  });

  test('can end the subscription', async () => {
    const { schedule, read } = await scheduleChange(await createPrice(stripe, 300), {
      end_behavior: 'cancel',
    });
    const end = schedule.phases.at(-1)?.end_date ?? 0;
    expect((await read()).cancel_at).toBe(end);
    now = new Date(end * 1000);
    expect((await read()).status).toBe('canceled');
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe('completed');
  });

  test('changes discounts: a phase names all that it has', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const { subscription } = await createSubscriber(stripe);
    const price = await createPrice(stripe, 3000);
    const created = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const { start_date: start = 0, end_date: end = 0 } = created.phases[0] ?? {};
    await stripe.subscriptionSchedules.update(created.id, {
      phases: [
        { start_date: start, end_date: end, items: [{ price: itemOf(subscription).price.id }] },
        { items: [{ price: price.id }], discounts: [{ coupon }] },
        { items: [{ price: price.id }] },
      ],
    });
    expect((await stripe.invoices.createPreview({ subscription: subscription.id })).total).toBe(1500);
    expect((await stripe.coupons.retrieve(coupon)).times_redeemed).toBe(0);
    monthLater();
    await stripe.subscriptions.retrieve(subscription.id);
    monthLater();
    expect((await stripe.subscriptions.retrieve(subscription.id)).discounts).toEqual([]);
    expect((await listInvoices(stripe, subscription)).map(({ total }) => total)).toEqual([3000, 1500, 1000]);
  });

  test('within a period charges prorations', async () => {
    const { subscription, created } = await scheduleChange(await createPrice(stripe, 300));
    const { start_date: start = 0, end_date: end = 0 } = created.phases[0] ?? {};
    const middle = start + (end - start) / 2;
    const bigger = await createPrice(stripe, 3000);
    await stripe.subscriptionSchedules.update(created.id, {
      phases: [
        { start_date: start, end_date: middle, items: [{ price: itemOf(subscription).price.id }] },
        { end_date: end, items: [{ price: bigger.id }], proration_behavior: 'always_invoice' },
      ],
    });
    now = new Date(middle * 1000);
    expect(itemOf(await stripe.subscriptions.retrieve(subscription.id)).price.id).toBe(bigger.id);
    const [invoice] = await listInvoices(stripe, subscription);
    expect(invoice?.lines.data.map(({ amount }) => amount)).toEqual([-500, 1500]);
  });

  test('is released or canceled', async () => {
    const price = await createPrice(stripe, 300);
    const kept = await scheduleChange(price);
    expect(await stripe.subscriptionSchedules.release(kept.schedule.id)).toMatchObject({
      status: 'released',
    });
    expect(await kept.read()).toMatchObject({ schedule: null, status: 'active' });
    expect(await refusalOf(stripe.subscriptionSchedules.release(kept.schedule.id))).toMatchObject({
      statusCode: 400,
    });
    const ended = await scheduleChange(price);
    expect(await stripe.subscriptionSchedules.cancel(ended.schedule.id)).toMatchObject({
      status: 'canceled',
    });
    expect((await ended.read()).status).toBe('canceled');
  });

  test('owns the subscription’s cancellation, and forbids a pause', async () => {
    const { schedule, subscription } = await scheduleChange(await createPrice(stripe, 300));
    const cancel = stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    expect((await refusalOf(cancel)).message).toContain(
      `managed by the subscription schedule \`${schedule.id}\``,
    );
    expect(await refusalOf(stripe.subscriptions.pause(subscription.id))).toMatchObject({ statusCode: 400 });
    await stripe.subscriptions.cancel(subscription.id);
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe('canceled');
  });

  test.each([
    ['without a start', undefined],
    ['that moves the current phase', 5],
  ])('an update %s is refused', async (_what, start) => {
    const { created, subscription } = await scheduleChange(await createPrice(stripe, 300));
    const items = [{ price: itemOf(subscription).price.id }];
    const update = stripe.subscriptionSchedules.update(created.id, {
      phases: [start === undefined ? { items } : { items, start_date: start }],
    });
    expect(await refusalOf(update)).toMatchObject({ statusCode: 400 });
  });
});

test('a schedule of a customer starts its subscription at its start date', async () => {
  const customer = await createCustomer(stripe);
  const price = await createPrice(stripe);
  const start = Math.floor(now.getTime() / 1000) + 86_400;
  const schedule = await stripe.subscriptionSchedules.create({
    customer: customer.id,
    start_date: start,
    end_behavior: 'cancel',
    phases: [{ items: [{ price: price.id }], duration: { interval: 'month', interval_count: 2 } }],
  });
  expect(schedule).toMatchObject({ status: 'not_started', subscription: null, current_phase: null });
  expect(
    (await stripe.subscriptionSchedules.list({ customer: customer.id, scheduled: true })).data,
  ).toHaveLength(1);
  now = new Date(start * 1000);
  const started = await stripe.subscriptionSchedules.retrieve(schedule.id, { expand: ['subscription'] });
  expect(started).toMatchObject({
    status: 'active',
    current_phase: { start_date: start },
    subscription: { status: 'active', schedule: schedule.id, cancel_at: schedule.phases[0]?.end_date },
  });
});
