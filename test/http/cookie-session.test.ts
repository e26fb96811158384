import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, test } from '@jest/globals';
import { createCookieSessionServer } from '../../examples/cookie-session.ts';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';

const secret = 'a secret for the integration tests only';
let app: TestApp;
let customerId: string;
let url: string;

beforeAll(async () => {
  app = await createTestApp({ JWT_SECRET: secret });
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

test('a link can open the portal at a task, and cannot choose where the portal leads back to', async () => {
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

test.each([undefined, 'session=', 'session=of-nobody', 'mysession=of-ada'])(
  'a visitor with the cookie %s is sent to log in',
  async (cookie) => {
    const response = await visit('/billing', cookie);

    expect([response.status, response.headers.get('location')]).toEqual([303, '/login']);
  },
);

test('a task that the portal does not have is an error, and no redirect', async () => {
  const response = await visit('/billing?flow=NOTHING', 'session=of-ada');

  expect([response.status, response.headers.get('location')]).toEqual([502, null]);
});
