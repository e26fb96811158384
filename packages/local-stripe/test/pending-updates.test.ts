import { beforeAll, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { createSubscriber, eventsDuring } from './fixtures.ts';
import { type LocalStripeClient, startLocalStripe } from './local-stripe-client.ts';
import { itemOf, listInvoices } from './subscription-facts.ts';

let client: LocalStripeClient;
let stripe: Stripe;
beforeAll(async () => {
  client = await startLocalStripe();
  stripe = client.stripe;
});

/** A subscription whose change to three units waits for its payment, by a card that fails. */
async function createWaiting({ secondsLeft }: { readonly secondsLeft?: number } = {}) {
  const { customer, subscription } = await createSubscriber(stripe);
  const { current_period_start: start, current_period_end: end } = itemOf(subscription);
  if (secondsLeft !== undefined)
    await client.control('POST', 'clock', { advance_seconds: String(end - start - secondsLeft) });
  const good = customer.invoice_settings.default_payment_method as string;
  const card = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: card.id } });
  const updated = await stripe.subscriptions.update(subscription.id, {
    items: [{ id: itemOf(subscription).id, quantity: 3 }],
    payment_behavior: 'pending_if_incomplete',
    proration_behavior: 'always_invoice',
  });
  return { updated, good };
}

const typesDuring = async (work: () => Promise<unknown>) =>
  (await eventsDuring(stripe, work)).map(({ type }) => type);

test('a change that cannot be paid waits, and the subscription stays as it is', async () => {
  const { updated } = await createWaiting();

  const [invoice] = await listInvoices(stripe, updated);
  expect(invoice).toMatchObject({ status: 'open', amount_due: 2_000 });
  expect(updated).toMatchObject({
    status: 'active',
    latest_invoice: invoice?.id,
    items: { data: [{ quantity: 1 }] },
    pending_update: { subscription_items: [{ id: itemOf(updated).id, quantity: 3 }] },
  });
});

test('the payment applies the change', async () => {
  const { updated, good } = await createWaiting();

  const types = await typesDuring(() =>
    stripe.invoices.pay(updated.latest_invoice as string, { payment_method: good }),
  );

  expect(types).toContain('customer.subscription.pending_update_applied');
  expect(await stripe.subscriptions.retrieve(updated.id)).toMatchObject({
    items: { data: [{ quantity: 3 }] },
    pending_update: null,
  });
});

test('after 23 hours the change is dropped, and its invoice is void', async () => {
  const { updated } = await createWaiting();

  const types = await typesDuring(async () => {
    await client.control('POST', 'clock', { advance_seconds: String(23 * 3600) });
  });

  expect(types).toContain('customer.subscription.pending_update_expired');
  expect(await stripe.subscriptions.retrieve(updated.id)).toMatchObject({
    status: 'active',
    items: { data: [{ quantity: 1 }] },
    pending_update: null,
  });
  expect((await listInvoices(stripe, updated))[0]).toMatchObject({ status: 'void' });
});

test('voiding the invoice drops the change', async () => {
  const { updated } = await createWaiting();

  await stripe.invoices.voidInvoice(updated.latest_invoice as string);

  expect(await stripe.subscriptions.retrieve(updated.id)).toMatchObject({
    items: { data: [{ quantity: 1 }] },
    pending_update: null,
  });
});

test('a change that can be paid takes effect at once', async () => {
  const { subscription } = await createSubscriber(stripe);

  const updated = await stripe.subscriptions.update(subscription.id, {
    items: [{ id: itemOf(subscription).id, quantity: 3 }],
    payment_behavior: 'pending_if_incomplete',
    proration_behavior: 'always_invoice',
  });

  expect(updated).toMatchObject({ items: { data: [{ quantity: 3 }] }, pending_update: null });
});

test('at the end of the period the change is dropped before the renewal, which is of the subscription as it is', async () => {
  const { updated } = await createWaiting({ secondsLeft: 3_600 });
  expect(updated.pending_update?.expires_at).toBe(itemOf(updated).current_period_end);

  await client.control('POST', 'clock', { advance_seconds: String(23 * 3600) });

  expect(await stripe.subscriptions.retrieve(updated.id)).toMatchObject({
    items: { data: [{ quantity: 1 }] },
    pending_update: null,
  });
  expect((await stripe.invoices.retrieve(updated.latest_invoice as string)).status).toBe('void');
});

test('another change of the items drops the one that waits', async () => {
  const { updated, good } = await createWaiting();
  await stripe.customers.update(updated.customer as string, {
    invoice_settings: { default_payment_method: good },
  });

  const changed = await stripe.subscriptions.update(updated.id, {
    items: [{ id: itemOf(updated).id, quantity: 2 }],
    proration_behavior: 'always_invoice',
  });

  expect(changed).toMatchObject({ items: { data: [{ quantity: 2 }] }, pending_update: null });
  expect((await stripe.invoices.retrieve(updated.latest_invoice as string)).status).toBe('void');
});

test('the payment applies the change to a subscription that is past due too', async () => {
  const { updated, good } = await createWaiting();
  await client.control('POST', `subscriptions/${updated.id}`, { status: 'past_due' });

  await stripe.invoices.pay(updated.latest_invoice as string, { payment_method: good });

  expect(await stripe.subscriptions.retrieve(updated.id)).toMatchObject({
    status: 'active',
    items: { data: [{ quantity: 3 }] },
    pending_update: null,
  });
});
