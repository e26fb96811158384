import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createSubscriber } from './fixtures.ts';
import { startWired } from './webhook-receiver.ts';

test('an event is posted as the list shows it, with a signature', async () => {
  const { client, receiver } = await startWired();
  const customer = await client.stripe.customers.create({ email: 'ada@example.com' });
  await client.localStripe.settleWebhooks();
  const [received] = receiver.received;
  expect(receiver.types()).toEqual(['customer.created']);
  expect(received?.event).toMatchObject({
    livemode: false,
    pending_webhooks: 1,
    data: { object: { id: customer.id, email: 'ada@example.com' } },
  });
  const listed = await client.stripe.events.retrieve(received?.event.id ?? '');
  expect(listed).toMatchObject({ ...received?.event, pending_webhooks: 0 });
  expect(received?.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
  });
});

test('a signature has a time, a v1 signature of the sent bytes, and a different v0', async () => {
  const { client, receiver } = await startWired();
  await client.stripe.customers.create();
  await client.localStripe.settleWebhooks();
  const { headers, body = '' } = receiver.received[0] ?? {};
  const parts = /^t=(\d+),v1=([0-9a-f]{64}),v0=([0-9a-f]{64})$/.exec(String(headers?.['stripe-signature']));
  const [, time = '', v1, v0] = parts ?? [];
  expect(v1).toBe(createHmac('sha256', receiver.secret).update(`${time}.${body}`).digest('hex'));
  expect(v0).not.toBe(v1);
  expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
});

test('advancing the clock does not age signatures', async () => {
  const { client, receiver } = await startWired();
  await client.control('POST', 'clock', { advance_days: '40' });
  await client.stripe.customers.create();
  await client.localStripe.settleWebhooks();
  expect(receiver.types()).toEqual(['customer.created']);
});

test('events that the clock causes are delivered', async () => {
  const { client, receiver } = await startWired();
  await createSubscriber(client.stripe);
  await client.control('POST', 'clock', { advance_days: '32' });
  await client.localStripe.settleWebhooks();
  expect(receiver.types().filter((type) => type === 'invoice.paid')).toHaveLength(2);
});

test('trial_will_end is delivered after the event that causes it', async () => {
  const { client, receiver } = await startWired();
  const { customer, price } = await createSubscriber(client.stripe);
  const startTrial = (days: number) =>
    client.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      trial_period_days: days,
    });
  const long = await startTrial(30);
  await client.stripe.subscriptions.update(long.id, { trial_end: 'now' });
  const short = await startTrial(2);
  await client.localStripe.settleWebhooks();
  const told = receiver.received
    .filter(({ event }) => event.type === 'customer.subscription.trial_will_end')
    .map(({ event }) => (event.data.object as { readonly id: string }).id);
  expect(told.sort()).toEqual([short.id, long.id].sort());
});

test('the API answers without waiting for receivers', async () => {
  const { client, receiver } = await startWired();
  let respond: (status: number) => void = () => undefined;
  receiver.answer = () => new Promise((resolve) => (respond = resolve));
  await client.stripe.customers.create();
  const undelivered = await client.stripe.events.list({ delivery_success: false });
  expect(undelivered.data).toHaveLength(1);
  while (receiver.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
  respond(200);
  await client.localStripe.settleWebhooks();
  expect((await client.stripe.events.list({ delivery_success: false })).data).toEqual([]);
});

test.each([500, 404, 302])('a delivery answered with %i is retried', async (status) => {
  const { client, receiver } = await startWired();
  receiver.answer = () => (receiver.received.length < 3 ? status : 204);
  await client.stripe.customers.create();
  await client.localStripe.settleWebhooks();
  expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(1);
  expect(receiver.received).toHaveLength(3);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  expect((await client.stripe.events.list({ delivery_success: true })).data).toHaveLength(1);
});

test('retries wait for the configured pauses', async () => {
  const { client, receiver } = await startWired({ webhookRetryDelaysMs: [100, 200] });
  receiver.answer = () => 500;
  const began = performance.now();
  await client.stripe.customers.create();
  await client.localStripe.settleWebhooks();
  expect(receiver.received).toHaveLength(3);
  expect(performance.now() - began).toBeGreaterThan(295);
});

test('an event that is never accepted is given up and stays pending', async () => {
  const { client, receiver } = await startWired();
  receiver.answer = () => 500;
  const { id } = await client.stripe.customers.create();
  await client.localStripe.settleWebhooks();
  expect(receiver.received).toHaveLength(4);
  const { data } = await client.stripe.events.list({ delivery_success: false });
  expect(data).toMatchObject([{ pending_webhooks: 1, data: { object: { id } } }]);
});

test('a delivery that times out is retried', async () => {
  const { client, receiver } = await startWired({ webhookTimeoutMs: 50 });
  receiver.answer = () => (receiver.received.length === 1 ? new Promise(() => undefined) : 200);
  await client.stripe.customers.create();
  await client.localStripe.settleWebhooks();
  expect(receiver.received).toHaveLength(2);
});

test('a refused connection counts as a failed delivery', async () => {
  const client = await startLocalStripe({
    webhooks: [{ url: 'http://127.0.0.1:9/' }],
    webhookRetryDelaysMs: [1],
  });
  await client.stripe.customers.create();
  await client.localStripe.settleWebhooks();
  expect((await client.stripe.events.list({ delivery_success: false })).data).toHaveLength(1);
});

test('stopping aborts current deliveries', async () => {
  const { client, receiver } = await startWired({ webhookRetryDelaysMs: [3_600_000] });
  receiver.answer = () => (receiver.received.length === 1 ? 500 : new Promise(() => undefined));
  await client.stripe.customers.create();
  await client.stripe.customers.create();
  while (receiver.received.length < 2) await new Promise((resolve) => setImmediate(resolve));
  await client.localStripe.stop();
  await client.localStripe.settleWebhooks();
  expect(receiver.received).toHaveLength(2);
});

test('a request that fails half way sends no events', async () => {
  const { client, receiver } = await startWired();
  await refusalOf(client.stripe.customers.create({ payment_method: 'pm_none' }));
  await client.localStripe.settleWebhooks();
  expect(receiver.received).toEqual([]);
});
