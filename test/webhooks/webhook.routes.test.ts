import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { startStripeGate } from '../helpers/stripe-gate.ts';
import { sendRaw, writePost } from '../http/raw-request.ts';
import {
  type SentDelivery,
  createEvent,
  createMac,
  createWebhookApp,
  getTimestamp,
  observeDelivery,
  secret,
  sign,
  toBody,
} from './webhook-kit.ts';

const oldSecret = 'whsec_dGhlIG9uZSB0aGF0IGlzIHJvdGF0ZWQ';
const app = await createWebhookApp({
  STRIPE_WEBHOOK_SECRETS: `${oldSecret},${secret}`,
  RATE_LIMIT: 'off',
  TRUST_PROXY: '1',
});
const customer = await app.sdk.customers.create({ name: 'Planted Name' });
await app.link('ada', customer.id);

/** What would have an effect if it were taken. */
function createBody(rest: Readonly<Record<string, unknown>> = {}): string {
  return toBody(createEvent('customer.updated', { ...customer }, rest));
}

/** A subscription of 20 items that was changed, each with three objects of 50 metadata keys of 500 characters. */
function createLargestBody(character: string): string {
  const entries = Array.from({ length: 50 }, (_, index) => [
    character.repeat(38) + String(index),
    character.repeat(500),
  ]);
  const metadata: unknown = Object.fromEntries(entries);
  const items = Array.from({ length: 20 }, () => ({ metadata, price: { metadata }, plan: { metadata } }));
  const data = { object: { ...customer, items }, previous_attributes: { items } };
  return createBody({ data });
}

const signed = (body: string): SentDelivery => ({ body, signature: sign(body) });
const withHeader = (create: (body: string) => string | null) => (): SentDelivery => {
  const body = createBody();
  return { body, signature: create(body) };
};
/** Signed as one body, and sent as another. */
const changed = (change: (body: string) => string | Buffer) => (): SentDelivery => {
  const body = createBody();
  return { body: change(body), signature: sign(body) };
};
const now = getTimestamp;

const hostile: readonly (readonly [name: string, code: string, create: () => SentDelivery])[] = [
  ['no header', 'SIGNATURE_MISSING', withHeader(() => null)],
  ['an empty header', 'SIGNATURE_MISSING', withHeader(() => '')],
  ['a header of something else', 'SIGNATURE_MALFORMED', withHeader(() => 'Bearer whsec_planted')],
  ['no timestamp', 'SIGNATURE_MALFORMED', withHeader((body) => sign(body).replace(/t=\d+,/, ''))],
  [
    'a timestamp that is no number',
    'SIGNATURE_MALFORMED',
    withHeader((body) => sign(body).replace('t=', 't=x')),
  ],
  [
    'two timestamps',
    'SIGNATURE_MALFORMED',
    withHeader((body) => `${sign(body, { ageSeconds: 9_000 })},t=${now()}`),
  ],
  ['v0 only', 'SIGNATURE_MISMATCH', withHeader((body) => sign(body).replace('v1=', 'v0='))],
  [
    'a scheme of the future only',
    'SIGNATURE_MISMATCH',
    withHeader((body) => sign(body).replace('v1=', 'v2=')),
  ],
  ['a tampered body', 'SIGNATURE_MISMATCH', changed((body) => body.replace('Planted Name', 'Planted Nama'))],
  ['a re-serialised body', 'SIGNATURE_MISMATCH', changed((body) => JSON.stringify(JSON.parse(body)))],
  ['a body with a byte order mark before it', 'SIGNATURE_MISMATCH', changed((body) => `\ufeff${body}`)],
  [
    'bytes that are replaced when they are read as text',
    'SIGNATURE_MISMATCH',
    () => {
      const body = createBody().replace('Planted Name', '\ufffd');
      const bytes = Buffer.from(body.replace('\ufffd', '~')).map((byte) => (byte === 0x7e ? 0xff : byte));
      return { body: Buffer.from(bytes), signature: sign(body) };
    },
  ],
  ['an empty body', 'SIGNATURE_MISMATCH', changed(() => '')],
  [
    'a wrong secret',
    'SIGNATURE_MISMATCH',
    withHeader((body) => sign(body, { secret: 'whsec_d3Jvbmcgc2VjcmV0' })),
  ],
  ['an empty secret', 'SIGNATURE_MISMATCH', withHeader((body) => sign(body, { secret: '' }))],
  [
    'a signature of the body without the timestamp',
    'SIGNATURE_MISMATCH',
    withHeader((body) => `t=${now()},v1=${createMac(body)}`),
  ],
  [
    'a stale signature under a fresh timestamp',
    'SIGNATURE_MISMATCH',
    withHeader((body) => sign(body, { ageSeconds: 9_000 }).replace(/t=\d+/, `t=${now()}`)),
  ],
  ['half a signature', 'SIGNATURE_MISMATCH', withHeader((body) => sign(body).slice(0, -32))],
  ['a signature and more', 'SIGNATURE_MISMATCH', withHeader((body) => `${sign(body)}00`)],
  ['a signature that is no hex', 'SIGNATURE_MISMATCH', withHeader(() => `t=${now()},v1=planted`)],
  ['an empty signature', 'SIGNATURE_MISMATCH', withHeader(() => `t=${now()},v1=`)],
  ['the name of a signature alone', 'SIGNATURE_MISMATCH', withHeader(() => `t=${now()},v1`)],
  ['an empty signature behind two equals signs', 'SIGNATURE_MISMATCH', withHeader(() => `t=${now()},v1==00`)],
  [
    'a signature of as many letters, and more bytes',
    'SIGNATURE_MISMATCH',
    withHeader(() => `t=${now()},v1=${'é'.repeat(64)}`),
  ],
  ['a stale timestamp', 'TIMESTAMP_TOO_OLD', withHeader((body) => sign(body, { ageSeconds: 305 }))],
  ['the timestamp 0', 'TIMESTAMP_TOO_OLD', withHeader((body) => sign(body, { ageSeconds: now() }))],
  [
    'a timestamp of the future',
    'TIMESTAMP_IN_FUTURE',
    withHeader((body) => sign(body, { ageSeconds: -310 })),
  ],
];

