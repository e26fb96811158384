import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { createPrice, createSubscriber, eventsDuring, idOf } from './fixtures.ts';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { listInvoices } from './subscription-facts.ts';

const day = 86_400;

let client: LocalStripeClient;
let stripe: Stripe;
beforeAll(async () => {
  client = await startLocalStripe();
  stripe = client.stripe;
});

/** Creates an invoice in a state by one control. */
async function createInvoice(form: Readonly<Record<string, string>>) {
  const { customer, subscription } = await createSubscriber(stripe);
  const answer = await client.control('POST', 'invoices', { subscription: subscription.id, ...form });
  const invoice = await stripe.invoices.retrieve((answer.body as Stripe.Invoice).id);
  const current = () => stripe.subscriptions.retrieve(subscription.id);
  return { invoice, id: invoice.id, customer, current };
}

test.each([
  ['draft', 'active', { hosted_invoice_url: null, number: null }],
  ['open', 'past_due', { attempt_count: 1, amount_remaining: 1000 }],
  ['paid', 'active', { amount_paid: 1000, amount_remaining: 0 }],
  ['uncollectible', 'active', { amount_remaining: 1000 }],
  ['void', 'active', {}],
])('a control creates an invoice that is %s', async (status, subscriptionStatus, members) => {
  const { invoice, current } = await createInvoice({ status });
  expect(invoice).toMatchObject({ status, ...members });
  expect(await current()).toMatchObject({ status: subscriptionStatus, latest_invoice: invoice.id });
});

test.each([
  ['could not be charged', true, { status: 'open' }],
  ['is overdue', true, { collection_method: 'send_invoice', overdue: 'true' }],
  ['is not due yet', false, { collection_method: 'send_invoice', days_until_due: '14' }],
])(
  'an invoice that %s makes the customer delinquent: %s, until it is paid',
  async (_title, delinquent, form) => {
    const { id, customer } = await createInvoice(form);
    const current = () => stripe.customers.retrieve(customer.id);
    expect(await current()).toMatchObject({ delinquent });
    await stripe.invoices.pay(id);
    expect(await current()).toMatchObject({ delinquent: false });
  },
);

test('an invoice that was sent and is overdue makes the subscription past due', async () => {
  const { invoice, current } = await createInvoice({ collection_method: 'send_invoice', overdue: 'true' });
  expect(invoice).toMatchObject({ status: 'open', collection_method: 'send_invoice', attempt_count: 0 });
  expect(invoice.due_date).toBeLessThan(Date.now() / 1000);
  expect((await current()).status).toBe('past_due');
});

describe('paying', () => {
  test('an open invoice with another card makes the subscription active', async () => {
    const { id, customer, current } = await createInvoice({});
    const card = await stripe.paymentMethods.attach('pm_card_mastercard', { customer: customer.id });
    expect(await stripe.invoices.pay(id, { payment_method: card.id })).toMatchObject({ status: 'paid' });
    expect((await current()).status).toBe('active');
  });

  test('records what changed on the invoice, as every change does', async () => {
    const { id } = await createInvoice({});
    const events = await eventsDuring(stripe, () => stripe.invoices.pay(id));
    expect(events.find(({ type }) => type === 'invoice.updated')?.data).toMatchObject({
      object: { id, status: 'paid', amount_paid: 1000 },
      previous_attributes: { status: 'open', amount_paid: 0, amount_remaining: 1000 },
    });
  });

  test('fails with an event of the failure and one of the change', async () => {
    const { id, customer } = await createInvoice({});
    const declined = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: customer.id,
    });
    const events = await eventsDuring(stripe, () =>
      refusalOf(stripe.invoices.pay(id, { payment_method: declined.id })),
    );
    expect(events.map(({ type }) => type)).toEqual(['invoice.payment_failed', 'invoice.updated']);
  });

  test('outside of Stripe needs no card', async () => {
    const { id, customer } = await createInvoice({});
    await stripe.paymentMethods.detach(idOf(customer.invoice_settings.default_payment_method));
    const refusal = await refusalOf(stripe.invoices.pay(id));
    expect(refusal.message).toMatch(/^There is no `default_payment_method` set on this Customer or Invoice/);
    expect(await stripe.invoices.pay(id, { paid_out_of_band: true })).toMatchObject({ status: 'paid' });
  });

  test.each([
    ['draft', 'paid'],
    ['uncollectible', 'paid'],
  ])('works for an invoice that is %s', async (status, outcome) => {
    const { id } = await createInvoice({ status });
    expect((await stripe.invoices.pay(id)).status).toBe(outcome);
  });

  test.each([
    ['paid', 'invoice_already_paid'],
    ['void', 'invoice_not_open'],
  ])('an invoice that is %s is refused', async (status, code) => {
    const { id } = await createInvoice({ status });
    expect(await refusalOf(stripe.invoices.pay(id))).toMatchObject({ statusCode: 400, code });
  });

  test('with the card of another customer is refused', async () => {
    const { id } = await createInvoice({});
    const { customer: other } = await createSubscriber(stripe);
    const payment = stripe.invoices.pay(id, {
      payment_method: idOf(other.invoice_settings.default_payment_method),
    });
    expect(await refusalOf(payment)).toMatchObject({ code: 'resource_missing', param: 'payment_method' });
  });
});

