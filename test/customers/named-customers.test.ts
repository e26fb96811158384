import { beforeAll, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { createPrice } from '../../packages/local-stripe/test/fixtures.ts';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import { markKey } from '../../src/customers/own-customers.service.ts';
import { readTrail } from '../audit/audit-kit.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { type TestApp, returnUrl } from '../helpers/test-app.ts';
import { createEvent, createWebhookApp } from '../webhooks/webhook-kit.ts';
import { type CreationKit, createCreationKit } from './creation-kit.ts';

let kit: CreationKit;
beforeAll(async () => {
  kit = await createCreationKit({ LINK_BY_METADATA_KEY: 'acme_user_id' });
});

const { localStripe, stripe, control } = await startLocalStripe();
const price = await createPrice(stripe);
await control('POST', 'portal_settings');

/** Two deployments with the same variables, on one Stripe account: only their databases differ. */
const onDemand = { CUSTOMER_CREATION: 'on_demand', STRIPE_API_URL: localStripe.url };
const staging = await createWebhookApp(onDemand);
const production = await createWebhookApp(onDemand);

const createNamed = (userId: string): Promise<Stripe.Customer> =>
  kit.stripe.customers.create({ metadata: { acme_user_id: userId } });

describe("a customer whose metadata names the user under the operator's own key", () => {
  test.each([
    ['just made, which search does not find yet', 0],
    ['made a while ago, which the list of new ones does not reach', 60],
  ])('is linked: %s', async (_what, minutes) => {
    const userId = `bought-${minutes}`;
    const { id } = await createNamed(userId);
    await kit.pass(minutes);
    const before = kit.listCreations().length;

    (await kit.open({ userId })).expectData();

    expect(await kit.findLinked(userId)).toBe(id);
    expect(kit.listCreations()).toHaveLength(before);
    expect(await readTrail(kit.app, { userId })).toMatchObject([
      { actor: userId, action: 'LINK_CUSTOMER', targetId: id, outcome: 'SUCCEEDED' },
    ]);
  });

  test('is linked after hours without a session, though hundreds were made since', async () => {
    const { id } = await createNamed('early');
    for (let index = 0; index < 120; index += 1) await createNamed(`later-${index}`);
    (await kit.open({ userId: 'early' })).expectData();

    expect(await kit.findLinked('early')).toBe(id);
  });

  test('is not linked when it was deleted, be it that search still finds it', async () => {
    const { id } = await createNamed('deleted');
    await kit.pass(10);
    await kit.stripe.customers.del(id);
    (await kit.open({ userId: 'deleted' })).expectData();

    expect(await kit.findLinked('deleted')).not.toBe(id);
  });

  test('is not linked when it names another since, be it that search still finds it', async () => {
    const { id } = await createNamed('former');
    await kit.pass(10);
    await kit.stripe.customers.update(id, { metadata: { acme_user_id: 'latter' } });
    (await kit.open({ userId: 'former' })).expectData();

    expect(await kit.findLinked('former')).not.toBe(id);
  });

  test('is not linked to one whose id differs in case, as search does not tell them apart', async () => {
    const { id } = await createNamed('Case');
    await kit.pass(10);
    (await kit.open({ userId: 'case' })).expectData();
    (await kit.open({ userId: 'Case' })).expectData();

    expect(await kit.findLinked('Case')).toBe(id);
    expect(await kit.findLinked('case')).not.toBe(id);
  });

  test.each([
    "o'neil",
    'back\\slash\\',
    "\\'",
    'say "hi"',
    "x' OR metadata['acme_user_id']:'victim",
    "' AND created>0 AND metadata['acme_user_id']:'",
    'auth0|5f7c8ec7c33c6c004bbafe82',
    'ada@example.com:1',
    'ünïcödé 🦊',
  ])('is found by search whatever the id is made of: %s', async (userId) => {
    const { id } = await createNamed(userId);
    await kit.pass(60);
    (await kit.open({ userId })).expectData();

    expect(await kit.findLinked(userId)).toBe(id);
  });

  test('is not found by what else an id could say in a query', async () => {
    await createNamed('victim');
    await kit.pass(60);
    const userId = "nobody' OR metadata['acme_user_id']:'victim";
    (await kit.open({ userId })).expectData();
    const search = kit.localStripe.requests.filter(({ path }) => path === '/v1/customers/search').at(-1);

    expect(search?.params['query']).toBe(
      "metadata['acme_user_id']:'nobody\\' OR metadata[\\'acme_user_id\\']:\\'victim'",
    );
    expect(await kit.listCustomers(userId)).toHaveLength(1);
    expect(await kit.findLinked('victim')).toBeUndefined();
  });

  test.each([0, 60])('links none of several customers (%i minutes old)', async (minutes) => {
    const userId = `several-${minutes}`;
    const ids = [(await createNamed(userId)).id, (await createNamed(userId)).id];
    await kit.pass(minutes);
    const before = kit.listCreations().length;

    const { message } = (await kit.open({ userId })).expectError('CUSTOMER_AMBIGUOUS');

    expect(message).toContain('Contact support');
    expect(await kit.findLinked(userId)).toBeUndefined();
    expect(kit.listCreations()).toHaveLength(before);
    const logged = kit.app.logs.slice(-2).join();
    for (const id of ids) expect(logged).toContain(id);
    expect(logged).not.toContain(userId);
  });

  test('is not taken from the user who has it, though it names another', async () => {
    const { id } = await createNamed('thief');
    await kit.app.link('owner', id);

    (await kit.open({ userId: 'thief' })).expectError('CUSTOMER_AMBIGUOUS');

    expect(await kit.findLinked('owner')).toBe(id);
    expect(await kit.listCustomers('thief')).toHaveLength(1);
    expect(kit.app.logs.slice(-2).join()).toContain(`${id} is linked to another user`);
  });
});

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
])('a Checkout session of another product links no user by %s', async (_name, form) => {
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
