import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { readGraphqlAnswer } from '../helpers/graphql-answer.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

interface Request {
  readonly userId?: string;
  readonly token?: string;
  readonly forwardedFor?: string;
  readonly path?: string;
}

/** The statuses of requests that are sent one after the other. */
async function sendAll(app: TestApp, requests: readonly Request[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const request of requests) statuses.push((await send(app, request)).status);
  return statuses;
}

async function send(app: TestApp, request: Request): Promise<Response> {
  const { userId, forwardedFor, path = '/billing-portal' } = request;
  const token = userId === undefined ? request.token : await app.createToken({ userId });
  const headers: Record<string, string> =
    forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return app.fetch(path, { token, headers });
}

const repeat = <T>(times: number, value: T): T[] => Array<T>(times).fill(value);

describe('RATE_LIMIT by subject', () => {
  test('counts each caller for themselves, whatever token they send and from wherever', async () => {
    const app = await createTestApp({ RATE_LIMIT: '2/1h', TRUST_PROXY: '1' });

    const [ada, bob] = [
      { userId: 'ada', forwardedFor: '192.0.2.1' },
      { userId: 'bob', forwardedFor: '192.0.2.1' },
    ];
    const elsewhere = { userId: 'ada', forwardedFor: '192.0.2.2' };

    expect(await sendAll(app, [ada, ada, bob, elsewhere, bob, bob])).toEqual([400, 400, 400, 429, 400, 429]);
  });

  test('counts an operation and a request of REST alike', async () => {
    const app = await createTestApp({ RATE_LIMIT: '2/1h' });
    const path = '/graphql?query={__typename}';

    expect(await sendAll(app, [{ userId: 'ada', path }, { userId: 'ada' }, { userId: 'ada', path }])).toEqual(
      [400, 400, 429],
    );
  });

  test('begins anew when its time is over', async () => {
    const app = await createTestApp({ RATE_LIMIT: '1/1s' });

    const ada = { userId: 'ada' };
    const first = await sendAll(app, [ada, ada]);
    await sleep(1_100);

    expect([first, await sendAll(app, [ada])]).toEqual([[400, 429], [400]]);
  });

  test('tells both kinds of clients when to try again', async () => {
    const app = await createTestApp({ RATE_LIMIT: '1/1h' });
    await send(app, { userId: 'ada' });

    const rest = await send(app, { userId: 'ada' });
    expect(rest.status).toBe(429);
    const { retryAfter } = (await rest.json()) as { retryAfter: number };
    expect(retryAfter).toBeGreaterThan(3_500);
    expect(retryAfter).toBeLessThanOrEqual(3_600);
    expect(rest.headers.get('retry-after')).toBe(String(retryAfter));

    const response = await send(app, { userId: 'ada', path: '/graphql' });
    const graphql = await readGraphqlAnswer(response, '');
    expect(graphql.status).toBe(429);
    const { extensions } = graphql.expectError('RATE_LIMITED');
    expect(graphql.headers.get('retry-after')).toBe(String(extensions.retryAfter));
  });
});

describe('RATE_LIMIT by address', () => {
  test('is ten times as much, for all who share the address', async () => {
    const app = await createTestApp({ RATE_LIMIT: '1/1h' });
    const users = Array.from({ length: 11 }, (_, index) => ({ userId: `user-${index}` }));

    expect(await sendAll(app, users)).toEqual([...repeat(10, 400), 429]);
  });

  test.each([
    ['no token', {}],
    ['a bad one', { token: 'bad.to.ken' }],
  ])('counts requests with %s too', async (_what, request) => {
    const app = await createTestApp({ RATE_LIMIT: '1/1h' });

    expect(await sendAll(app, repeat(12, request))).toEqual([...repeat(10, 401), 429, 429]);
    expect(await sendAll(app, [{ userId: 'ada' }])).toEqual([429]);
  });

  test('counts the pages of links', async () => {
    const app = await createTestApp({ RATE_LIMIT: '1/1h', PUBLIC_URL: 'https://billing.example.com' });

    const statuses = await sendAll(app, repeat(11, { path: `/portal-links/${'a'.repeat(43)}` }));

    expect(statuses.slice(0, 10)).not.toContain(429);
    expect(statuses[10]).toBe(429);
  });

  test('leaves out what machines ask: health, and webhooks', async () => {
    const app = await createTestApp({ RATE_LIMIT: '1/1h', STRIPE_WEBHOOK_SECRETS: 'whsec_0123456789' });
    await sendAll(app, repeat(11, {}));

    expect(await sendAll(app, [{}, { path: '/healthz' }, { path: '/readyz' }])).toEqual([429, 200, 200]);
    expect((await app.fetch('/webhooks/stripe', { method: 'POST', body: '{}' })).status).toBe(400);
  });
});

describe('TRUST_PROXY', () => {
  const from = (...addresses: string[]): Request[] => addresses.map((forwardedFor) => ({ forwardedFor }));
  const used = repeat(10, { forwardedFor: '192.0.2.1' });

  test('off: a forged X-Forwarded-For does not count', async () => {
    const app = await createTestApp({ RATE_LIMIT: '1/1h' });
    const forged = Array.from({ length: 11 }, (_, index) => `192.0.2.${index}`);

    expect(await sendAll(app, from(...forged))).toEqual([...repeat(10, 401), 429]);
  });

  test.each(['1', '127.0.0.0/8'])('%s: what the proxies add counts, and no more', async (trusted) => {
    const app = await createTestApp({ RATE_LIMIT: '1/1h', TRUST_PROXY: trusted });
    await sendAll(app, used);

    expect(await sendAll(app, from('192.0.2.2', '192.0.2.9, 192.0.2.1', '192.0.2.1'))).toEqual([
      401, 429, 429,
    ]);
  });

  test('IPv6 counts by its first 64 bits', async () => {
    const app = await createTestApp({ RATE_LIMIT: '1/1h', TRUST_PROXY: '1' });
    const neighbours = Array.from({ length: 10 }, (_, index) => `2001:db8:1:2::${index}`);
    await sendAll(app, from(...neighbours));

    expect(await sendAll(app, from('2001:db8:1:2:ffff::1', '2001:db8:1:3::1'))).toEqual([429, 401]);
  });
});

describe('a request that seems to come through a proxy', () => {
  const warnings = ({ logs }: TestApp): string[] =>
    logs.filter((line) => line.includes('"level":40') && line.includes('TRUST_PROXY'));

  test.each(['x-forwarded-for', 'forwarded', 'x-real-ip'])(
    'is warned of once while TRUST_PROXY is off, and the address is not logged: %s',
    async (header) => {
      const app = await createTestApp({ RATE_LIMIT: '60/1m' });

      for (const path of ['/healthz', '/graphql', '/billing-portal'])
        await app.fetch(path, { headers: { [header]: '192.0.2.77' } });

      expect(warnings(app).length).toBe(1);
      expect(app.logs.join('')).not.toContain('192.0.2.77');
    },
  );

  test.each([
    ['TRUST_PROXY is set', { TRUST_PROXY: '1', RATE_LIMIT: '60/1m' }, { 'x-forwarded-for': '192.0.2.7' }],
    ['RATE_LIMIT is off', { RATE_LIMIT: 'off' }, { 'x-forwarded-for': '192.0.2.7' }],
    ['no header names a client', { RATE_LIMIT: '60/1m' }, {}],
  ])('is not warned of where %s', async (_where, env, headers) => {
    const app = await createTestApp(env);

    await app.fetch('/healthz', { headers });

    expect(warnings(app)).toEqual([]);
  });
});
