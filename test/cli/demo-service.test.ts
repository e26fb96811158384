import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { type Demo, adjustable, startDemo } from '../../src/cli/demo/demo-service.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import { runCli } from './run-cli.ts';

let demo: Demo;
let stripe: Stripe;
beforeAll(async () => {
  demo = await startDemo({ PORT: '0' });
  closeAfterTests(() => demo.stop());
  const { hostname, port } = new URL(demo.stripeUrl);
  stripe = new Stripe('sk_test_demo', { host: hostname, port, protocol: 'http', telemetry: false });
});

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function call(token: string, query: string, { graphqlUrl }: Demo = demo): Promise<unknown> {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

test('the local Stripe’s events reach the service, which takes them', async () => {
  const { data: endpoints } = await stripe.webhookEndpoints.list();
  const { origin } = new URL(demo.graphqlUrl);
  expect(endpoints).toMatchObject([{ url: `${origin}/webhooks/stripe`, enabled_events: ['*'] }]);
  const { id } = await stripe.customers.create({ email: 'eve@example.com' });
  const [event] = (await stripe.events.list({ type: 'customer.created', limit: 1 })).data;
  expect(event?.data.object).toMatchObject({ id });
  let pending = 1;
  while (pending > 0) pending = (await stripe.events.retrieve(event?.id ?? '')).pending_webhooks;
});

test('a second user has subscriptions in many states; the demo user has one', async () => {
  const count = async (token: string): Promise<number> => {
    const answer = await call(token, '{ billingCustomer { subscriptions { id } } }');
    return (answer as { data: { billingCustomer: { subscriptions: unknown[] } } }).data.billingCustomer
      .subscriptions.length;
  };
  expect(await count(demo.token)).toBe(1);
  expect(await count(demo.statesToken)).toBeGreaterThan(5);
});

test("the explorer's address holds the user's token where no server receives it", () => {
  expect(demo.explorerUrl).toBe(`${demo.graphqlUrl}#token=${demo.token}`);
});

test('links lead to the service itself', async () => {
  const { origin } = new URL(demo.graphqlUrl);
  const answer = await call(
    demo.adminToken,
    `mutation { createBillingPortalLink(userId: "${demo.userId}", returnUrl: "${demo.returnUrl}") { url } }`,
  );
  expect(answer).toMatchObject({
    data: { createBillingPortalLink: { url: expect.stringContaining(`${origin}/`) } },
  });
});

test.each(['http://localhost:3000', 'http://localhost:5173'])(
  'the page of a development server opens a session and is led back to: %s',
  async (origin) => {
    const preflight = await fetch(demo.graphqlUrl, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    const mutation = `mutation { createBillingPortalSession(returnUrl: "${origin}/") { url } }`;
    expect(await call(demo.token, mutation)).toMatchObject({ data: { createBillingPortalSession: {} } });
  },
);

test('a session leads back to the page that the README names, and to the demo’s own by both of its names', async () => {
  const { webUrl } = demo;
  // Without a build of the page the demo has none; a complete run builds it first.
  if (process.env['REQUIRE_REAL_PARTS'] === '1') expect(webUrl).not.toBeNull();
  const port = webUrl === null ? null : new URL(webUrl).port;
  const ownUrls = port === null ? [] : [`http://127.0.0.1:${port}/`, `http://localhost:${port}/#/x`];
  const urls = ['https://app.example.com/account', ...ownUrls];
  for (const returnUrl of urls) {
    const answer = await call(
      demo.token,
      `mutation { createBillingPortalSession(returnUrl: "${returnUrl}") { url } }`,
    );
    expect(answer).toMatchObject({ data: { createBillingPortalSession: { url: expect.any(String) } } });
  }
});

test('nothing real is used, whatever the environment holds', async () => {
  const { localStripe } = await startLocalStripe();
  const folder = createTemporaryFolder();
  const port = await findFreePort();
  const isolated = await startDemo({
    PORT: '0',
    HOST: '0.0.0.0',
    METRICS_PORT: String(port),
    STRIPE_SECRET_KEY: 'sk_live_1',
    STRIPE_API_URL: localStripe.url,
    STRIPE_ACCOUNT: 'acct_9',
    STRIPE_WEBHOOK_SECRETS: 'whsec_of_a_deployment',
    DATABASE_URL: `sqlite:${join(folder, 'real.db')}`,
    REDIS_URL: 'redis://127.0.0.1:1',
    JWT_JWKS_URL: 'https://issuer.example.com/jwks',
    JWT_SECRET: 'a secret of more than thirty-two bytes',
    NODE_ENV: 'production',
    RETURN_URLS: 'http://localhost:5174',
    CORS_ORIGINS: 'http://localhost:5174',
  });
  closeAfterTests(() => isolated.stop());
  expect(localStripe.requests).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  const addresses = [isolated.graphqlUrl, isolated.stripeUrl, isolated.webUrl ?? isolated.stripeUrl];
  expect(addresses.map((url) => new URL(url).hostname)).toEqual(Array(3).fill('127.0.0.1'));
  expect(isolated.webhookSecret).not.toBe('whsec_of_a_deployment');
  const fromOwnApp = `mutation { createBillingPortalSession(returnUrl: "http://localhost:5174/") { url } }`;
  expect(await call(isolated.token, fromOwnApp, isolated)).toMatchObject({
    data: { createBillingPortalSession: {} },
  });
});

test('the help of the demo names every variable that the demo takes', async () => {
  const { stdout } = await runCli(['demo', '--help'], { env: {} });
  expect([...adjustable, 'RETURN_URLS', 'CORS_ORIGINS'].filter((name) => !stdout.includes(name))).toEqual([]);
});
