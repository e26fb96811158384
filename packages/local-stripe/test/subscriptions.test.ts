import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createCustomer, createPrice, createSubscriber, idOf } from './fixtures.ts';
import { itemOf, listInvoices, seconds } from './subscription-facts.ts';

const day = 86_400;

let client: LocalStripeClient;
let stripe: Stripe;
const now = new Date('2026-01-31T12:00:00Z');
beforeAll(async () => {
  client = await startLocalStripe({ now: () => now });
  stripe = client.stripe;
});

describe('starting', () => {
  test('the first period is paid immediately, and its dates are on the item', async () => {
    const { subscription } = await createSubscriber(stripe);
    expect(subscription).toMatchObject({ status: 'active', cancel_at: null, cancel_at_period_end: false });
    expect(subscription).not.toHaveProperty('current_period_end');
    expect(itemOf(subscription)).toMatchObject({
      current_period_start: seconds('2026-01-31T12:00:00Z'),
      current_period_end: seconds('2026-02-28T12:00:00Z'),
    });
    expect(await listInvoices(stripe, subscription)).toMatchObject([
      {
        id: subscription.latest_invoice,
        status: 'paid',
        amount_paid: 1000,
        billing_reason: 'subscription_create',
      },
    ]);
  });

  test('a trial is free', async () => {
    const customer = await stripe.customers.create();
    const price = await createPrice(stripe);
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      trial_period_days: 14,
    });
    expect(subscription).toMatchObject({ status: 'trialing', trial_end: now.getTime() / 1000 + 14 * day });
    expect(await listInvoices(stripe, subscription)).toMatchObject([{ status: 'paid', total: 0 }]);
  });

  test('a subscription does not start without a payment method', async () => {
    const customer = await stripe.customers.create();
    const price = await createPrice(stripe);
    const start = stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const refusal = await refusalOf(start);
    expect(refusal).toMatchObject({ code: 'resource_missing' });
    expect(refusal.message).toContain('no attached payment source or default payment method');
  });

  test('a declined card leaves it incomplete, and paying completes it', async () => {
    const customer = await createCustomer(stripe, {
      payment_method: 'pm_card_chargeCustomerFail',
      invoice_settings: { default_payment_method: 'pm_card_chargeCustomerFail' },
    });
    const price = await createPrice(stripe);
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
    });
    expect(subscription.status).toBe('incomplete');
    const invoice = idOf(subscription.latest_invoice);
    expect(await refusalOf(stripe.invoices.pay(invoice))).toMatchObject({
      statusCode: 402,
      code: 'card_declined',
    });
    expect(await stripe.invoices.retrieve(invoice)).toMatchObject({ status: 'open', attempt_count: 2 });
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: card.id } });
    await stripe.invoices.pay(invoice);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });

  test.each([
    ['a price that is paid once', { unit_amount: 100 }],
    ['an inactive price', { unit_amount: 100, recurring: { interval: 'month' }, active: false }],
  ] as const)('%s cannot be subscribed to', async (_what, params) => {
    const customer = await createCustomer(stripe);
    const price = await stripe.prices.create({ currency: 'usd', product_data: { name: 'Thing' }, ...params });
    const refusal = await refusalOf(
      stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] }),
    );
    expect(refusal).toMatchObject({ statusCode: 400, param: 'items[0][price]' });
  });
});

