import { describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { Agent } from 'undici';
import type { BillingError } from '../../src/shared/errors.ts';
import { describeError } from '../../src/logging/logger.ts';
import { readAll, readPages } from '../../src/stripe/reads.ts';
import { StripeClient, type StripeClientOptions } from '../../src/stripe/stripe-client.ts';
import { StripeHttpClient } from '../../src/stripe/stripe-http-client.ts';
import { Telemetry } from '../../src/telemetry/telemetry.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import {
  type Answer,
  type FaultyStripe,
  hang,
  resetConnection,
  sendError,
  sendHalf,
  sendJson,
  sendSpaces,
  sendText,
  startFaultyStripe,
  trickle,
} from '../helpers/faulty-stripe.ts';
import { findFreePort } from '../helpers/server-process.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const customer = { id: 'cus_1', object: 'customer', deleted: true };
const good = sendJson(200, customer);

const stripe = await startFaultyStripe();

type ClientOptions = Partial<Pick<StripeClientOptions, 'account' | 'deadlineMs'> & { readonly url: string }>;

function createClient({ url = stripe.url, ...options }: ClientOptions = {}): StripeClient {
  const defaults = { secretKey: 'sk_test_client', account: null, deadlineMs: 5_000 };
  const client = new StripeClient({ ...defaults, ...options, apiUrl: new URL(url) });
  closeAfterTests(() => client.close());
  return client;
}

function read(client = createClient()): Promise<{ readonly id: string }> {
  return client.read((sdk, options) => sdk.customers.retrieve('cus_1', {}, options));
}

function write(client = createClient()): Promise<{ readonly id: string }> {
  return client.write((sdk, options) => sdk.customers.del('cus_1', {}, options));
}

/** The code that a call fails with. */
async function getCode(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'none',
    (error: unknown) => (error as BillingError).code,
  );
}

function countRequests(): number {
  return stripe.requests.length;
}

describe('a request', () => {
  test('carries the pinned API version, the key and no telemetry', async () => {
    stripe.answerBy(good);
    const client = createClient();

    await read(client);
    await read(client);

    for (const { headers } of stripe.requests) {
      expect(headers).toMatchObject({
        'stripe-version': Stripe.API_VERSION,
        authorization: 'Bearer sk_test_client',
      });
      expect(headers).not.toHaveProperty('x-stripe-client-telemetry');
      expect(headers).not.toHaveProperty('stripe-account');
    }
    expect(countRequests()).toBe(2);
  });

  test('acts on the connected account when there is one', async () => {
    stripe.answerBy(good);

    await read(createClient({ account: 'acct_connected' }));

    expect(stripe.requests[0]?.headers).toMatchObject({ 'stripe-account': 'acct_connected' });
  });

  test('that writes has an idempotency key of its own', async () => {
    stripe.answerBy(good);

    await write();
    await write();

    const [first, second] = stripe.requests.map(({ headers }) => headers['idempotency-key']);
    expect(first).toEqual(expect.stringMatching(/^[\w-]{36}$/));
    expect(second).not.toBe(first);
  });
});

test('a failure says where in this service it was met', async () => {
  stripe.answerBy(sendError(400, { message: 'no' }));

  const error: unknown = await read().catch((reason: unknown) => reason);

  expect(describeError(error).at).toMatch(/^stripe\/stripe[\w.-]+:\d+$/);
});

/** Starts a Stripe for one of the tests that run at the same time, because they wait. */
async function startOwn(...answers: Parameters<FaultyStripe['answerBy']>): Promise<FaultyStripe> {
  const own = await startFaultyStripe();
  own.answerBy(...answers);
  return own;
}

