import { beforeAll, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { type Demo, startDemo } from '../../src/cli/demo/demo-service.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { startEmulator } from '../../packages/local-stripe/test/emulator-client.ts';

let demo: Demo;
let stripe: Stripe;
beforeAll(async () => {
  demo = await startDemo({ PORT: '0' });
  closeAfterTests(() => demo.stop());
  const { hostname, port } = new URL(demo.stripeUrl);
  stripe = new Stripe('sk_test_demo', { host: hostname, port, protocol: 'http', telemetry: false });
});

async function callAsAdmin(query: string): Promise<unknown> {
  const response = await fetch(demo.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${demo.adminToken}` },
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

test('links lead to the service itself', async () => {
  const { origin } = new URL(demo.graphqlUrl);
  const answer = await callAsAdmin(
    `mutation { createBillingPortalLink(userId: "${demo.userId}", returnUrl: "${demo.returnUrl}") { url } }`,
  );
  expect(answer).toMatchObject({
    data: { createBillingPortalLink: { url: expect.stringContaining(`${origin}/`) } },
  });
});

test('on a connected account, the user’s customer is made there', async () => {
  const { emulator } = await startEmulator();
  const elsewhere = await startDemo({
    PORT: '0',
    STRIPE_SECRET_KEY: 'sk_test_1',
    STRIPE_API_URL: emulator.url,
    STRIPE_ACCOUNT: 'acct_9',
  });
  await elsewhere.stop();
  expect(emulator.requests).toMatchObject([
    { method: 'POST', path: '/v1/customers', stripeAccount: 'acct_9' },
  ]);
});
