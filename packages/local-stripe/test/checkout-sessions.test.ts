import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createCustomer, createPrice, eventsDuring } from './fixtures.ts';

let client: LocalStripeClient;
let stripe: Stripe;
let price: string;
let oneTimePrice: string;
const success_url = 'https://app.example.com/welcome';
beforeAll(async () => {
  client = await startLocalStripe();
  stripe = client.stripe;
  price = (await createPrice(stripe)).id;
  const product = await stripe.products.create({ name: 'Book' });
  oneTimePrice = (await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 700 })).id;
});

async function subscribe(
  params: Omit<Stripe.Checkout.SessionCreateParams, 'mode'> = {},
): Promise<Stripe.Checkout.Session> {
  return stripe.checkout.sessions.create({
    mode: 'subscription',
    success_url,
    line_items: [{ price, quantity: 2 }],
    ...params,
  });
}

async function complete(
  session: { readonly id: string },
  payer: Readonly<Record<string, string>> = {},
): Promise<Stripe.Checkout.Session> {
  const { body } = await client.control('POST', `checkout_sessions/${session.id}/complete`, payer);
  return body as Stripe.Checkout.Session;
}

test('an open session has no customer yet, and no event', async () => {
  let session: Stripe.Checkout.Session | undefined;
  const events = await eventsDuring(stripe, async () => {
    session = await subscribe({ client_reference_id: 'user_1', metadata: { userId: 'user_1' } });
  });
  expect(events).toEqual([]);
  expect(session).toMatchObject({
    status: 'open',
    payment_status: 'unpaid',
    amount_total: 2000,
    client_reference_id: 'user_1',
    metadata: { userId: 'user_1' },
    customer: null,
    customer_creation: 'always',
    subscription: null,
    payment_link: null,
    livemode: false,
    url: expect.stringContaining('/c/pay/cs_test_'),
  });
  expect(session).not.toHaveProperty('line_items');
  const { line_items: items } = await stripe.checkout.sessions.retrieve(session?.id ?? '', {
    expand: ['line_items'],
  });
  expect(items?.data).toMatchObject([{ quantity: 2, price: { id: price } }]);
});

test('completing creates a customer and a subscription, and sends their events', async () => {
  const session = await subscribe({ metadata: { userId: 'user_2' } });
  const events = await eventsDuring(stripe, () =>
    complete(session, { email: 'new@example.com', name: 'New' }),
  );
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['customer', 'subscription'] });
  expect(done).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    customer: { email: 'new@example.com', name: 'New', metadata: {} },
    subscription: { status: 'active', items: { data: [{ quantity: 2 }] } },
    customer_details: { email: 'new@example.com' },
    url: null,
  });
  const types = events.map(({ type }) => type);
  expect(types).toEqual(
    expect.arrayContaining([
      'customer.created',
      'payment_method.attached',
      'customer.subscription.created',
      'checkout.session.completed',
    ]),
  );
  const completed = events.find(({ type }) => type === 'checkout.session.completed');
  expect(completed?.data).toMatchObject({ object: { id: session.id, metadata: { userId: 'user_2' } } });
  expect(completed?.data).not.toHaveProperty('previous_attributes');
  expect(completed?.data.object).not.toHaveProperty('line_items');
});

test('a session for a customer creates no other customer', async () => {
  const customer = await createCustomer(stripe, { email: 'known@example.com' });
  const session = await subscribe({ customer: customer.id });
  expect(session.customer_creation).toBeNull();
  const events = await eventsDuring(stripe, () => complete(session));
  expect(events.map(({ type }) => type)).not.toContain('customer.created');
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
    customer: customer.id,
    customer_details: { email: 'known@example.com' },
  });
});

test.each([
  { creation: undefined, customer: null },
  { creation: 'always' as const, customer: expect.stringMatching(/^cus_/) },
])('a payment with customer_creation $creation', async ({ creation, customer }) => {
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    success_url,
    line_items: [{ price: oneTimePrice }],
    customer_email: 'guest@example.com',
    ...(creation ? { customer_creation: creation } : {}),
  });
  expect(await complete(session)).toMatchObject({
    customer,
    payment_status: 'paid',
    customer_details: { email: 'guest@example.com' },
  });
});

test('a setup has no amount', async () => {
  const { id } = await createCustomer(stripe);
  const session = await stripe.checkout.sessions.create({ mode: 'setup', success_url, customer: id });
  expect(await complete(session)).toMatchObject({
    amount_total: null,
    payment_status: 'no_payment_required',
    status: 'complete',
    customer: id,
  });
  expect((await stripe.customers.listPaymentMethods(id)).data).toHaveLength(2);
});

test('a session of a payment link has the reference from the payer’s URL', async () => {
  const form = {
    mode: 'subscription',
    success_url,
    'line_items[0][price]': price,
    payment_link: 'plink_1',
    client_reference_id: 'somebody_else',
  };
  const opened = (await client.control('POST', 'checkout_sessions', form)).body as Stripe.Checkout.Session;
  expect(await complete(opened)).toMatchObject({
    payment_link: 'plink_1',
    client_reference_id: 'somebody_else',
    status: 'complete',
  });
  const refusal = await client.call('POST', '/v1/checkout/sessions', { form });
  expect(refusal.body).toMatchObject({ error: { code: 'parameter_unknown', param: 'payment_link' } });
});

test('a session can be completed only once', async () => {
  const session = await subscribe();
  await complete(session);
  const again = await client.control('POST', `checkout_sessions/${session.id}/complete`);
  expect(again).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('complete') } },
  });
});

describe('refusals', () => {
  const item = { success_url, line_items: [{ price: 'price_none' }] };
  test.each([
    ['an unknown price', 'subscription', item, 'line_items[0][price]'],
    ['no items', 'payment', { success_url }, 'line_items'],
    ['an unknown customer', 'setup', { success_url, customer: 'cus_none' }, 'customer'],
    [
      'a customer and an e-mail',
      'setup',
      { success_url, customer: 'c', customer_email: 'a@b.c' },
      'customer',
    ],
    ['no way back', 'setup', {}, 'success_url'],
    [
      'a choice that is none',
      'subscription',
      { ...item, customer_creation: 'always' as const },
      'customer_creation',
    ],
  ] as const)('%s', async (_what, mode, params, param) => {
    const refusal = await refusalOf(
      stripe.checkout.sessions.create({
        mode,
        ...structuredClone(params),
      }),
    );
    expect(refusal).toMatchObject({ statusCode: 400, param });
  });

  test.each([
    ['subscription', () => [oneTimePrice], 'at least one recurring price'],
    ['subscription', () => [price, oneTimePrice], 'no one-time prices'],
    ['payment', () => [price], 'passed a recurring price'],
  ] as const)('%s takes no other prices', async (mode, prices, message) => {
    const refusal = await refusalOf(
      stripe.checkout.sessions.create({
        mode,
        success_url,
        line_items: prices().map((id) => ({ price: id })),
      }),
    );
    expect(refusal.message).toContain(message);
  });

  test('an unknown session', async () => {
    expect(await refusalOf(stripe.checkout.sessions.retrieve('cs_test_none'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });
});