describe('a call is tried again', () => {
  test.concurrent.each<[string, Answer]>([
    ['a conflict (409)', sendError(409, { message: 'in use', code: 'lock_timeout' })],
    ['a rate limit (429)', sendError(429, { message: 'slow down' })],
    ['a failure (500)', sendError(500, { message: 'sorry' })],
    ['an outage (503)', sendError(503, { message: 'sorry' })],
    ["a gateway's page (502)", sendText(502, '<h1>Bad Gateway</h1>', { 'content-type': 'text/html' })],
    ['a failure without an error', sendJson(500, { error: null })],
    ['a connection reset', resetConnection],
    ['half an answer', sendHalf(customer)],
  ])('after %s, with the same idempotency key', async (_title, failure) => {
    const own = await startOwn(failure, good);

    expect(await write(createClient(own))).toEqual(customer);

    expect(own.requests).toHaveLength(2);
    expect(new Set(own.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  test.concurrent('twice at most', async () => {
    const own = await startOwn(sendError(500, { message: 'sorry' }));

    expect(await getCode(write(createClient(own)))).toBe('STRIPE_UNAVAILABLE');

    expect(own.requests).toHaveLength(3);
  });

  test.concurrent('after the time that Stripe asks for', async () => {
    const own = await startOwn(sendError(429, { message: 'slow down' }, { 'retry-after': '1' }), good);
    const start = performance.now();

    await read(createClient(own));

    expect(performance.now() - start).toBeGreaterThanOrEqual(1_000);
  });

  test('where Stripe says so, whatever the status', async () => {
    stripe.answerBy(sendError(400, { message: 'once more' }, { 'stripe-should-retry': 'true' }), good);

    expect(await read()).toEqual(customer);
  });
});

describe('a call is not tried again', () => {
  test.each([400, 401, 402, 403, 404])('after a refusal (%i)', async (status) => {
    stripe.answerBy(sendError(status, { message: 'no' }), good);

    expect(await getCode(write())).toBe('STRIPE_MISCONFIGURED');

    expect(countRequests()).toBe(1);
  });

  test.each([409, 429, 500])('where Stripe says so (%i)', async (status) => {
    stripe.answerBy(sendError(status, { message: 'no' }, { 'stripe-should-retry': 'false' }), good);

    expect(await getCode(write())).not.toBe('none');

    expect(countRequests()).toBe(1);
  });

  test('where the wait would outlast the deadline; the client is told how long instead', async () => {
    stripe.answerBy(sendError(429, { message: 'slow down' }, { 'retry-after': '30' }), good);
    const start = performance.now();

    await expect(read()).rejects.toMatchObject({ code: 'STRIPE_RATE_LIMITED', details: { retryAfter: 30 } });

    expect(performance.now() - start).toBeLessThan(1_000);
    expect(countRequests()).toBe(1);
  });
});

describe('a call ends by its deadline', () => {
  const deadlineMs = 600;

  test.concurrent.each<[string, Answer]>([
    ['nothing comes', hang],
    ['bytes trickle in', trickle({ ...customer, text: ' '.repeat(500) }, 20)],
    ['the answer only begins', (response) => void response.writeHead(200).write('{')],
    ['every attempt fails late', (response) => setTimeout(() => response.destroy(), 200)],
  ])('when %s', async (_title, answer) => {
    const { url } = await startOwn(answer);
    const start = performance.now();

    expect(await getCode(write(createClient({ url, deadlineMs })))).toBe('STRIPE_UNAVAILABLE');

    expect(performance.now() - start).toBeLessThan(deadlineMs + 400);
  });

  test.concurrent.each([
    ['read', read],
    ['write', write],
  ])('and a %s whose first request gets no answer still succeeds', async (_kind, call) => {
    const { url, requests } = await startOwn(hang, good);

    expect(await call(createClient({ url, deadlineMs: 2_000 }))).toEqual(customer);
    const keys = requests.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(1);
  });

  test.concurrent('and those that are close to it still succeed', async () => {
    const answer: Answer = (response, request) => setTimeout(() => good(response, request), 1_000);
    const { url } = await startOwn(answer);

    expect(await read(createClient({ url, deadlineMs: 2_000 }))).toEqual(customer);
  });
});

describe('what is no answer of Stripe is an outage, and harms nothing', () => {
  const values = [
    null,
    0,
    5,
    true,
    'text',
    '',
    [],
    [null],
    {},
    { object: null },
    { object: 5 },
    { error: null },
    { error: 'text' },
    { url: 'x' },
  ];
  const bodies = values.map((value) => JSON.stringify(value));
  const cases = [...bodies, '', '<html>', '{"object":', '\u0000'].flatMap((body) => [
    [body, 200] as const,
    [body, 500] as const,
  ]);

  test.each(cases)('%j with %i', async (body, status) => {
    stripe.answerBy(sendText(status, body, { 'stripe-should-retry': 'false' }));

    expect(await getCode(read())).toBe('STRIPE_UNAVAILABLE');
  });

  test('an answer in another form', async () => {
    stripe.answerBy(sendText(200, '<html>', { 'content-type': 'text/html' }));

    expect(await getCode(read())).toBe('STRIPE_UNAVAILABLE');
  });

  test('a redirect, which is not followed', async () => {
    stripe.answerBy(sendText(302, '', { location: '/elsewhere' }), good);

    expect(await getCode(read())).toBe('STRIPE_UNAVAILABLE');
    expect(countRequests()).toBe(1);
  });

  test('an answer without end, of which little is read', async () => {
    let socketBytes = 0;
    stripe.answerBy((response, request) => {
      const { socket } = response;
      response.on('close', () => (socketBytes = socket?.bytesWritten ?? 0));
      sendSpaces(50 * 1024 * 1024)(response, request);
    });

    expect(await getCode(read())).toBe('STRIPE_UNAVAILABLE');
    await waitUntil('the end of the connection', () => socketBytes || undefined);
    expect(socketBytes).toBeLessThan(20 * 1024 * 1024);
  });

  test('a refused connection', async () => {
    const client = createClient({ url: `http://127.0.0.1:${await findFreePort()}` });

    expect(await getCode(read(client))).toBe('STRIPE_UNAVAILABLE');
  });
});

describe('a refusal is an error of the setup, whatever body comes with it:', () => {
  const members = JSON.stringify({ error: { message: 5, param: { a: 1 }, code: [null], type: true } });
  const bodies = ['Unauthorized', 'null', '5', '[]', '{"error":null}', '{"error":"text"}', members];

  test.each(bodies.flatMap((body) => [[body, 400] as const, [body, 401] as const]))(
    '%s with %i',
    async (body, status) => {
      stripe.answerBy(sendText(status, body));

      expect(await getCode(read())).toBe('STRIPE_MISCONFIGURED');
    },
  );
});

test('a text that cannot be written in UTF-8 is a mistake of who gave it, and is not sent', async () => {
  const client = createClient();
  const before = countRequests();

  const calls = [
    client.write((sdk, options) => sdk.customers.create({ name: 'a\ud800' }, options)),
    client.read((sdk, options) => sdk.customers.list({ email: '\udc00' }, options)),
    client.read((sdk, options) => sdk.customers.retrieve('cus_\ud83d', {}, options)),
  ];

  expect(await Promise.all(calls.map(getCode))).toEqual(calls.map(() => 'BAD_USER_INPUT'));
  expect(countRequests()).toBe(before);
});

test('a request that waits for a connection ends in time too, and is not sent later', async () => {
  const own = await startFaultyStripe();
  own.answerBy(hang, sendJson(200, { object: 'balance' }));
  const agent = new Agent({ connections: 1 });
  closeAfterTests(() => agent.destroy());
  const client = new StripeHttpClient(agent, null, new Telemetry());
  const { hostname, port } = new URL(own.url);
  const send = (path: string, ms: number) =>
    client.makeRequest(hostname, port, path, 'GET', {}, '', 'http', ms);

  const ended: string[] = [];
  const giveUp = (path: string, ms: number) =>
    send(path, ms).catch((error: unknown) => {
      ended.push(path);
      return error;
    });
  const failures = await Promise.all([giveUp('/hanging', 400), giveUp('/waiting', 100)]);

  const { TIMEOUT_ERROR_CODE: code } = Stripe.HttpClient;
  expect(failures).toEqual([expect.objectContaining({ code }), expect.objectContaining({ code })]);
  expect(ended).toEqual(['/waiting', '/hanging']);
  expect(await (await send('/next', 5_000)).toJSON()).toEqual({ object: 'balance' });
  expect(own.requests.map(({ path }) => path)).toEqual(['/hanging', '/next']);
});

describe('a list', () => {
  const ids = Array.from({ length: 25 }, (_, index) => `cus_${index}`);
  const readLimit = (path: string): number => Number(/limit=(\d+)/.exec(path)?.[1]);

  /** Answers with a page of objects, the first or each of which is so large. */
  const toPages =
    (bytes: number, isLarge: (id: string) => boolean = () => true): Answer =>
    (response, request) => {
      const after = /starting_after=(\w+)/.exec(request.path)?.[1];
      const start = after === undefined ? 0 : ids.indexOf(after) + 1;
      const end = start + readLimit(request.path);
      const name = 'x'.repeat(bytes);
      const data = ids.slice(start, end).map((id) => ({ ...customer, id, name: isLarge(id) ? name : id }));
      sendJson(200, { object: 'list', data, has_more: end < ids.length })(response, request);
    };

  const list = (): Promise<readonly { readonly id: string }[]> =>
    readAll(createClient(), (sdk, page, options) => sdk.customers.list(page, options));

  test('that is larger than an answer may be is read in smaller pages, whole and in order', async () => {
    stripe.answerBy(toPages(700_000));

    expect((await list()).map(({ id }) => id)).toEqual(ids);
    expect(stripe.requests.map(({ path }) => readLimit(path))).toEqual([100, 10, 10, 10]);
  });

  test('is asked for in pages of a whole number of objects', async () => {
    stripe.answerBy(toPages(700_000));
    const pages = readPages(createClient(), (sdk, page, options) => sdk.customers.list(page, options), 25);

    expect((await pages.next()).value).toHaveLength(3);
    expect(stripe.requests.map(({ path }) => readLimit(path))).toEqual([25, 3]);
  });

  test('is unavailable where one object is too large, and is not asked for again and again', async () => {
    stripe.answerBy(toPages(9_000_000, (id) => id === ids[0]));

    expect(await getCode(list())).toBe('STRIPE_UNAVAILABLE');
    expect(stripe.requests.map(({ path }) => readLimit(path))).toEqual([100, 10, 1]);
  });

  test('that is refused is not asked for again in smaller pages', async () => {
    stripe.answerBy(sendError(401, { message: 'no' }));

    expect(await getCode(list())).toBe('STRIPE_MISCONFIGURED');
    expect(stripe.requests).toHaveLength(1);
  });

  test('ends with an empty page, even one that announces another', async () => {
    stripe.answerBy(sendJson(200, { object: 'list', data: [], has_more: true }));

    expect(await list()).toEqual([]);
    expect(stripe.requests).toHaveLength(1);
  });

  test('is unavailable where it never ends', async () => {
    let count = 0;
    stripe.answerBy((response, request) => {
      const data = Array.from({ length: 1_000 }, () => ({ ...customer, id: `cus_${(count += 1)}` }));
      // Until a bound is there, the list ends here, and is taken for whole.
      sendJson(200, { object: 'list', data, has_more: count < 200_000 })(response, request);
    });

    expect(await getCode(list())).toBe('STRIPE_UNAVAILABLE');
  });

  test('is unavailable where Stripe answers with another object', async () => {
    stripe.answerBy(sendJson(200, customer));

    expect(await getCode(list())).toBe('STRIPE_UNAVAILABLE');
  });
});
