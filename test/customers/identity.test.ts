import { expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { markKey } from '../../src/customers/customer-creation.service.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { type TestApp, returnUrl } from '../helpers/test-app.ts';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import { createPrice } from '../../packages/local-stripe/test/fixtures.ts';
import { createEvent, createWebhookApp } from '../webhooks/webhook-kit.ts';

const { localStripe, stripe, control } = await startLocalStripe();
const price = await createPrice(stripe);
await control('POST', 'portal_settings');

/** Two deployments with the same variables, on one Stripe account: only their databases differ. */
const onDemand = { CUSTOMER_CREATION: 'on_demand', STRIPE_API_URL: localStripe.url };
const staging = await createWebhookApp(onDemand);
const production = await createWebhookApp(onDemand);

async function open(app: TestApp, userId: string): Promise<void> {
  const token = await app.createToken({ userId });
  (await app.execute({ document: createSessionMutation, variables: { returnUrl }, token })).expectData();
}

const commonKeys = ['userId', 'user_id', 'uid', 'billing_portal_user', markKey];

test.each(commonKeys)(
  'a customer of another product whose metadata has %s is not linked, neither by an event nor by a session',
  async (key) => {
    const userId = `7-${key}`;
    const { id, ...customer } = await stripe.customers.create({ metadata: { [key]: userId } });
    for (const type of ['customer.created', 'customer.updated'])
      expect((await production.deliver(createEvent(type, { id, ...customer }))).status).toBe(200);
    expect(await production.database.customers.findByUserId(userId)).toBeNull();
    await control('POST', 'clock', { advance_seconds: '7200' });

    await open(production, userId);

    const mapping = await production.database.customers.findByUserId(userId);
    expect(mapping?.stripeCustomerId).toMatch(/^cus_/);
    expect(mapping?.stripeCustomerId).not.toBe(id);
  },
);

test('two deployments on one account never share the customer of a user with the same id', async () => {
  await open(staging, '7');
  const ofStaging = await staging.database.customers.findByUserId('7');
  const customer = await stripe.customers.retrieve(ofStaging?.stripeCustomerId ?? '');
  for (const type of ['customer.created', 'customer.updated'])
    await production.deliver(createEvent(type, { ...customer }));
  expect(await production.database.customers.findByUserId('7')).toBeNull();

  await open(production, '7');

  const ofProduction = await production.database.customers.findByUserId('7');
  expect(ofProduction?.stripeCustomerId).not.toBe(ofStaging?.stripeCustomerId);
});

test("the mark of another deployment's attempt proves nothing", async () => {
  await open(staging, '8');
  const { stripeCustomerId = '' } = (await staging.database.customers.findByUserId('8')) ?? {};
  await control('POST', 'clock', { advance_seconds: '7200' });

  await open(production, '8');

  expect((await production.database.customers.findByUserId('8'))?.stripeCustomerId).not.toBe(
    stripeCustomerId,
  );
});

test.each([
  ['metadata of the session', { 'metadata[userId]': '9' }],
  ['client_reference_id', { client_reference_id: '9' }],
])('a Checkout session of another product links nobody by %s', async (_name, form) => {
  const opened = await control('POST', 'checkout_sessions', {
    mode: 'subscription',
    'line_items[0][price]': price.id,
    success_url: 'https://shop.example.com/done',
    ...form,
  });
  const { id } = opened.body as Stripe.Checkout.Session;
  const completed = await control('POST', `checkout_sessions/${id}/complete`, { email: 'ada@example.com' });
  const session = completed.body as Stripe.Checkout.Session;

  await production.deliver(createEvent('checkout.session.completed', { ...session }));

  expect(await production.database.customers.findByUserId('9')).toBeNull();
});