describe('ending', () => {
  test('at the end of the period, which can be undone', async () => {
    const { subscription } = await createSubscriber(stripe);
    const end = itemOf(subscription).current_period_end;
    const leaving = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    expect(leaving).toMatchObject({
      status: 'active',
      cancel_at: end,
      cancel_at_period_end: true,
      cancellation_details: { reason: 'cancellation_requested' },
    });
    const staying = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false });
    expect(staying).toMatchObject({ cancel_at: null, cancel_at_period_end: false, canceled_at: null });
  });

  test('at a chosen time', async () => {
    const { subscription } = await createSubscriber(stripe);
    const cancelAt = now.getTime() / 1000 + 5 * day;
    const leaving = await stripe.subscriptions.update(subscription.id, { cancel_at: cancelAt });
    expect(leaving).toMatchObject({ cancel_at: cancelAt, cancel_at_period_end: false });
    expect((await stripe.subscriptions.update(subscription.id, { cancel_at: '' })).cancel_at).toBeNull();
  });

  test('immediately: it is listed only on request, and cannot be changed', async () => {
    const { customer, subscription } = await createSubscriber(stripe);
    const details = { feedback: 'too_complex', comment: 'Sorry' } as const;
    const ended = await stripe.subscriptions.cancel(subscription.id, { cancellation_details: details });
    expect(ended).toMatchObject({
      status: 'canceled',
      ended_at: now.getTime() / 1000,
      cancellation_details: details,
    });
    const list = async (status?: 'all' | 'canceled') =>
      (await stripe.subscriptions.list({ customer: customer.id, ...(status ? { status } : {}) })).data.length;
    expect([await list(), await list('canceled'), await list('all')]).toEqual([0, 1, 1]);
    await refusalOf(stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true }));
    const renamed = await stripe.subscriptions.update(subscription.id, { metadata: { why: 'known' } });
    expect(renamed.metadata).toEqual({ why: 'known' });
  });

  test.each([
    [{ prorate: true, invoice_now: true }, [-1000, 1000]],
    [{ prorate: true }, [1000]],
    [{ invoice_now: true }, [1000]],
  ])('immediately, with %j', async (params, totals) => {
    const { subscription } = await createSubscriber(stripe);
    await stripe.subscriptions.cancel(subscription.id, params);
    expect((await listInvoices(stripe, subscription)).map(({ total }) => total)).toEqual(totals);
  });

  test('with the customer', async () => {
    const { customer, subscription } = await createSubscriber(stripe);
    expect(await stripe.customers.del(customer.id)).toMatchObject({ id: customer.id, deleted: true });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
    expect(await refusalOf(stripe.customers.update(customer.id, { name: 'Ghost' }))).toMatchObject({
      statusCode: 404,
    });
  });
});

describe('changing', () => {
  test('prorations wait for the next invoice, unless they are invoiced immediately', async () => {
    const { subscription } = await createSubscriber(stripe);
    const bigger = await createPrice(stripe, 3000);
    const items = [{ id: itemOf(subscription).id, price: bigger.id }];
    const preview = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { items },
    });
    expect(preview.lines.data.map(({ amount }) => amount)).toEqual([-1000, 3000, 3000]);
    await stripe.subscriptions.update(subscription.id, { items });
    expect(await listInvoices(stripe, subscription)).toHaveLength(1);
    expect((await stripe.invoices.createPreview({ subscription: subscription.id })).amount_due).toBe(5000);
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: itemOf(subscription).id, quantity: 2 }],
      proration_behavior: 'always_invoice',
    });
    expect(await listInvoices(stripe, subscription)).toMatchObject([
      { billing_reason: 'subscription_update', amount_paid: 5000 },
      {},
    ]);
    expect((await stripe.invoices.createPreview({ subscription: subscription.id })).amount_due).toBe(6000);
  });

  test('a new interval starts a new period', async () => {
    const { subscription } = await createSubscriber(stripe);
    const yearly = await createPrice(stripe, 10_000, 'year');
    const updated = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: itemOf(subscription).id, price: yearly.id }],
    });
    expect(itemOf(updated).current_period_end).toBe(seconds('2027-01-31T12:00:00Z'));
    expect(await listInvoices(stripe, subscription)).toMatchObject([
      { amount_paid: 9000 },
      { amount_paid: 1000 },
    ]);
  });

  test('a subscription that is about to end has no upcoming invoice', async () => {
    const { subscription } = await createSubscriber(stripe);
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    const refusal = await refusalOf(stripe.invoices.createPreview({ subscription: subscription.id }));
    expect(refusal).toMatchObject({ statusCode: 404, code: 'invoice_upcoming_none' });
  });

  test('collection is paused and resumed', async () => {
    const { subscription } = await createSubscriber(stripe);
    const paused = await stripe.subscriptions.update(subscription.id, {
      pause_collection: { behavior: 'void' },
    });
    expect(paused).toMatchObject({
      status: 'active',
      pause_collection: { behavior: 'void', resumes_at: null },
    });
    expect(
      (await stripe.subscriptions.update(subscription.id, { pause_collection: '' })).pause_collection,
    ).toBeNull();
  });

  test('a subscription is paused and resumed', async () => {
    const { subscription } = await createSubscriber(stripe);
    const paused = await stripe.subscriptions.pause(subscription.id);
    expect(paused).toMatchObject({
      status: 'paused',
      status_details: { paused: { subscription: { type: 'pause_requested' } } },
    });
    await refusalOf(stripe.subscriptions.pause(subscription.id));
    const resumed = await stripe.subscriptions.resume(subscription.id);
    expect(resumed.status).toBe('active');
    expect(resumed).not.toHaveProperty('status_details');
  });

  test.each(['past_due', 'unpaid', 'incomplete_expired', 'trialing'] as const)(
    'a test can put it to %s',
    async (status) => {
      const { subscription } = await createSubscriber(stripe);
      await client.control('POST', `subscriptions/${subscription.id}`, { status });
      expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe(status);
    },
  );
});
