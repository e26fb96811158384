import { beforeAll, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import {
  createConfiguration,
  createCustomer,
  createPrice,
  createSubscriber,
  eventsDuring,
} from './fixtures.ts';

let client: LocalStripeClient;
let stripe: Stripe;
let customer: Stripe.Customer;
let price: Stripe.Price;
const now = new Date();
beforeAll(async () => {
  client = await startLocalStripe({ now: () => now });
  stripe = client.stripe;
  customer = await createCustomer(stripe);
  price = await createPrice(stripe);
});

async function typesDuring(work: () => Promise<unknown>): Promise<string[]> {
  return (await eventsDuring(stripe, work)).map(({ type }) => type);
}

function startTrial(days: number): Promise<Stripe.Subscription> {
  return stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    trial_period_days: days,
  });
}

const trialEnd = 'customer.subscription.trial_will_end';

test('a new portal session has an event, which includes its URL', async () => {
  await createConfiguration(stripe);
  await client.control('POST', 'portal_settings');
  let session: Stripe.BillingPortal.Session | undefined;
  const events = await eventsDuring(stripe, async () => {
    session = await stripe.billingPortal.sessions.create({ customer: customer.id });
  });
  expect(events).toMatchObject([
    {
      type: 'billing_portal.session.created',
      data: { object: { id: session?.id, customer: customer.id, url: session?.url } },
    },
  ]);
});

test('configurations have events when they are created and updated', async () => {
  expect(
    await typesDuring(async () => {
      const { id } = await createConfiguration(stripe);
      await stripe.billingPortal.configurations.update(id, { metadata: { policy: 'basic' } });
    }),
  ).toEqual(['billing_portal.configuration.created', 'billing_portal.configuration.updated']);
});

test('only updates have previous attributes', async () => {
  const { subscription } = await createSubscriber(stripe);
  const events = await eventsDuring(stripe, async () => {
    await stripe.subscriptions.update(subscription.id, { metadata: { seats: '3' } });
    await stripe.subscriptions.cancel(subscription.id);
  });
  expect(events.map(({ type, data }) => [type, data.previous_attributes])).toEqual([
    ['customer.subscription.updated', { metadata: {} }],
    ['customer.subscription.deleted', undefined],
  ]);
});

test('an update that changes nothing has no event', async () => {
  expect(
    await typesDuring(() => stripe.customers.update(customer.id, { email: customer.email ?? '' })),
  ).toEqual([]);
});

test('pausing and resuming have their own events beside the updates', async () => {
  const { subscription } = await createSubscriber(stripe);
  const types = await typesDuring(async () => {
    await stripe.subscriptions.pause(subscription.id);
    await stripe.subscriptions.resume(subscription.id);
  });
  expect(types.filter((type) => type.startsWith('customer.subscription.'))).toEqual([
    'customer.subscription.updated',
    'customer.subscription.paused',
    'customer.subscription.updated',
    'customer.subscription.resumed',
  ]);
});

test('cards have events when they are attached and detached, but not when they are created', async () => {
  const types = await typesDuring(async () => {
    const card = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    await stripe.paymentMethods.attach(card.id, { customer: customer.id });
    await stripe.paymentMethods.detach(card.id);
  });
  expect(types).toEqual(['payment_method.attached', 'payment_method.detached']);
});

test('deleting a customer detaches cards and cancels subscriptions', async () => {
  const { customer: leaving } = await createSubscriber(stripe);
  expect(await typesDuring(() => stripe.customers.del(leaving.id))).toEqual([
    'customer.subscription.deleted',
    'payment_method.detached',
    'customer.deleted',
  ]);
});

test('trial_will_end is sent once, three days before the end', async () => {
  const advance = (days: number) => client.control('POST', 'clock', { advance_days: String(days) });
  const trial = await startTrial(7);
  expect(await typesDuring(() => advance(3))).toEqual([]);
  expect(await eventsDuring(stripe, () => advance(1))).toMatchObject([
    { type: trialEnd, data: { object: { id: trial.id, status: 'trialing' } }, request: { id: null } },
  ]);
  expect(await typesDuring(() => advance(1))).toEqual([]);
});

test('trial_will_end is sent at the start of a short trial, and when a trial is shortened', async () => {
  expect(await typesDuring(() => startTrial(2))).toContain(trialEnd);
  const { id } = await startTrial(30);
  expect(await typesDuring(() => stripe.subscriptions.update(id, { trial_end: 'now' }))).toEqual([
    'customer.subscription.updated',
    trialEnd,
  ]);
});

test('trial_will_end precedes the renewal of a trial that ended long ago', async () => {
  const { id } = await startTrial(10);
  const events = await eventsDuring(stripe, () => client.control('POST', 'clock', { advance_days: '20' }));
  const types = events
    .filter(({ data }) => (data.object as { readonly id?: string }).id === id)
    .map(({ type }) => type);
  expect(types).toEqual([trialEnd, 'customer.subscription.updated']);
});

test.each([
  [{ type: 'customer.created' }, ['customer.created']],
  [{ type: 'customer.*' }, ['customer.deleted', 'customer.updated', 'customer.created']],
  [{ types: ['customer.created', 'product.created'] }, ['product.created', 'customer.created']],
])('the list takes %j', async (filter, expected) => {
  const { stripe: fresh } = await startLocalStripe();
  const { id } = await fresh.customers.create();
  await fresh.customers.update(id, { name: 'Ada' });
  await fresh.products.create({ name: 'Book' });
  await fresh.customers.del(id);
  const { data } = await fresh.events.list(filter);
  expect(data.map(({ type }) => type)).toEqual(expected);
});

test('the list accepts type or types, not both', async () => {
  const refusal = await refusalOf(stripe.events.list({ type: 'customer.*', types: ['customer.created'] }));
  expect(refusal.message).toBe('You may only specify one of these parameters: type, types.');
});

test('every event has its own id', async () => {
  const ids = (await stripe.events.list({ limit: 100 })).data.map((event) => event.id);
  expect(new Set(ids).size).toBe(ids.length);
});