/** Signed, of a type that is handled, and in a form that this service cannot read. */
const unreadable: readonly (readonly [name: string, create: () => SentDelivery])[] = [
  ['what is no JSON', () => signed('planted')],
  ['JSON that is no object', () => signed('null')],
  ['an object that is no event', () => signed(toBody({ ...customer }))],
  ['an event without a livemode', () => signed(createBody({ livemode: undefined }))],
  ['an id that is none of an event', () => signed(createBody({ id: 'planted:1' }))],
  ['a customer event without a customer', () => signed(createBody({ data: { object: {} } }))],
];

describe('refused, with nothing stored and nothing asked of Stripe:', () => {
  // Each has an address of its own: one address has only so many refusals.
  test.each(hostile.map((row, index) => [...row, index] as const))(
    '%s (%s)',
    async (_name, code, create, index) => {
      const { status, body, logged } = await observeDelivery(app, { ...create(), from: `192.0.2.${index}` });

      expect({ status, body }).toMatchObject({ status: 400, body: { code } });
      expect(logged).toContain(`"level":40`);
      expect(logged).toContain(`"refusal":"${code}"`);
      expect(logged).not.toMatch(/planted|whsec|cus_/i);
    },
  );
});

describe('a signed event of ours that cannot be read is a failure, so that Stripe keeps it:', () => {
  test.each(unreadable)('%s', async (_name, create) => {
    const { status, body, logged } = await observeDelivery(app, create());

    expect({ status, body }).toMatchObject({ status: 400, body: { code: 'EVENT_UNREADABLE' } });
    expect(logged).toContain(`"level":50`);
    expect(logged).not.toMatch(/planted|whsec|cus_/i);
  });
});

