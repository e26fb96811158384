import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { createCookieSessionServer } from '../../examples/cookie-session.ts';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const secret = 'a secret for the integration tests only';
let app: TestApp;

beforeAll(async () => {
  app = await createTestApp({ JWT_SECRET: secret });
});

const routes = {
  'POST /graphql': (authorization?: string) => post('/graphql', '{ billingCustomer { id } }', authorization),
  'POST /api/billing-portal': (authorization?: string) => post('/api/billing-portal', '', authorization),
  'GET /billing-portal': (authorization?: string) =>
    app.fetch(`/billing-portal?returnUrl=${returnUrl}`, { headers: toHeaders(authorization) }),
};

function post(path: string, query: string, authorization?: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...toHeaders(authorization) };
  return app.fetch(path, { method: 'POST', headers, body: JSON.stringify({ query }) });
}

function toHeaders(authorization?: string): Record<string, string> {
  return authorization === undefined ? {} : { authorization };
}

describe.each(Object.entries(routes))('a 401 of %s', (_title, send) => {
  test.each([
    ['no token', undefined],
    ['a scheme without tokens', 'Basic dTpw'],
    ['a scheme alone', 'Bearer'],
  ])('challenges a request with %s, and names no error', async (_what, authorization) => {
    const response = await send(authorization);

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="billing-portal"');
  });

  test.each(['Bearer nonsense', 'bearer a.b.c'])(
    'says that the token is invalid: %s',
    async (authorization) => {
      const response = await send(authorization);

      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe(
        'Bearer realm="billing-portal", error="invalid_token"',
      );
    },
  );
});

test('no other response has a challenge', async () => {
  const token = await app.createToken({ userId: 'unlinked' });
  const response = await routes['POST /graphql'](`Bearer ${token}`);

  expect(response.status).toBe(200);
  expect(response.headers.has('www-authenticate')).toBe(false);
});

function sign(claims: Record<string, unknown>): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const usual = { iss: 'https://issuer.example.com', aud: 'billing', sub: 'user_planted', exp };
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret));
}

async function ask(token: string): Promise<{ status: number; message: string | undefined; line: object }> {
  const query = JSON.stringify({ query: '{ billingCustomer { id } }' });
  const headers = { 'content-type': 'application/json' };
  const response = await app.fetch('/graphql', { method: 'POST', headers, body: query, token });
  const requestId = response.headers.get('x-request-id');
  const line = await waitUntil('the line of the request', () =>
    app.logs
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .find((one) => one['requestId'] === requestId),
  );
  const body = (await response.json()) as { error?: string; errors?: [{ message: string }] };
  return { status: response.status, message: body.errors?.[0].message ?? body.error, line };
}

test('the client learns which claim is refused, and the log has both values', async () => {
  const issuer = await ask(await sign({ iss: 'https://issuer.example.com/' }));
  const audience = await ask(await sign({ aud: 'shop' }));

  expect(issuer).toMatchObject({
    status: 401,
    message: `The token's issuer ("iss") is not the expected one.`,
    line: {
      msg: 'token refused',
      refused: 'iss',
      expected: 'https://issuer.example.com',
      actual: 'https://issuer.example.com/',
      hint: 'they differ only in a trailing slash',
    },
  });
  expect(audience).toMatchObject({
    status: 401,
    message: `The token's audience ("aud") is not the expected one.`,
    line: { msg: 'token refused', refused: 'aud', expected: 'billing', actual: 'shop' },
  });
});

test('the log contains only the refused claim of a token', async () => {
  const token = await sign({ aud: 'shop', email: 'planted@example.com', sub: 'user_planted' });
  await ask(token);
  await ask(token.slice(0, -5));

  const logs = app.logs.join('');
  for (const part of [...token.split('.'), 'planted']) expect(logs).not.toContain(part);
});

test('a token of 16 kB is accepted', async () => {
  const small = await sign({ groups: '' });
  const token = await sign({ groups: 'g'.repeat(Math.floor(((16_384 - small.length) * 3) / 4)) });

  expect(token.length).toBeGreaterThan(16_300);
  expect(await ask(token)).toMatchObject({ status: 200 });
});

describe('examples/cookie-session.ts', () => {
  let customerId: string;
  let url: string;

  beforeAll(async () => {
    ({ customerId } = await seedDemoData(app.sdk));
    await app.link('ada', customerId);
    const { issuer, audience } = app.config.auth;
    const server = createCookieSessionServer({
      billingUrl: app.url,
      returnUrl,
      token: { secret, issuer, audience: audience.join() },
      findUserId: (sessionId) => Promise.resolve(sessionId === 'of-ada' ? 'ada' : null),
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeAfterTests(() => void server.close());
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  function visit(path: string, cookie?: string): Promise<Response> {
    return fetch(`${url}${path}`, { redirect: 'manual', headers: cookie === undefined ? {} : { cookie } });
  }

  test('a user with a session in a cookie gets to the portal of their own customer', async () => {
    const response = await visit('/billing', 'theme=dark; session=of-ada');

    expect([response.status, response.headers.get('cache-control')]).toEqual([303, 'no-store']);
    expect((await fetch(response.headers.get('location') ?? '')).status).toBe(200);
    expect(app.stripe.requests.at(-1)?.params).toMatchObject({ customer: customerId });
  });

  test('a link can open the portal at a task, and cannot choose the return URL', async () => {
    const response = await visit(
      '/billing?flow=PAYMENT_METHOD_UPDATE&returnUrl=https://evil.example',
      'session=of-ada',
    );

    expect(response.status).toBe(303);
    const session = app.stripe.requests.find(({ params }) => params['flow_data'] !== undefined);
    expect(session?.params).toMatchObject({
      flow_data: { type: 'payment_method_update' },
      return_url: returnUrl,
    });
  });

  test.each([undefined, 'session=', 'session=of-a-stranger', 'mysession=of-ada'])(
    'a visitor with the cookie %s is sent to log in',
    async (cookie) => {
      const response = await visit('/billing', cookie);

      expect([response.status, response.headers.get('location')]).toEqual([303, '/login']);
    },
  );

  test.each(['/other', '//', '//other/billing'])('there is nothing at %s', async (path) => {
    expect((await visit(path, 'session=of-ada')).status).toBe(404);
  });

  test('an unknown task is an error and not a redirect', async () => {
    const response = await visit('/billing?flow=NOTHING', 'session=of-ada');

    expect([response.status, response.headers.get('location')]).toEqual([502, null]);
  });
});
