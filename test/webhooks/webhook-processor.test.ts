import { randomUUID } from 'node:crypto';
import { setImmediate as tick, setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Leases } from '../../src/records/leases.ts';
import { readEvent } from '../../src/webhooks/webhook-event.ts';
import { ConcurrencyLimit, WebhookProcessor } from '../../src/webhooks/webhook-processor.service.ts';
import { corruptStore } from '../helpers/broken-store.ts';
import { createEvent, createWebhookApp } from './webhook-kit.ts';

const app = await createWebhookApp({}, { leases: { lifeMs: 3_000 } });
const replica = await createWebhookApp({
  DATABASE_URL: app.config.databaseUrl,
  STRIPE_API_URL: app.stripe.url,
});

async function createLinkedCustomer() {
  const customer = await app.sdk.customers.create({ name: 'Ada' });
  await app.link(randomUUID(), customer.id);
  return customer;
}

/** How often Stripe was asked about a customer. */
function countReads(customerId: string): number {
  return app.stripe.requests.filter(
    ({ method, path }) => method === 'GET' && path === `/v1/customers/${customerId}`,
  ).length;
}

test('an event takes effect once, however often it comes', async () => {
  const customer = await createLinkedCustomer();
  const event = createEvent('customer.deleted', { ...customer });

  for (const one of [app, app, replica]) expect((await one.deliver(event)).status).toBe(200);

  expect(countReads(customer.id)).toBe(1);
});

test('an event takes effect once, when it comes 20 times at the same instant to two replicas', async () => {
  const customer = await createLinkedCustomer();
  const event = createEvent('customer.deleted', { ...customer });

  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? app : replica).deliver(event)),
  );

  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(countReads(customer.id)).toBe(1);
});

test('an event is remembered for longer than the 30 days in which Stripe can send it again', async () => {
  const event = createEvent('customer.deleted', { ...(await createLinkedCustomer()) });
  await app.deliver(event);

  const record = await app.database.records.find('webhook-event', event.id);

  const days = ((record?.expiresAt.getTime() ?? 0) - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(35);
  expect(record).toMatchObject({ owner: null, content: { type: 'customer.deleted' } });
});

test('an event that fails is answered by 500, logged, and handled when it comes again', async () => {
  const customer = await createLinkedCustomer();
  const event = createEvent('customer.updated', { ...customer });
  const fault = { path: `/v1/customers/${customer.id}`, status: '400', times: '1' };
  await fetch(`${app.stripe.url}/_control/faults`, { method: 'POST', body: new URLSearchParams(fault) });

  const failed = await app.deliver(event);

  expect({ status: failed.status, body: await failed.json() }).toMatchObject({
    status: 500,
    body: { code: 'EVENT_NOT_HANDLED', error: expect.stringContaining('Send it again') },
  });
  expect(await app.database.records.find('webhook-event', event.id)).toBeNull();
  const line = app.logs.find((each) => each.includes(event.id)) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({
    level: 50,
    requestId: failed.headers.get('x-request-id'),
    eventType: 'customer.updated',
    error: { code: 'STRIPE_MISCONFIGURED' },
  });

  expect((await app.deliver(event)).status).toBe(200);
  expect(await app.findSnapshot(customer.id)).toMatchObject({ facts: { name: 'Ada' } });
});

test('the lease of a process that died in the middle is waited for, and the event handled then', async () => {
  const customer = await createLinkedCustomer();
  const event = createEvent('customer.updated', { ...customer });
  const expiresAt = new Date(Date.now() + 1_500);
  const lease = { nonce: randomUUID(), owner: null, content: {}, expiresAt };
  await app.database.records.insert('lease', { ...lease, key: `event:${event.id}` });
  await app.database.records.insert('lease', { ...lease, key: `customer:${customer.id}` });

  expect((await app.deliver(event)).status).toBe(200);

  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
  expect(await app.findSnapshot(customer.id)).toMatchObject({ facts: { name: 'Ada' } });
});

test('of a burst, ten events are worked on at a time', async () => {
  let underWay = 0;
  let most = 0;
  const handle = async (): Promise<void> => {
    most = Math.max(most, (underWay += 1));
    await sleep(20);
    underWay -= 1;
  };
  const { records } = app.database;
  const processor = new WebhookProcessor(handle, records, new Leases(records));
  const events = Array.from({ length: 40 }, () =>
    readEvent(createEvent('customer.updated', { object: 'customer', id: 'cus_1' })),
  );

  const outcomes = await Promise.all(events.map((event) => processor.process(event)));

  expect(new Set(outcomes)).toEqual(new Set(['handled']));
  expect(most).toBe(10);
});

test('a store that fails is answered by 500', async () => {
  const broken = await createWebhookApp();
  corruptStore(broken.config);

  const response = await broken.deliver(createEvent('customer.deleted', { object: 'customer', id: 'cus_1' }));

  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('malformed');
});

test('work is done so many at a time, in the order in which it came, whatever fails', async () => {
  const turns = new ConcurrencyLimit(3, 10_000);
  const begun: number[] = [];
  let underWay = 0;
  let most = 0;
  const work = (index: number) => async (): Promise<number> => {
    begun.push(index);
    most = Math.max(most, (underWay += 1));
    await tick();
    underWay -= 1;
    if (index % 4 === 0) throw new Error('fails');
    return index;
  };
  const indexes = Array.from({ length: 20 }, (_, index) => index);

  const results = await Promise.allSettled(indexes.map((index) => turns.run(work(index))));

  expect(most).toBe(3);
  expect(begun).toEqual(indexes);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  expect(await turns.run(() => Promise.resolve('once more'))).toBe('once more');
});

test('who has waited too long is told so, and those behind keep their turns', async () => {
  const turns = new ConcurrencyLimit(1, 20);
  let end: () => void = () => undefined;
  const first = turns.run(() => new Promise<void>((resolve) => (end = resolve)));

  await expect(turns.run(() => Promise.resolve('late'))).rejects.toThrow('Too many events are waiting');
  const third = turns.run(() => Promise.resolve('in time'));
  end();

  await first;
  await expect(third).resolves.toBe('in time');
});
