import { expect, test } from '@jest/globals';
import { refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { startWebhookReceiver, startWired } from './webhook-receiver.ts';

test('only the answer to the creation contains the secret', async () => {
  const { stripe } = await startLocalStripe();
  const created = await stripe.webhookEndpoints.create({
    url: 'https://example.com/hooks',
    enabled_events: ['*'],
  });
  expect(created).toMatchObject({ status: 'enabled', enabled_events: ['*'], livemode: false });
  expect(created.secret).toMatch(/^whsec_\w{32}$/);
  expect(await stripe.webhookEndpoints.retrieve(created.id)).not.toHaveProperty('secret');
  const { data } = await stripe.webhookEndpoints.list();
  expect(data).toMatchObject([{ id: created.id }]);
  expect(data[0]).not.toHaveProperty('secret');
  expect(await stripe.webhookEndpoints.del(created.id)).toMatchObject({ deleted: true });
  expect(await refusalOf(stripe.webhookEndpoints.retrieve(created.id))).toMatchObject({
    code: 'resource_missing',
    statusCode: 404,
  });
});

test('an endpoint created by the API receives the event types that it asked for', async () => {
  const receiver = await startWebhookReceiver();
  const { stripe, localStripe } = await startLocalStripe();
  const { id, secret } = await stripe.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ['customer.deleted'],
  });
  Object.assign(receiver, { secret });
  const customer = await stripe.customers.create();
  await stripe.customers.del(customer.id);
  await stripe.webhookEndpoints.update(id, { disabled: true });
  await stripe.customers.del((await stripe.customers.create()).id);
  await localStripe.settleWebhooks();
  expect(receiver.types()).toEqual(['customer.deleted']);
});

test('an endpoint can be added later with a known secret', async () => {
  const receiver = await startWebhookReceiver('whsec_later');
  const { stripe, localStripe } = await startLocalStripe();
  await stripe.customers.create();
  localStripe.addWebhookEndpoint({ url: receiver.url, secret: 'whsec_later' });
  await stripe.customers.create();
  await localStripe.settleWebhooks();
  expect(receiver.received).toHaveLength(1);
});

test('an event is pending until every endpoint has received it', async () => {
  const { client, receiver } = await startWired();
  client.localStripe.addWebhookEndpoint({ url: 'http://127.0.0.1:9/' });
  await client.stripe.customers.create();
  await client.localStripe.settleWebhooks();
  expect(receiver.received).toHaveLength(1);
  const { data } = await client.stripe.events.list({ delivery_success: false });
  expect(data).toMatchObject([{ pending_webhooks: 1 }]);
});

test.each([
  { connect: true, expected: ['acct_1'] },
  { connect: false, expected: [undefined] },
  { expected: [undefined, 'acct_1'] },
])('connect: $connect decides about the events of connected accounts', async ({ connect, expected }) => {
  const receiver = await startWebhookReceiver();
  const { url, secret } = receiver;
  const { stripe, localStripe } = await startLocalStripe({
    webhooks: [{ url, secret, ...(connect === undefined ? {} : { connect }) }],
  });
  await stripe.customers.create();
  await localStripe.settleWebhooks();
  await stripe.customers.create({}, { stripeAccount: 'acct_1' });
  await localStripe.settleWebhooks();
  expect(receiver.received.map(({ event }) => event.account)).toEqual(expected);
});

test('events that no request causes name the connected account', async () => {
  const { client, receiver } = await startWired();
  const options = { stripeAccount: 'acct_1' };
  const customer = await client.stripe.customers.create({ payment_method: 'pm_card_visa' }, options);
  const product = await client.stripe.products.create({ name: 'Free' });
  const price = await client.stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 0,
    recurring: { interval: 'month' },
  });
  await client.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] }, options);
  await client.localStripe.settleWebhooks();
  const before = receiver.received.length;
  await client.control('POST', 'clock', { advance_days: '32' });
  await client.stripe.products.list();
  await client.localStripe.settleWebhooks();
  const renewal = receiver.received.slice(before).map(({ event }) => event);
  expect(renewal.map(({ type }) => type)).toContain('invoice.paid');
  expect(renewal.map(({ account }) => account)).toEqual(renewal.map(() => 'acct_1'));
});

test.each(['deleted', 'disabled'])('an endpoint that was %s receives no pending events', async (how) => {
  const { client, receiver } = await startWired();
  const { stripe } = client;
  await client.control('POST', 'webhooks', { shuffle_ms: '3600000' });
  await stripe.customers.create();
  const { id = '' } = (await stripe.webhookEndpoints.list()).data[0] ?? {};
  if (how === 'deleted') await stripe.webhookEndpoints.del(id);
  else await stripe.webhookEndpoints.update(id, { disabled: true });
  await client.control('DELETE', 'webhooks');
  await client.localStripe.settleWebhooks();
  expect(receiver.received).toEqual([]);
});