describe('accepted', () => {
  const both = (body: string, first: string): string => {
    const timestamp = now();
    const macs = [first, secret].map((key) => createMac(`${timestamp}.${body}`, key));
    return `t=${timestamp},v1=${macs[0]},v1=${macs[1]},v0=${macs[0]}`;
  };

  test.each([
    ['signed with the secret', withHeader((body) => sign(body))],
    [
      'signed with the other secret, during a rotation',
      withHeader((body) => sign(body, { secret: oldSecret })),
    ],
    ['signed with several, of which one fits', withHeader((body) => both(body, 'whsec_cmV0aXJlZA'))],
    ['signed with several that all fit', withHeader((body) => both(body, oldSecret))],
    ['signed 290 s ago', withHeader((body) => sign(body, { ageSeconds: 290 }))],
    ['signed 290 s from now', withHeader((body) => sign(body, { ageSeconds: -290 }))],
    ['of 250 kB', () => signed(createBody({ padding: 'x'.repeat(250_000) }))],
    ['with all the metadata that Stripe allows', () => signed(createLargestBody('x'))],
    ['with all the metadata that Stripe allows, beyond ASCII', () => signed(createLargestBody('💳'))],
  ])('and recorded once: %s', async (_name, create) => {
    const before = app.countStored();
    const delivery = create();

    for (const response of [await app.send(delivery), await app.send(delivery)]) {
      expect({ status: response.status, body: await response.json() }).toEqual({
        status: 200,
        body: { received: true },
      });
    }

    // The event, and with the first one the customer's snapshot.
    expect(app.countStored().records - before.records).toBeLessThanOrEqual(2);
    expect(app.countStored().records).toBeGreaterThan(before.records);
  });

  test.each([
    'charge.succeeded',
    'balance.available',
    'customer.bank_account.created',
    'something.of.the.future',
  ])('and neither recorded nor acted on: %s', async (type) => {
    const before = app.countStored();
    const requestsBefore = app.stripe.requests.length;

    const response = await app.deliver(createEvent(type, { object: 'whatever' }));

    expect(await response.json()).toEqual({ received: true });
    expect(app.countStored()).toEqual(before);
    expect(app.stripe.requests.length).toBe(requestsBefore);
  });
});

describe('whatever the content type,', () => {
  test.each([
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'x/y',
  ])('the signature decides: %s', async (contentType) => {
    const body = createBody();

    expect((await app.send({ body, signature: sign(body), contentType })).status).toBe(200);
    const refused = await app.send({ body, signature: sign(`${body} `), contentType });
    expect(await refused.json()).toMatchObject({ code: 'SIGNATURE_MISMATCH' });
  });

  test('one that cannot be read lets nothing in', async () => {
    const before = app.countStored();

    const response = await app.send({ ...signed(createBody()), contentType: 'nonsense' });

    expect(response.status).toBe(415);
    expect(app.countStored()).toEqual(before);
  });
});

const largestBytes = 16 * 1024 * 1024;

/** Only the head: the body does not follow. */
function createHead(bytes: number, signature: string, from = '192.0.2.1'): Buffer {
  return writePost('/webhooks/stripe', '', {
    'stripe-signature': signature,
    'content-length': String(bytes),
    'x-forwarded-for': from,
  });
}

function createChunks(bytes: number): Buffer {
  const headers = { 'stripe-signature': sign('x'), 'content-length': null, 'transfer-encoding': 'chunked' };
  return writePost('/webhooks/stripe', `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n0\r\n\r\n`, headers);
}

test.each([
  ['of more than 16 MB', 413, () => createHead(largestBytes + 1, sign('x'))],
  ['of more than 16 MB in chunks', 413, () => createChunks(largestBytes + 1)],
  ['without a signature', 400, () => createHead(1_000_000, '')],
  ['with a stale signature', 400, () => createHead(1_000_000, sign('x', { ageSeconds: 400 }))],
])('a body %s is not read', async (_name, status, createRequest) => {
  expect((await sendRaw(app, createRequest())).status).toBe(status);
});

