import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { seedDemoData } from 'billing-portal-local-stripe/demo-data';
import { fastify } from 'fastify';
import {
  BoundedMemoryLimiter,
  RateLimiter,
  toCountedNetwork,
  warnOfUntrustedProxy,
} from '../../src/http/rate-limit.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { readGraphqlAnswer } from '../helpers/graphql-answer.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';

interface Request {
  readonly userId?: string;
  readonly token?: string;
  readonly from?: string;
  readonly path?: string;
}

/** The statuses of requests that are sent one after the other. */
async function sendAll(app: TestApp, requests: readonly Request[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const request of requests) statuses.push((await send(app, request)).status);
  return statuses;
}

async function send(app: TestApp, request: Request): Promise<Response> {
  const { userId, from, path = '/billing-portal' } = request;
  const token = userId === undefined ? request.token : await app.createToken({ userId });
  return app.fetch(path, { token, headers: from === undefined ? {} : { 'x-forwarded-for': from } });
}

const repeat = <T>(times: number, value: T): T[] => Array<T>(times).fill(value);
const json = { 'content-type': 'application/json' };

/** Tests share these services, each with users and addresses of its own. */
let once: TestApp;
let twice: TestApp;

beforeAll(async () => {
  const env = {
    TRUST_PROXY: '1',
    PUBLIC_URL: 'https://billing.example.com',
    STRIPE_WEBHOOK_SECRETS: 'whsec_0123456789',
  };
  once = await createTestApp({ ...env, RATE_LIMIT: '1/1h' });
  twice = await createTestApp({ ...env, RATE_LIMIT: '2/1h' });
});

describe('RATE_LIMIT by subject', () => {
  test('counts each caller alone, with any token and from any address', async () => {
    const ada = { userId: 'ada', from: '192.0.2.1' };
    const bob = { userId: 'bob', from: '192.0.2.1' };
    const elsewhere = { userId: 'ada', from: '192.0.2.2' };

    expect(await sendAll(twice, [ada, ada, bob, elsewhere, bob, bob])).toEqual([
      400, 400, 400, 429, 400, 429,
    ]);
  });

  test('counts an operation and a request of REST alike', async () => {
    const rest = { userId: 'carol', from: '192.0.2.3' };
    const graphql = { ...rest, path: '/graphql?query={__typename}' };

    expect(await sendAll(twice, [graphql, rest, graphql])).toEqual([400, 400, 429]);
  });

  test('tells both kinds of clients when to try again', async () => {
    const dora = { userId: 'dora', from: '192.0.2.4' };
    await send(once, dora);

    const rest = await send(once, dora);
    expect(rest.status).toBe(429);
    const { retryAfter } = (await rest.json()) as { retryAfter: number };
    expect(retryAfter).toBeGreaterThan(3_500);
    expect(retryAfter).toBeLessThanOrEqual(3_600);
    expect(rest.headers.get('retry-after')).toBe(String(retryAfter));

    const graphql = await readGraphqlAnswer(await send(once, { ...dora, path: '/graphql' }), '');
    expect(graphql.status).toBe(429);
    const { extensions } = graphql.expectError('RATE_LIMITED');
    expect(graphql.headers.get('retry-after')).toBe(String(extensions.retryAfter));
  });
});

describe('RATE_LIMIT by address', () => {
  test('is ten times as much, for all users who share the address', async () => {
    const users = Array.from({ length: 11 }, (_, index) => ({ userId: `user-${index}`, from: '192.0.2.10' }));

    expect(await sendAll(once, users)).toEqual([...repeat(10, 400), 429]);
  });

  test.each([
    ['no token', { from: '192.0.2.11' }],
    ['a bad one', { from: '192.0.2.12', token: 'bad.to.ken' }],
  ])('counts requests with %s as well', async (_what, request) => {
    expect(await sendAll(once, repeat(12, request))).toEqual([...repeat(10, 401), 429, 429]);
    expect(await sendAll(once, [{ userId: 'eve', from: request.from }])).toEqual([429]);
  });

  test('counts the pages of links', async () => {
    const page = { from: '192.0.2.13', path: `/portal-links/${'a'.repeat(43)}` };

    const statuses = await sendAll(once, repeat(11, page));

    expect(statuses.slice(0, 10)).not.toContain(429);
    expect(statuses[10]).toBe(429);
  });

  test('leaves out what machines ask: health, and webhooks', async () => {
    const from = '192.0.2.14';
    await sendAll(once, repeat(11, { from }));

    const probes = [{ from }, { from, path: '/healthz' }, { from, path: '/readyz' }];
    expect(await sendAll(once, probes)).toEqual([429, 200, 200]);
    const headers = { 'x-forwarded-for': from };
    const delivery = await once.fetch('/webhooks/stripe', { method: 'POST', body: '{}', headers });
    expect(delivery.status).toBe(400);
  });

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:4711', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('counts %s as %s', (address, network) => {
    expect(toCountedNetwork(address)).toBe(network);
  });
});

