import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { createCustomer, createPrice, createSubscriber } from './fixtures.ts';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { itemOf, listInvoices } from './subscription-facts.ts';

let client: LocalStripeClient;
let stripe: Stripe;
beforeAll(async () => {
  client = await startLocalStripe({ now: () => new Date('2026-01-31T12:00:00Z') });
  stripe = client.stripe;
});

test('a preview has the prorations that are pending, then the next period, and no tax', async () => {
  const { subscription } = await createSubscriber(stripe);
  const bigger = await createPrice(stripe, 3000);
  await stripe.subscriptions.update(subscription.id, {
    items: [{ id: itemOf(subscription).id, price: bigger.id }],
  });
  const preview = await stripe.invoices.createPreview({ subscription: subscription.id });
  const facts = preview.lines.data.map(({ amount, parent }) => [
    amount,
    parent?.subscription_item_details?.proration,
  ]);
  expect(facts).toEqual([
    [-1000, true],
    [3000, true],
    [3000, false],
  ]);
  expect(preview).toMatchObject({
    billing_reason: 'upcoming',
    amount_due: 5000,
    total_excluding_tax: 5000,
    total_taxes: [],
    hosted_invoice_url: null,
    number: null,
    status: 'draft',
    next_payment_attempt: itemOf(subscription).current_period_end + 3600,
  });
});

describe('prorations of a subscription that is about to end', () => {
  test('are previewed without a next period, and collected at the end', async () => {
    const { subscription } = await createSubscriber(stripe);
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: itemOf(subscription).id, quantity: 3 }],
    });
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    const preview = await stripe.invoices.createPreview({ subscription: subscription.id });
    expect(preview.amount_due).toBe(2000);
    await client.control('POST', 'clock', { advance_days: '32' });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
    expect(await listInvoices(stripe, subscription)).toMatchObject([
      { amount_paid: 2000 },
      { amount_paid: 1000 },
    ]);
  });

  test('without any, the preview of a cancellation is refused', async () => {
    const { subscription } = await createSubscriber(stripe);
    const preview = stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { cancel_at_period_end: true },
    });
    expect(await refusalOf(preview)).toMatchObject({ statusCode: 404, code: 'invoice_upcoming_none' });
  });
});

test('a customer alone cannot be previewed, as at Stripe', async () => {
  const { customer } = await createSubscriber(stripe);
  const refusal = await refusalOf(stripe.invoices.createPreview({ customer: customer.id }));
  expect(refusal.statusCode).toBe(400);
  expect(refusal.message).toMatch(/^You must provide at least one of: `subscription`, `schedule`/);
});

test('the subscription of another customer is not previewed', async () => {
  const { subscription } = await createSubscriber(stripe);
  const { id } = await createCustomer(stripe);
  const preview = stripe.invoices.createPreview({ customer: id, subscription: subscription.id });
  expect(await refusalOf(preview)).toMatchObject({ code: 'resource_missing', param: 'subscription' });
});

test.each([
  ['canceled', { status: 'canceled' }],
  ['paused', { status: 'paused' }],
  ['incomplete', { status: 'incomplete' }],
])('a subscription that is %s has no upcoming invoice', async (_status, form) => {
  const { subscription } = await createSubscriber(stripe);
  await client.control('POST', `subscriptions/${subscription.id}`, form);
  const refusal = await refusalOf(stripe.invoices.createPreview({ subscription: subscription.id }));
  expect(refusal).toMatchObject({ statusCode: 404, code: 'invoice_upcoming_none' });
});

describe('the balance of the customer', () => {
  test('has the currency of the account where the customer has none yet', async () => {
    expect(await stripe.customers.create({ balance: -500 })).toMatchObject({ currency: 'usd' });
    expect(await stripe.customers.create({ balance: 0 })).toMatchObject({ currency: null });
  });

  test.each([
    ['a credit lowers the amount due', -400, 600, 0],
    ['a larger credit leaves a rest', -1500, 0, -500],
    ['a debt is collected', 250, 1250, 0],
  ])('%s', async (_what, balance, due, rest) => {
    const { customer, subscription } = await createSubscriber(stripe);
    await stripe.customers.update(customer.id, { balance });
    const preview = await stripe.invoices.createPreview({ subscription: subscription.id });
    expect(preview).toMatchObject({ starting_balance: balance, total: 1000, amount_due: due });
    await client.control('POST', 'clock', { advance_days: '32' });
    expect((await listInvoices(stripe, subscription))[0]).toMatchObject({
      amount_paid: due,
      ending_balance: rest,
    });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ balance: rest });
  });
});
