import { describe, expect, test } from '@jest/globals';
import {
  type SentDelivery,
  createEvent,
  createWebhookApp,
  observeDelivery,
  secret,
  sign,
  toBody,
} from './webhook-kit.ts';

const app = await createWebhookApp({
  STRIPE_WEBHOOK_SECRETS: secret,
  RATE_LIMIT: 'off',
  TRUST_PROXY: '1',
});
const customer = await app.sdk.customers.create({ name: 'Ada' });
await app.link('ada', customer.id);

/** An event that would have an effect if it were ours. */
function createBody(rest: Readonly<Record<string, unknown>> = {}): string {
  return toBody(createEvent('customer.updated', { ...customer }, rest));
}

const signed = (body: string): SentDelivery => ({ body, signature: sign(body) });

describe('a correctly signed event that is not ours is answered by 200 and ignored:', () => {
  /** As Stripe writes them: https://docs.stripe.com/event-destinations#thin-events */
  const thin = {
    id: 'evt_test_65UM1TkbHzQYtXwBw3h16Rj2',
    object: 'v2.core.event',
    type: 'v2.core.account[requirements].updated',
    created: '2026-11-02T10:15:00.000Z',
    livemode: false,
    related_object: { id: 'acct_1', type: 'v2.core.account', url: '/v2/core/accounts/acct_1' },
  };

  test.each<[name: string, create: () => SentDelivery]>([
    ['a live event, where the key is a test key', () => signed(createBody({ livemode: true }))],
    ["a connected account's, where none is configured", () => signed(createBody({ account: 'acct_2' }))],
    ['a test event of a connected account', () => signed(createBody({ account: 'acct_2', livemode: true }))],
    ['a thin event', () => signed(toBody(thin))],
    ['a thin event about a customer', () => signed(toBody({ ...thin, type: 'v1.customer.updated' }))],
    ['a thin event with data', () => signed(toBody({ ...thin, data: {} }))],
    [
      'an event of another type, of any shape',
      () => signed(createBody({ type: 'a.b', id: 'x', data: null })),
    ],
    [
      'an event of another account, of any shape',
      () => signed(createBody({ account: 'acct_2', id: 'x', data: { object: {} } })),
    ],
  ])('%s', async (_name, create) => {
    const { status, body, logged } = await observeDelivery(app, create());

    expect({ status, body }).toEqual({ status: 200, body: { received: true } });
    expect(logged).not.toMatch(/"level":[45]0/);
  });

  test('a test event at a live endpoint', async () => {
    const live = await createWebhookApp({
      STRIPE_SECRET_KEY: 'sk_live_PlantedKey',
      STRIPE_API_URL: '',
    });

    expect((await live.send(signed(createBody()))).status).toBe(200);
    expect(live.countStored().records).toBe(0);
  });

  test('unless its signature is bad', async () => {
    const response = await app.send({
      body: toBody(thin),
      signature: sign(`${toBody(thin)} `),
      from: '192.0.2.99',
    });

    expect(response.status).toBe(400);
  });
});

describe('refused deliveries of one address', () => {
  const forged = (from: string): SentDelivery => ({ body: '{}', signature: sign('{} '), from });

  test('are answered by 429 and no longer logged beyond ten, also where RATE_LIMIT is off', async () => {
    const statuses: number[] = [];
    const logsBefore = app.logs.length;
    for (let sent = 0; sent < 12; sent += 1) statuses.push((await app.send(forged('198.51.100.1'))).status);

    expect(statuses).toEqual([...Array<number>(10).fill(400), 429, 429]);
    const refusals = app.logs.slice(logsBefore).filter((line) => line.includes('webhook delivery refused'));
    expect(refusals.length).toBe(10);
    const late = await app.send(forged('198.51.100.1'));
    expect(await late.json()).toMatchObject({ code: 'RATE_LIMITED' });
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(3_000);
  });

  test('do not count against other addresses, or against signed events of the same one', async () => {
    for (let sent = 0; sent < 12; sent += 1) await app.send(forged('198.51.100.2'));

    expect((await app.send(forged('198.51.100.3'))).status).toBe(400);
    expect((await app.send({ ...signed(createBody()), from: '198.51.100.2' })).status).toBe(200);
  });
});

describe('where a connected account is configured', () => {
  test.each([
    ['its own events are handled', { account: 'acct_1' }, 1],
    ["another account's are ignored", { account: 'acct_2' }, 0],
    ["the platform's are ignored", {}, 0],
  ])('%s', async (_name, rest, records) => {
    const connected = await createWebhookApp({ STRIPE_ACCOUNT: 'acct_1', STRIPE_API_URL: app.stripe.url });

    const response = await connected.send(signed(createBody(rest)));

    expect(response.status).toBe(200);
    expect(connected.countStored().records).toBe(records);
  });
});