describe('TRUST_PROXY', () => {
  const from = (...addresses: string[]): Request[] => addresses.map((address) => ({ from: address }));

  test('off: a forged X-Forwarded-For does not count, and is not logged', async () => {
    const app = await createTestApp({ RATE_LIMIT: '1/1h' });
    const forged = Array.from({ length: 11 }, (_, index) => `192.0.2.${index}`);

    expect(await sendAll(app, from(...forged))).toEqual([...repeat(10, 401), 429]);
    const logs = app.logs.join('');
    expect(logs.match(/but TRUST_PROXY is off/g)).toHaveLength(1);
    expect(logs).not.toContain('192.0.2.');
  });

  test.each(['1', '127.0.0.0/8'])('%s: only what the trusted proxies add counts', async (trusted) => {
    const app = trusted === '1' ? once : await createTestApp({ RATE_LIMIT: '1/1h', TRUST_PROXY: trusted });
    await sendAll(app, repeat(10, { from: '192.0.2.20' }));

    const requests = from('192.0.2.21', '192.0.2.29, 192.0.2.20', '192.0.2.20');
    expect(await sendAll(app, requests)).toEqual([401, 429, 429]);
  });

  test('IPv6 counts by its first 64 bits', async () => {
    const neighbours = Array.from({ length: 10 }, (_, index) => `2001:db8:1:2::${index}`);
    await sendAll(once, from(...neighbours));

    expect(await sendAll(once, from('2001:db8:1:2:ffff::1', '2001:db8:1:3::1'))).toEqual([429, 401]);
  });
});

describe('a request that seems to come through a proxy', () => {
  type Config = Parameters<typeof warnOfUntrustedProxy>[1];
  const limited: Config = { trustProxy: false, rateLimit: { requests: 60, perSeconds: 60 } };

  async function listWarnings(config: Config, headers: Record<string, string>): Promise<object[]> {
    const logs: string[] = [];
    const loggerInstance = createLogger('warn', { write: (line) => logs.push(line) });
    const server = fastify({ loggerInstance });
    warnOfUntrustedProxy(server as unknown as Parameters<typeof warnOfUntrustedProxy>[0], config);
    server.get('/', () => '');
    for (let sent = 0; sent < 3; sent += 1) await server.inject({ url: '/', headers });
    return logs.map((line) => JSON.parse(line) as object);
  }

  test.each(['x-forwarded-for', 'forwarded', 'x-real-ip'])(
    'is warned of once, by its header and its id, while TRUST_PROXY is off: %s',
    async (header) => {
      expect(await listWarnings(limited, { [header]: '192.0.2.77' })).toMatchObject([
        { header, requestId: 'req-1', msg: expect.stringContaining('TRUST_PROXY is off') },
      ]);
    },
  );

  test.each<[string, Config, Record<string, string>]>([
    ['TRUST_PROXY is set', { ...limited, trustProxy: 1 }, { 'x-forwarded-for': '192.0.2.7' }],
    ['RATE_LIMIT is off', { ...limited, rateLimit: null }, { 'x-forwarded-for': '192.0.2.7' }],
    ['no header names a client', limited, {}],
  ])('is not warned of where %s', async (_where, config, headers) => {
    expect(await listWarnings(config, headers)).toEqual([]);
  });
});