describe('of large bodies, four are read at a time:', () => {
  const large = signed(createBody({ padding: 'x'.repeat(300_000) }));

  async function openSlowDelivery(from: string, bytes: number): Promise<Socket> {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(createHead(bytes, sign('x'), from));
    socket.write('x'.repeat(300_000));
    return socket;
  }
  const openSlowDeliveries = (from: (index: number) => string, bytes = 1_000_000): Promise<Socket[]> =>
    Promise.all(Array.from({ length: 4 }, (_, index) => openSlowDelivery(from(index), bytes)));

  async function isAnswered(response: Promise<Response>): Promise<boolean> {
    return Promise.race([response.then(() => true), sleep(300, false)]);
  }

  test('the next waits until one of them ends, and small ones do not', async () => {
    const [first, ...others] = await openSlowDeliveries((index) => `192.0.2.${index}`);
    await sleep(100);
    const waiting = app.send(large);
    expect(await isAnswered(waiting)).toBe(false);
    expect((await app.send(signed(createBody()))).status).toBe(200);

    first?.destroy();

    expect((await waiting).status).toBe(200);
    for (const socket of others) socket.destroy();
  });

  test('those that end together are checked one by one, and others are served in between', async () => {
    const sockets = await openSlowDeliveries((index) => `203.0.113.${index}`, 300_001);
    await sleep(200);
    const countRefused = (): number => app.logs.filter((line) => line.includes('delivery refused')).length;
    const before = countRefused();
    const byTurn: number[] = [];

    for (const socket of sockets) socket.write('x');
    while (countRefused() < before + sockets.length) {
      const seen = countRefused();
      await nextTurn();
      byTurn.push(countRefused() - seen);
    }

    expect(Math.max(...byTurn)).toBe(1);
  });

  test('those of one network leave places to others', async () => {
    const slow = await openSlowDeliveries((index) => `2001:db8::${index}`);
    await sleep(100);
    const waiting = app.send({ ...large, from: '2001:db8::f' });
    expect(await isAnswered(waiting)).toBe(false);
    expect((await app.send({ ...large, from: '198.51.100.1' })).status).toBe(200);

    slow[0]?.destroy();
    slow[1]?.destroy();
    slow[2]?.destroy();
    expect((await waiting).status).toBe(200);
    slow[3]?.destroy();
  });
});

test('a token counts for nothing here, and a bad one does no harm', async () => {
  const body = createBody();

  const response = await app.fetch('/webhooks/stripe', {
    method: 'POST',
    body,
    token: 'planted',
    headers: { 'stripe-signature': sign(body) },
  });

  expect(response.status).toBe(200);
});

test('a signature without a body is refused', async () => {
  const head = `POST /webhooks/stripe HTTP/1.1\r\nhost: localhost\r\nstripe-signature: ${sign('{}')}`;

  const { status, body } = await sendRaw(app, `${head}\r\nconnection: close\r\n\r\n`);

  expect(status).toBe(400);
  expect(JSON.parse(body)).toMatchObject({ code: 'SIGNATURE_MISMATCH' });
});

test.each(['GET', 'PUT', 'DELETE'])('%s finds nothing', async (method) => {
  expect((await app.fetch('/webhooks/stripe', { method })).status).toBeGreaterThanOrEqual(404);
});

