import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { type WebhookReceiver, type Wired, startWired } from './webhook-receiver.ts';

const emails = Array.from({ length: 12 }, (_, index) => `user${index}@example.com`);

async function createAll({ client }: Wired): Promise<void> {
  for (const email of emails) await client.stripe.customers.create({ email });
  await client.localStripe.settleWebhooks();
}

function emailsOf({ received }: WebhookReceiver): unknown[] {
  return received.map(({ event }) => (event.data.object as { readonly email?: string }).email);
}

test.each<Readonly<Record<string, string>>>([{}, { at_once: 'true' }])(
  'each event comes as often as told, %j',
  async (how) => {
    const wired = await startWired();
    await wired.client.control('POST', 'webhooks', { copies: '3', ...how });
    await wired.client.stripe.customers.create();
    await wired.client.localStripe.settleWebhooks();
    expect(wired.receiver.received).toHaveLength(3);
    expect(new Set(wired.receiver.received.map(({ event }) => event.id)).size).toBe(1);
    const { data } = await wired.client.stripe.events.list();
    expect(data).toMatchObject([{ pending_webhooks: 0 }]);
  },
);

test('hundreds of events in parallel all arrive', async () => {
  const wired = await startWired();
  await wired.client.control('POST', 'webhooks', { copies: '25', at_once: 'true', shuffle_ms: '3600000' });
  for (const email of emails) await wired.client.stripe.customers.create({ email });
  await wired.client.control('DELETE', 'webhooks');
  await wired.client.localStripe.settleWebhooks();
  expect(wired.receiver.received).toHaveLength(300);
  expect(new Set(emailsOf(wired.receiver)).size).toBe(12);
});

test.each([
  { at_once: 'false', most: 1 },
  { at_once: 'true', most: 5 },
])('copies overlap only when told to: $at_once', async ({ at_once, most }) => {
  const { client, receiver } = await startWired();
  let [open, seen] = [0, 0];
  receiver.answer = async () => {
    open += 1;
    seen = Math.max(seen, open);
    await new Promise((resolve) => setTimeout(resolve, 30));
    open -= 1;
    return 200;
  };
  await client.control('POST', 'webhooks', { copies: '5', at_once });
  await client.stripe.customers.create();
  await client.localStripe.settleWebhooks();
  expect(seen).toBe(most);
});

test('a shuffled order is the same for the same seed', async () => {
  const orders: unknown[][] = [];
  for (let round = 0; round < 2; round += 1) {
    const wired = await startWired();
    await wired.client.control('POST', 'webhooks', { shuffle_ms: '3600000', seed: '7' });
    for (const email of emails) await wired.client.stripe.customers.create({ email });
    expect(wired.receiver.received).toEqual([]);
    await wired.client.control('DELETE', 'webhooks');
    await wired.client.localStripe.settleWebhooks();
    orders.push(emailsOf(wired.receiver));
  }
  expect(orders[0]).not.toEqual(emails);
  expect([...(orders[0] ?? [])].sort()).toEqual([...emails].sort());
  expect(orders[1]).toEqual(orders[0]);
});

test('a shuffle window ends after its time', async () => {
  const wired = await startWired();
  await wired.client.control('POST', 'webhooks', { shuffle_ms: '5', at_once: 'true' });
  await createAll(wired);
  expect(emailsOf(wired.receiver).sort()).toEqual([...emails].sort());
});

test('the next deliveries are lost, and their events stay pending', async () => {
  const wired = await startWired();
  await wired.client.control('POST', 'webhooks', { drop_next: '2' });
  await createAll(wired);
  expect(emailsOf(wired.receiver)).toHaveLength(10);
  const { data } = await wired.client.stripe.events.list({ delivery_success: false });
  const lost = data.map(({ data: { object } }) => (object as { readonly email?: string }).email);
  expect(lost).toEqual(['user1@example.com', 'user0@example.com']);
});

test('a percentage of deliveries is lost', async () => {
  const wired = await startWired();
  await wired.client.control('POST', 'webhooks', { drop_percent: '50', seed: '1' });
  await createAll(wired);
  const received = wired.receiver.received.length;
  expect(received).toBeGreaterThan(0);
  expect(received).toBeLessThan(emails.length);
  const { data } = await wired.client.stripe.events.list({ delivery_success: false, limit: 100 });
  expect(data).toHaveLength(emails.length - received);
});

test('deliveries can be delayed', async () => {
  const { client, receiver } = await startWired();
  await client.control('POST', 'webhooks', { delay_ms: '200' });
  const began = performance.now();
  await client.stripe.customers.create();
  expect(receiver.received).toEqual([]);
  await client.localStripe.settleWebhooks();
  expect(performance.now() - began).toBeGreaterThan(195);
  expect(receiver.received).toHaveLength(1);
});

test('a reset restores normal delivery', async () => {
  const { client, receiver } = await startWired();
  await client.control('POST', 'webhooks', { drop_percent: '100', copies: '2' });
  await client.control('DELETE', 'webhooks');
  await client.stripe.customers.create();
  await client.localStripe.settleWebhooks();
  expect(receiver.received).toHaveLength(1);
});

test('Node does not warn while a dozen deliveries wait for their next attempt', () => {
  // Jest does not pass on the warnings of its own process.
  const script = `
    const { createLocalStripe } = await import(${JSON.stringify(new URL('../src/local-stripe.ts', import.meta.url).href)});
    const webhooks = [{ url: 'http://127.0.0.1:1/', secret: 'whsec_test' }];
    const localStripe = createLocalStripe({ webhooks, webhookRetryDelaysMs: [500] });
    await localStripe.start();
    const headers = { authorization: 'Bearer sk_test_1' };
    for (let count = 0; count < 12; count += 1)
      await fetch(localStripe.url + '/v1/customers', { method: 'POST', headers });
    await localStripe.settleWebhooks();
    await localStripe.stop();
    process.stdout.write('done');`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([stdout, stderr]).toEqual(['done', '']);
});