describe('a limiter in memory', () => {
  const createLimiter = (perSeconds: number, maxKeys = 10): RateLimiter =>
    new RateLimiter(new BoundedMemoryLimiter({ requests: 1, perSeconds }, maxKeys));

  test('tells a key over its limit when to try again, and does not affect others', async () => {
    const limiter = createLimiter(3_600);
    await limiter.consume('192.0.2.1');

    const limited = { code: 'RATE_LIMITED', details: { retryAfter: 3_600 } };
    await expect(limiter.consume('192.0.2.1')).rejects.toMatchObject(limited);
    await limiter.consume('192.0.2.2');
  });

  test('counts again when its time is over', async () => {
    const limiter = createLimiter(1);
    await limiter.consume('ada');
    await expect(limiter.consume('ada')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await sleep(1_050);

    await limiter.consume('ada');
  });

  test('forgets the oldest keys when there are too many, and no others', async () => {
    const limiter = createLimiter(3_600);
    for (let key = 0; key <= 10; key += 1) await limiter.consume(String(key));

    const limited: number[] = [];
    for (let key = 10; key >= 0; key -= 1) await limiter.consume(String(key)).catch(() => limited.push(key));

    expect(limited).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });
});

interface Answer {
  readonly status: number;
  readonly answered: number;
  readonly errors: readonly {
    readonly extensions: { readonly code: string; readonly retryAfter?: number };
  }[];
}

describe('one operation', () => {
  let limited: TestApp;

  beforeAll(async () => {
    limited = await createTestApp({ RATE_LIMIT: '5/1h', ADMIN_ROLE: 'billing-admin' });
    await seedDemoData(limited.sdk);
  });

  /** A token of a new user, who has a customer. */
  async function createUser(app: TestApp, userId: string): Promise<string> {
    const { id } = await app.sdk.customers.create({ email: `${userId}@example.com` });
    await app.link(userId, id);
    return app.createToken({ userId, roles: ['billing-admin'] });
  }

  /** Sends one operation that names the same field several times. */
  async function ask(token: string, field: string, times: number, app = limited): Promise<Answer> {
    const aliases = Array.from({ length: times }, (_each, index) => `a${index}: ${field}`);
    const body = JSON.stringify({ query: `{ ${aliases.join(' ')} }` });
    const response = await app.fetch('/graphql', { method: 'POST', headers: json, token, body });
    const { data, errors = [] } = (await response.json()) as {
      data?: Record<string, unknown> | null;
      errors?: Answer['errors'];
    };
    const answered = Object.values(data ?? {}).filter((value) => value !== null).length;
    return { status: response.status, answered, errors };
  }

  test.each([
    ['billingCustomer(fresh: true) { id }', 5],
    // A field without null takes the whole answer with it.
    ['billingPortalConfiguration { id }', 0],
  ])('counts each alias as a request: %s', async (field, answered) => {
    const token = await createUser(limited, `alias-${answered}`);

    const over = await ask(token, field, 10);

    expect(over.answered).toBe(answered);
    expect(over.errors.length).toBeGreaterThan(0);
    for (const { extensions } of over.errors) {
      expect(extensions.code).toBe('RATE_LIMITED');
      expect(extensions.retryAfter).toBeGreaterThan(3_500);
    }
    expect((await ask(token, '__typename', 1)).status).toBe(429);
  });

  test('with one field counts once, like a request of REST, whatever they ask of Stripe', async () => {
    const token = await createUser(limited, 'one-field');
    const query = `mutation { createBillingPortalSession(returnUrl: "${returnUrl}") { id } }`;

    const statuses: number[] = [];
    for (let sent = 0; sent < 6; sent += 1) {
      const [path, content] =
        sent % 2 === 0 ? ['/api/billing-portal', { returnUrl }] : ['/graphql', { query }];
      const body = JSON.stringify(content);
      statuses.push((await limited.fetch(path, { method: 'POST', headers: json, token, body })).status);
    }

    expect(statuses).toEqual([...repeat(5, 200), 429]);
  });

  test('counts each root field after the first, whether or not it asks Stripe', async () => {
    const token = await createUser(limited, 'root-fields');

    const mappings = await ask(token, 'customerMapping(userId: "root-fields") { userId }', 4);

    expect(mappings.answered).toBe(4);
    expect((await ask(token, '__typename', 10)).status).toBe(200);
    expect((await ask(token, '__typename', 1)).status).toBe(429);
  });

  test('over the limit gets RATE_LIMITED, and never the strictest policy', async () => {
    const PORTAL_POLICIES = writePolicyFile({
      policies: {
        strict: { features: { invoice_history: { enabled: true } } },
        rich: { features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } } },
      },
      rules: [{ when: { subscription_status: 'active' }, use: 'rich' }],
      default: 'strict',
      strictest: 'strict',
    });
    const app = await createTestApp({ RATE_LIMIT: '2/1h', PORTAL_POLICIES });
    await app.link('ada', (await seedDemoData(app.sdk)).customerId);
    const token = await app.createToken({ userId: 'ada' });

    const field = 'billingPortalConfiguration { features { paymentMethodUpdate { enabled } } }';
    const { errors } = await ask(token, field, 4, app);

    expect(errors.map(({ extensions }) => extensions.code)).toContain('RATE_LIMITED');
    expect(app.logs.join('')).not.toContain('strictest');
  });
});
