import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { refreshingEventTypes } from '../../src/webhooks/webhook-event.ts';
import { readTrail } from '../audit/audit-kit.ts';
import { createSubscriber } from '../../packages/local-stripe/test/fixtures.ts';
import { createEvent, createWebhookApp } from './webhook-kit.ts';

const app = await createWebhookApp({ LINK_BY_METADATA_KEY: 'userId' });
const { customers } = app.database;

const createNamed = (userId: string): Promise<Stripe.Customer> =>
  app.sdk.customers.create({ name: 'Ada', metadata: { userId } });

async function deliver(type: string, customer: Stripe.Customer): Promise<void> {
  expect((await app.deliver(createEvent(type, { ...customer }))).status).toBe(200);
}

describe.each(['customer.created', 'customer.updated'])('%s', (type) => {
  test('links the user named under the configured metadata key, on the record, and keeps a snapshot', async () => {
    const userId = randomUUID();
    const customer = await createNamed(userId);
    const event = createEvent(type, { ...customer });

    expect((await app.deliver(event)).status).toBe(200);

    expect(await customers.findByUserId(userId)).toMatchObject({ stripeCustomerId: customer.id });
    expect(await app.findSnapshot(customer.id)).toMatchObject({ facts: { name: 'Ada' } });
    expect(await readTrail(app, { userId })).toMatchObject([
      {
        actor: 'stripe',
        action: 'LINK_CUSTOMER_BY_EVENT',
        targetId: customer.id,
        outcome: 'SUCCEEDED',
        details: [{ name: 'eventId', value: event.id }],
      },
    ]);
  });

  test('believes what Stripe says now, and not what the event says', async () => {
    const [now, forged] = [randomUUID(), randomUUID()];
    const customer = await createNamed(now);

    await deliver(type, { ...customer, metadata: { userId: forged }, name: 'Forged' });

    expect(await customers.findByUserId(forged)).toBeNull();
    expect(await customers.findByUserId(now)).not.toBeNull();
    expect(await app.findSnapshot(customer.id)).toMatchObject({ facts: { name: 'Ada' } });
  });

  test('changes nothing of a user who has another customer, and warns', async () => {
    const userId = randomUUID();
    await app.link(userId, 'cus_before');
    const customer = await createNamed(userId);

    await deliver(type, customer);
    await customers.unlink(userId);

    expect(await customers.findByStripeCustomerId(customer.id)).toBeNull();
    expect(app.logs.filter((line) => line.includes(customer.id))).toEqual([
      expect.stringContaining('is linked elsewhere'),
    ]);
    expect(await readTrail(app, { userId })).toMatchObject([{ action: 'REPORT_CUSTOMER_CONFLICT' }]);
    expect(await app.findSnapshot(customer.id)).toBeNull();
  });

  test('changes nothing of a customer who is another user, and warns', async () => {
    const [owner, userId] = [randomUUID(), randomUUID()];
    const customer = await createNamed(userId);
    await app.link(owner, customer.id);

    await deliver(type, customer);

    expect(await customers.findByUserId(userId)).toBeNull();
    expect(await customers.findByStripeCustomerId(customer.id)).toMatchObject({ userId: owner });
    expect(app.logs.filter((line) => line.includes(customer.id))).toHaveLength(1);
  });

  test.each([
    ['none', {}],
    ['an empty one', { userId: '' }],
    ['one that is too long', { userId: 'x'.repeat(256) }],
    ['one with control characters', { userId: 'a\u0000b' }],
    ['another name', { user_id: 'ada' }],
  ])('links nobody by metadata with %s, and keeps nothing', async (_name, metadata) => {
    const before = app.countStored().customers;
    const customer = await app.sdk.customers.create({ email: 'ada@example.com' });
    await app.sdk.customers.update(customer.id, { metadata }).catch(() => null);

    await deliver(type, customer);

    expect(app.countStored().customers).toBe(before);
    expect(await app.findSnapshot(customer.id)).toBeNull();
  });

  test('is to be sent again when Stripe does not have the customer', async () => {
    const event = createEvent(type, { id: 'cus_elsewhere', object: 'customer' });

    expect((await app.deliver(event)).status).toBe(500);
    expect(await app.database.records.find('webhook-event', event.id)).toBeNull();
  });

  test('links nobody to a customer that is deleted by now', async () => {
    const userId = randomUUID();
    const customer = await createNamed(userId);
    await app.sdk.customers.del(customer.id);

    await deliver(type, customer);

    expect(await customers.findByUserId(userId)).toBeNull();
  });
});

test('two customers that name one user at the same instant: one is linked, and the other warned of', async () => {
  const userId = randomUUID();
  const pair = await Promise.all([createNamed(userId), createNamed(userId)]);

  await Promise.all(pair.map((customer) => deliver('customer.created', customer)));

  const linked = await customers.findByUserId(userId);
  expect(pair.map(({ id }) => id)).toContain(linked?.stripeCustomerId);
  const loser = pair.find(({ id }) => id !== linked?.stripeCustomerId)?.id ?? 'none';
  expect(app.logs.filter((line) => line.includes(loser))).toHaveLength(1);
});

test('customer.deleted marks a linked customer as gone, and leaves the link', async () => {
  const userId = randomUUID();
  const customer = await createNamed(userId);
  await deliver('customer.created', customer);
  await app.sdk.customers.del(customer.id);

  await deliver('customer.deleted', customer);

  expect((await app.findSnapshot(customer.id))?.goneSince).toBeInstanceOf(Date);
  expect(await customers.findByUserId(userId)).not.toBeNull();
});

describe('what is about the customer of a linked user refreshes them, and of a stranger keeps nothing:', () => {
  test.each(refreshingEventTypes)('%s', async (type) => {
    const [{ customer, subscription }, stranger] = [
      await createSubscriber(app.sdk),
      await createSubscriber(app.sdk),
    ];
    await app.link(randomUUID(), customer.id);

    for (const id of [customer.id, stranger.customer.id]) {
      const event = createEvent(type, { id: 'x_1', object: 'x', customer: id, status: 'forged' });
      expect((await app.deliver(event)).status).toBe(200);
    }

    expect(await app.findSnapshot(customer.id)).toMatchObject({
      facts: {
        invoice_settings: { default_payment_method: { details: { last4: '4242' } } },
        subscriptions: [{ id: subscription.id, status: 'active' }],
      },
    });
    expect(await app.findSnapshot(stranger.customer.id)).toBeNull();
  });

  test.each([
    ['customer.deleted', { id: 'chosen by hand/1', object: 'customer' }],
    ['customer.subscription.updated', { id: 'sub_1', object: 'subscription', customer: 'chosen by hand/1' }],
  ])('%s of a customer with an id of an old kind, whom nobody can be linked to', async (type, object) => {
    const before = app.countStored();

    expect((await app.deliver(createEvent(type, object))).status).toBe(200);

    // The event alone.
    expect(app.countStored()).toEqual({ ...before, records: before.records + 1 });
  });

  test('payment_method.detached, which tells whose it was', async () => {
    const { customer } = await createSubscriber(app.sdk);
    await app.link(randomUUID(), customer.id);
    const object = { id: 'pm_1', object: 'payment_method', customer: null };
    const data = { object, previous_attributes: { customer: customer.id } };

    await app.deliver(createEvent('payment_method.detached', object, { data }));

    expect(await app.findSnapshot(customer.id)).not.toBeNull();
  });

  test('a payment method of nobody', async () => {
    const response = await app.deliver(
      createEvent('payment_method.attached', { id: 'pm_1', customer: null }),
    );

    expect(response.status).toBe(200);
  });
});
