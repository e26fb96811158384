import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { readTrail } from '../audit/audit-kit.ts';
import { createPrice, idOf } from '../../packages/local-stripe/test/fixtures.ts';
import { type WebhookApp, createEvent, createWebhookApp } from './webhook-kit.ts';

const plain = await createWebhookApp({ LINK_BY_METADATA_KEY: 'userId' });
const byReference = await createWebhookApp({
  LINK_BY_CLIENT_REFERENCE_ID: 'true',
  LINK_BY_METADATA_KEY: 'userId',
  STRIPE_API_URL: plain.stripe.url,
});
const price = await createPrice(plain.sdk);

type Form = Readonly<Record<string, string>>;

async function control(path: string, form: Form = {}): Promise<Stripe.Checkout.Session> {
  const body = new URLSearchParams(form);
  const response = await fetch(`${plain.stripe.url}/_control/${path}`, { method: 'POST', body });
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return JSON.parse(answer) as Stripe.Checkout.Session;
}

/** A session that somebody has paid, as Stripe has it. */
async function pay(form: Form): Promise<Stripe.Checkout.Session> {
  const { id } = await control('checkout_sessions', {
    mode: 'subscription',
    'line_items[0][price]': price.id,
    success_url: 'https://app.example.com/done',
    ...form,
  });
  return control(`checkout_sessions/${id}/complete`, { email: 'ada@example.com' });
}

const customerOf = ({ customer }: Stripe.Checkout.Session): string => idOf(customer);

async function complete(app: WebhookApp, session: Stripe.Checkout.Session): Promise<void> {
  const response = await app.deliver(createEvent('checkout.session.completed', { ...session }));
  expect(response.status).toBe(200);
}

test.each([
  ['metadata, which servers write', plain, (userId: string) => ({ 'metadata[userId]': userId })],
  [
    'client_reference_id, where the operator says that servers make every session',
    byReference,
    (userId: string) => ({ client_reference_id: userId }),
  ],
])(
  'links the customer of a session by %s, on the record, with the new subscription',
  async (_name, app, form) => {
    const userId = randomUUID();
    const session = await pay(form(userId));

    await complete(app, session);

    const id = customerOf(session);
    expect(await app.database.customers.findByUserId(userId)).toMatchObject({ stripeCustomerId: id });
    expect(await app.findSnapshot(id)).toMatchObject({ facts: { subscriptions: [{ status: 'active' }] } });
    expect(await readTrail(app, { userId })).toMatchObject([
      { actor: 'stripe', action: 'LINK_CUSTOMER_BY_EVENT', targetId: id, outcome: 'SUCCEEDED' },
    ]);
  },
);

describe('nobody is linked', () => {
  test.each([
    ['by client_reference_id, unless the operator says so', plain, {}],
    [
      'by metadata of a payment link, which is the same for every payer',
      plain,
      { payment_link: 'plink_1', 'metadata[userId]': 'every-payer' },
    ],
    [
      'by client_reference_id of a payment link, whatever the operator says',
      byReference,
      { payment_link: 'plink_1' },
    ],
    [
      'by what is no user id',
      byReference,
      { client_reference_id: 'x'.repeat(200), 'metadata[userId]': 'a\u0001b' },
    ],
  ])('%s', async (_name, app, form) => {
    const userId = randomUUID();
    const session = await pay({ client_reference_id: userId, ...form });

    await complete(app, session);

    expect(await app.database.customers.findByUserId(userId)).toBeNull();
    expect(await app.database.customers.findByStripeCustomerId(customerOf(session))).toBeNull();
  });

  test('by what the event says and Stripe does not', async () => {
    const userId = randomUUID();
    const session = await pay({});

    await complete(plain, {
      ...session,
      metadata: { userId },
      client_reference_id: userId,
      payment_link: null,
    });

    expect(await plain.database.customers.findByUserId(userId)).toBeNull();
  });

  test('by a session of a guest, who is no customer', async () => {
    const userId = randomUUID();
    const { id: product } = await plain.sdk.products.create({ name: 'Once' });
    const once = await plain.sdk.prices.create({ product, currency: 'usd', unit_amount: 500 });
    const guest = { mode: 'payment', 'line_items[0][price]': once.id, 'metadata[userId]': userId };
    const session = await pay(guest);
    expect(session.customer).toBeNull();

    await complete(plain, session);

    expect(await plain.database.customers.findByUserId(userId)).toBeNull();
  });
});

test('a session that Stripe does not have is to be sent again, and is handled once it is there', async () => {
  const userId = randomUUID();
  const session = await pay({ 'metadata[userId]': userId });
  const event = createEvent('checkout.session.completed', { ...session });
  const otherSandbox = await createWebhookApp({ DATABASE_URL: plain.config.databaseUrl });

  expect((await otherSandbox.deliver(event)).status).toBe(500);

  expect((await plain.deliver(event)).status).toBe(200);
  expect(await plain.database.customers.findByUserId(userId)).not.toBeNull();
});

test.each([
  ['metadata', plain, (userId: string) => ({ 'metadata[userId]': userId })],
  ['client_reference_id', byReference, (userId: string) => ({ client_reference_id: userId })],
])(
  'a link that is there is never changed by %s, of the user or of the customer',
  async (_name, app, form) => {
    const [userId, owner, other] = [randomUUID(), randomUUID(), randomUUID()];
    const { customers } = app.database;
    const session = await pay(form(userId));
    await customers.link({ userId, stripeCustomerId: `cus_before${_name.replace(/\W/g, '')}` });
    const before = await customers.findByUserId(userId);
    await complete(app, session);
    expect(await customers.findByUserId(userId)).toEqual(before);
    expect(await customers.findByStripeCustomerId(customerOf(session))).toBeNull();

    const owned = await pay(form(other));
    await customers.link({ userId: owner, stripeCustomerId: customerOf(owned) });
    await complete(app, owned);
    expect(await customers.findByStripeCustomerId(customerOf(owned))).toMatchObject({ userId: owner });
    expect(await customers.findByUserId(other)).toBeNull();

    expect(app.logs.filter((line) => line.includes('is linked elsewhere'))).toHaveLength(2);
  },
);
