import { beforeAll, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, startLocalStripe } from './local-stripe-client.ts';
import { createCustomer, createPrice, createSubscriber, idOf } from './fixtures.ts';
import { itemOf, listInvoices, seconds } from './subscription-facts.ts';

const day = 86_400;

let client: LocalStripeClient;
let stripe: Stripe;
let now = new Date('2026-01-31T12:00:00Z');
beforeAll(async () => {
  client = await startLocalStripe({ now: () => now });
  stripe = client.stripe;
});

test('periods end and are renewed and invoiced, by calendar months', async () => {
  const { subscription } = await createSubscriber(stripe);
  now = new Date('2026-04-01T12:00:00Z');
  const later = await stripe.subscriptions.retrieve(subscription.id);
  expect(itemOf(later).current_period_end).toBe(seconds('2026-04-30T12:00:00Z'));
  const invoices = await listInvoices(stripe, subscription);
  expect(invoices.map(({ billing_reason: reason }) => reason)).toEqual([
    'subscription_cycle',
    'subscription_cycle',
    'subscription_create',
  ]);
});

test('items of several intervals renew each at its own end, on one invoice where the ends meet', async () => {
  const customer = await createCustomer(stripe);
  const monthly = await createPrice(stripe, 1500);
  const { id: quarterly } = await stripe.prices.create({
    product: idOf(monthly.product),
    currency: 'usd',
    unit_amount: 10_000,
    recurring: { interval: 'month', interval_count: 3 },
  });
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: quarterly }, { price: monthly.id }],
  });
  expect(await stripe.invoices.createPreview({ subscription: subscription.id })).toMatchObject({
    amount_due: 1_500,
    period_end: seconds('2026-05-01T12:00:00Z'),
  });
  now = new Date('2026-07-02T12:00:00Z');
  const later = await stripe.subscriptions.retrieve(subscription.id);
  expect(later.items.data.map((item) => item.current_period_end)).toEqual([
    seconds('2026-10-01T12:00:00Z'),
    seconds('2026-08-01T12:00:00Z'),
  ]);
  const invoices = await listInvoices(stripe, subscription);
  expect(invoices.map(({ total }) => total)).toEqual([11_500, 1_500, 1_500, 11_500]);
});

test('scheduled cancellations take effect, and unpaid renewals are past due', async () => {
  const leaving = await createSubscriber(stripe);
  await stripe.subscriptions.update(leaving.subscription.id, { cancel_at_period_end: true });
  const failing = await createSubscriber(stripe);
  const card = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
    customer: failing.customer.id,
  });
  await stripe.customers.update(failing.customer.id, {
    invoice_settings: { default_payment_method: card.id },
  });
  now = new Date(now.getTime() + 32 * day * 1000);
  expect((await stripe.subscriptions.retrieve(leaving.subscription.id)).status).toBe('canceled');
  expect((await stripe.subscriptions.retrieve(failing.subscription.id)).status).toBe('past_due');
});

test('an unpaid subscription goes on with drafts, and paying an older invoice does not settle it', async () => {
  const { subscription } = await createSubscriber(stripe);
  await client.control('POST', 'invoices', { subscription: subscription.id });
  await client.control('POST', `subscriptions/${subscription.id}`, { status: 'unpaid' });
  now = new Date(now.getTime() + 62 * day * 1000);
  const statuses = async () => (await listInvoices(stripe, subscription)).map(({ status }) => status);
  expect(await statuses()).toEqual(['draft', 'draft', 'open', 'paid']);
  const [, , open] = await listInvoices(stripe, subscription);
  await stripe.invoices.pay(open?.id ?? '');
  expect(await statuses()).toEqual(['draft', 'draft', 'paid', 'paid']);
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('unpaid');
});

test('a draft of a paused collection is not sent', async () => {
  const { customer, price } = await createSubscriber(stripe);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    collection_method: 'send_invoice',
    days_until_due: 7,
  });
  await stripe.subscriptions.update(subscription.id, { pause_collection: { behavior: 'keep_as_draft' } });
  now = new Date(now.getTime() + 33 * day * 1000);
  const [newest] = await listInvoices(stripe, subscription);
  expect(newest).toMatchObject({
    billing_reason: 'subscription_cycle',
    status: 'draft',
    auto_advance: false,
  });
});

test('a control advances the clock', async () => {
  const { subscription } = await createSubscriber(stripe);
  const { body } = await client.control('POST', 'clock', { advance_days: '400' });
  expect(body).toMatchObject({ now: now.getTime() / 1000 + 400 * day });
  const later = await stripe.subscriptions.retrieve(subscription.id);
  expect(itemOf(later).current_period_end).toBeGreaterThan(now.getTime() / 1000 + 400 * day);
});