test('without a secret there is nothing here, however it is signed', async () => {
  const without = await createWebhookApp({ STRIPE_WEBHOOK_SECRETS: '' });
  const body = createBody();

  for (const signature of [sign(body), sign(body, { secret: '' }), null]) {
    expect((await without.send({ body, signature })).status).toBe(404);
  }
  expect(without.countStored().records).toBe(0);
});

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

  test('a test event at a live endpoint, and only the first is logged', async () => {
    const live = await createWebhookApp({
      STRIPE_SECRET_KEY: 'sk_live_PlantedKey',
      STRIPE_API_URL: '',
    });

    const first = await live.send(signed(createBody()));
    expect(first.status).toBe(200);
    for (let sent = 0; sent < 2; sent += 1) expect((await live.send(signed(createBody()))).status).toBe(200);
    expect(live.countStored().records).toBe(0);
    expect(live.logs.filter((line) => line.includes('"reason":"other_mode"'))).toEqual([
      expect.stringContaining(`"requestId":"${first.headers.get('x-request-id')}"`),
    ]);
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

/** https://docs.stripe.com/changelog/basil/2025-04-30/additional-context-organization-events */
describe("at an organization's destination, whose events name their account by `context` alone,", () => {
  const context = 'acct_1';
  const fail = (status: string, times: string): Promise<Response> =>
    fetch(`${app.stripe.url}/_control/faults`, {
      method: 'POST',
      body: new URLSearchParams({ path: '/v1/events/*', status, times }),
    });
  const readOwnEvent = async (): Promise<Partial<Stripe.Event>> => {
    const { id } = await app.sdk.customers.create();
    await app.link(id, id);
    const { data } = await app.sdk.events.list({ type: 'customer.created', limit: 1 });
    return { ...data[0], context };
  };

  test.each([
    ['checkout.session.completed', { id: 'cs_other', object: 'checkout.session', customer: 'cus_other' }],
    ['billing_portal.session.created', { id: 'bps_other', customer: 'cus_other' }],
    ['customer.updated', { id: 'cus_other', object: 'customer' }],
  ])('%s of another account is ignored', async (type, object) => {
    const before = app.countStored();

    const response = await app.deliver(createEvent(type, object, { context: 'acct_2' }));

    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 200,
      body: { received: true },
    });
    expect(app.countStored()).toEqual(before);
    expect(app.logs.join('')).toContain('"reason":"other_account"');
  });

  test.each([
    ['is handled', null],
    ['is handled where the key may not read events', '403'],
  ])("an event of the key's own account %s", async (_title, status) => {
    const event = await readOwnEvent();
    const before = app.countStored();
    if (status !== null) await fail(status, '1');

    expect((await app.deliver(event)).status).toBe(200);

    // The event, and the customer's snapshot.
    expect(app.countStored().records - before.records).toBe(2);
  });

  test("another account's event is not recorded while the key is revoked", async () => {
    const session = { object: 'billing_portal.session', id: 'bps_other', customer: 'cus_other' };
    const before = app.countStored();
    await fail('401', '1');

    const response = await app.deliver(
      createEvent('billing_portal.session.created', session, { context: 'acct_2' }),
    );

    expect(response.status).toBe(500);
    expect(app.countStored()).toEqual(before);
  });

  test('a repeated event does not ask Stripe again whose it is', async () => {
    const event = await readOwnEvent();
    const countReads = () =>
      app.stripe.requests.filter(({ path }) => path === `/v1/events/${event.id}`).length;
    for (let delivery = 1; delivery <= 3; delivery += 1) await app.deliver(event);

    expect(countReads()).toBe(1);
  });

  test('an event that is larger than what is read of Stripe is handled', async () => {
    const gate = await startStripeGate(app.stripe.url);
    const behind = await createWebhookApp({ STRIPE_API_URL: gate.url });
    gate.watch(({ path }) =>
      path.startsWith('/v1/events/')
        ? { status: 200, body: `{"padding":"${'x'.repeat(9_000_000)}"}` }
        : 'pass',
    );

    expect((await behind.deliver(await readOwnEvent())).status).toBe(200);

    expect(behind.countStored().records).toBe(1);
  });

  test('of a burst, at most ten events ask Stripe whose they are at a time', async () => {
    const gate = await startStripeGate(app.stripe.url);
    const behind = await createWebhookApp({ STRIPE_API_URL: gate.url });
    let underWay = 0;
    let most = 0;
    gate.watch(async () => {
      most = Math.max(most, (underWay += 1));
      await sleep(50);
      underWay -= 1;
      return 'pass' as const;
    });
    const ofOther = () =>
      createEvent('invoice.paid', { object: 'invoice', id: 'in_1' }, { context: 'acct_2' });
    const answers = await Promise.all(Array.from({ length: 40 }, () => behind.deliver(ofOther())));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(most).toBe(10);
  });

  test('an event is not acknowledged while Stripe does not say whose it is', async () => {
    const event = await readOwnEvent();
    await fail('500', '3');

    expect((await app.deliver(event)).status).toBe(500);
    expect((await app.deliver(event)).status).toBe(200);
  });
});

describe('refused deliveries of one network', () => {
  const forged = (from: string): SentDelivery => ({ body: '{}', signature: sign('{} '), from });

  test('are answered by 429 and no longer logged beyond ten, also where RATE_LIMIT is off', async () => {
    const statuses: number[] = [];
    const logsBefore = app.logs.length;
    for (let sent = 0; sent < 12; sent += 1)
      statuses.push((await app.send(forged(`2001:db8:1::${sent}`))).status);

    expect(statuses).toEqual([...Array<number>(10).fill(400), 429, 429]);
    const refusals = app.logs.slice(logsBefore).filter((line) => line.includes('webhook delivery refused'));
    expect(refusals.length).toBe(10);
    const late = await app.send(forged('2001:db8:1::f'));
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
    ["an organization's events of it are handled", { account: 'acct_1', context: 'acct_2/acct_1' }, 1],
    ["another account's are ignored", { account: 'acct_2' }, 0],
    ["the platform's are ignored", {}, 0],
  ])('%s', async (_name, rest, records) => {
    const connected = await createWebhookApp({ STRIPE_ACCOUNT: 'acct_1', STRIPE_API_URL: app.stripe.url });

    const response = await connected.send(signed(createBody(rest)));

    expect(response.status).toBe(200);
    expect(connected.countStored().records).toBe(records);
  });
});