describe('closing an invoice', () => {
  test.each(['voidInvoice', 'markUncollectible'] as const)(
    '%s ends what the customer owes, once',
    async (action) => {
      const { id, current } = await createInvoice({});
      const events = await eventsDuring(stripe, () => stripe.invoices[action](id));
      expect(events.map(({ type }) => type)).toEqual([
        ...(action === 'voidInvoice'
          ? ['invoice.voided']
          : ['customer.updated', 'invoice.marked_uncollectible']),
        'invoice.updated',
        'customer.subscription.updated',
      ]);
      expect((await current()).status).toBe('active');
      expect(await refusalOf(stripe.invoices[action](id))).toMatchObject({ code: 'invoice_not_open' });
    },
  );
});

describe('an invoice that is sent', () => {
  async function startSent() {
    const { customer } = await createSubscriber(stripe);
    const price = await createPrice(stripe);
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      collection_method: 'send_invoice',
      days_until_due: 14,
    });
    const current = async () => ({
      subscription: await stripe.subscriptions.retrieve(subscription.id),
      invoice: (await listInvoices(stripe, subscription))[0],
    });
    return { subscription, current };
  }

  test('is a draft for an hour, then open until its due date, and then overdue', async () => {
    const { subscription, current } = await startSent();
    const draft = await stripe.invoices.retrieve(idOf(subscription.latest_invoice));
    expect(draft).toMatchObject({
      status: 'draft',
      due_date: draft.created + 14 * day,
      automatically_finalizes_at: draft.created + 3600,
    });
    const sent = await eventsDuring(stripe, () =>
      client.control('POST', 'clock', { advance_seconds: '3601' }),
    );
    expect(sent.map(({ type }) => type)).toContain('invoice.sent');
    expect(await current()).toMatchObject({
      subscription: { status: 'active' },
      invoice: { status: 'open' },
    });
    await client.control('POST', 'clock', { advance_days: '14' });
    expect(await current()).toMatchObject({ subscription: { status: 'past_due' } });
    await stripe.invoices.pay(draft.id);
    expect(await current()).toMatchObject({
      subscription: { status: 'active' },
      invoice: { status: 'paid' },
    });
  });

  test('is sent at once on request, and a renewal charges no card', async () => {
    const { subscription, current } = await startSent();
    const sent = await stripe.invoices.sendInvoice(idOf(subscription.latest_invoice));
    expect(sent).toMatchObject({ status: 'open', attempt_count: 0 });
    await stripe.invoices.pay(sent.id, { paid_out_of_band: true });
    await client.control('POST', 'clock', { advance_days: '32' });
    expect(await current()).toMatchObject({
      subscription: { status: 'active' },
      invoice: { billing_reason: 'subscription_cycle', amount_paid: 0 },
    });
  });

  test('is finalized on request, once', async () => {
    const { subscription } = await startSent();
    const id = idOf(subscription.latest_invoice);
    expect(await stripe.invoices.finalizeInvoice(id)).toMatchObject({ status: 'open' });
    expect(await refusalOf(stripe.invoices.finalizeInvoice(id))).toMatchObject({
      code: 'invoice_already_finalized',
    });
  });
});

test('an invoice that is charged automatically cannot be sent', async () => {
  const { id } = await createInvoice({});
  const refusal = await refusalOf(stripe.invoices.sendInvoice(id));
  expect(refusal.message).toContain("collection method is 'send_invoice'");
});
