import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'qs';
import type { RecordedRequest } from '../../packages/local-stripe/src/recorded-request.ts';
import { seedDemoData } from 'billing-portal-local-stripe/demo-data';
import { closeAfterTests } from '../helpers/closing.ts';
import {
  type Answer,
  type ReceivedRequest,
  sendError,
  sendText,
  startFaultyStripe,
} from '../helpers/faulty-stripe.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { listOperations } from '../helpers/served-schema.ts';
import { findStripeOpenApiFile, howToGetStripeMock, startStripeMock } from '../helpers/stripe-mock.ts';
import { createTestApp, returnUrl } from '../helpers/test-app.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';
import { askAsUser, createCall, recordEveryRequest } from './every-request.ts';
import { type KnownRequest, createParameterCheck } from './known-parameters.ts';

/** Every call of the SDK that the service makes, and the request that it is. */
const calls: Readonly<Record<string, RegExp>> = {
  'billingPortal.sessions.create': /^POST \/v1\/billing_portal\/sessions$/,
  'billingPortal.configurations.list': /^GET \/v1\/billing_portal\/configurations$/,
  'billingPortal.configurations.retrieve': /^GET \/v1\/billing_portal\/configurations\/bpc_\w+$/,
  'billingPortal.configurations.create': /^POST \/v1\/billing_portal\/configurations$/,
  'billingPortal.configurations.update': /^POST \/v1\/billing_portal\/configurations\/bpc_\w+$/,
  'coupons.retrieve': /^GET \/v1\/coupons\/\w+$/,
  'customers.create': /^POST \/v1\/customers$/,
  'customers.list': /^GET \/v1\/customers$/,
  'customers.listTaxIds': /^GET \/v1\/customers\/cus_\w+\/tax_ids$/,
  'customers.retrieve': /^GET \/v1\/customers\/cus_\w+$/,
  'checkout.sessions.retrieve': /^GET \/v1\/checkout\/sessions\/cs_\w+$/,
  'events.retrieve': /^GET \/v1\/events\/evt_\w+$/,
  'customers.search': /^GET \/v1\/customers\/search$/,
  'invoices.list': /^GET \/v1\/invoices$/,
  'invoices.retrieve': /^GET \/v1\/invoices\/in_\w+$/,
  'invoices.createPreview': /^POST \/v1\/invoices\/create_preview$/,
  'prices.list': /^GET \/v1\/prices$/,
  'prices.retrieve': /^GET \/v1\/prices\/price_\w+$/,
  'products.list': /^GET \/v1\/products$/,
  'subscriptionItems.list': /^GET \/v1\/subscription_items$/,
  'subscriptionSchedules.release': /^POST \/v1\/subscription_schedules\/sub_sched_\w+\/release$/,
  'subscriptions.list': /^GET \/v1\/subscriptions$/,
  'subscriptions.update': /^POST \/v1\/subscriptions\/sub_\w+$/,
};

/** Calls that are newer than this stripe-mock. The local Stripe's own tests cover them. */
const callsUnknownToStripeMock = ['billing.feedbackOptions.list'];

/** Parameters that are newer than this stripe-mock: what it cannot check. */
const unknownToStripeMock = [
  'after_expiration',
  'features[subscription_pause]',
  'flow_data[subscription_pause]',
  'flow_data[type]=subscription_pause',
];

// Commands alone create and check webhook endpoints.
test('every call of the SDK in the service is listed here', () => {
  const folder = join(import.meta.dirname, '../../src');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/^(cli\/|webhooks\/webhook-endpoint)/.test(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
  const made = sources.flatMap((source) =>
    [...source.matchAll(/\bsdk\.([\w.]+)\(/g)].map(([, call = '']) => call),
  );

  const listed = [...Object.keys(calls), ...callsUnknownToStripeMock];
  expect([...new Set(made)].toSorted()).toEqual(listed.toSorted());
});

const stripeMock = await startStripeMock();
closeAfterTests(() => stripeMock?.stop());

describeWithPart("Stripe's own stripe-mock", stripeMock, howToGetStripeMock, ({ url }) => {
  let operations: ReadonlySet<string>;
  let requests: readonly KnownRequest[];

  beforeAll(async () => {
    const every = await recordEveryRequest();
    operations = every.operations;
    requests = every.requests.map(createParameterCheck(findStripeOpenApiFile() ?? ''));
  });

  test('is asked by every operation', () => {
    const names = listOperations().map(({ name }) => name);

    expect([...operations].toSorted()).toEqual(names.toSorted());
  });

  test('is asked every call that the service makes', () => {
    const asked = requests.map(({ method, path }) => `${method} ${path}`);

    const missing = Object.entries(calls).filter(
      ([, pattern]) => !asked.some((request) => pattern.test(request)),
    );
    expect(missing).toEqual([]);
  });

  test('does not know some parameters, which are newer', () => {
    const unknown = new Set(requests.flatMap((request) => request.unknown));

    expect([...unknown].toSorted()).toEqual(unknownToStripeMock.toSorted());
  });

  test('accepts every request but for those parameters', async () => {
    const refusals: string[] = [];
    for (const request of requests) {
      const { status, text } = await send(url, request);
      if (status !== 200)
        refusals.push(`${request.method} ${request.path} ${JSON.stringify(request.params)}: ${text}`);
    }

    expect(refusals).toEqual([]);
  });

  test('serves the service in the place of Stripe', async () => {
    const stripe = await startFaultyStripe();
    stripe.answerBy(forwardTo(url));
    const app = await createTestApp({ STRIPE_API_URL: stripe.url });
    await app.link('ada', 'cus_stripemock');

    expect(await askAsUser(await createCall(app))).toMatch(/^bpc_/);
  });
});

test.each([
  ['billingCustomer(fresh: true) { id }', 3],
  ['billingPortalConfiguration { id }', 1],
])('ten aliases of %s cost as many Stripe requests as one: %i', async (selection, cost) => {
  const app = await createTestApp();
  const { customerId } = await seedDemoData(app.sdk);
  await app.link('ada', customerId);
  const token = await app.createToken({ userId: 'ada' });
  const before = app.stripe.requests.length;

  const headers = { 'content-type': 'application/json' };
  const response = await app.fetch('/graphql', { method: 'POST', headers, token, body: repeat(selection) });

  const { data } = (await response.json()) as { data: object };
  expect(Object.keys(data)).toHaveLength(10);
  expect(app.stripe.requests).toHaveLength(before + cost);
});

test('a policy that Stripe is too busy to decide is retried later, and never the strictest one', async () => {
  const policies = {
    plain: { features: { invoice_history: { enabled: true } } },
    rich: { features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } } },
  };
  const rules = [{ when: { subscription_status: 'active' }, use: 'rich' }];
  const file = writePolicyFile({ policies, rules, default: 'plain', strictest: 'plain' });
  const stripe = await startFaultyStripe();
  stripe.answerBy(sendError(429, { message: 'slow down' }, { 'stripe-should-retry': 'false' }));
  const app = await createTestApp({ STRIPE_API_URL: stripe.url, PORTAL_POLICIES: file });
  await app.link('ada', 'cus_1');
  const token = await app.createToken({ userId: 'ada' });

  const answer = await app.execute({ document: createSessionMutation, variables: { returnUrl }, token });

  expect(answer.expectError('STRIPE_RATE_LIMITED').extensions.retryAfter).toBeGreaterThan(0);
  expect(stripe.requests.map(({ path }) => path.replace(/\?.*/, ''))).toEqual(['/v1/subscriptions']);
});

function repeat(selection: string): string {
  const aliases = Array.from({ length: 10 }, (_each, index) => `a${index}: ${selection}`);
  return JSON.stringify({ query: `{ ${aliases.join(' ')} }` });
}

/** The fixtures are of live mode and of one customer, whatever is asked for. */
function forwardTo(url: string): Answer {
  return (response, request) => {
    void ask(url, request).then(({ status, text }) => {
      const asked = text
        .replaceAll('"livemode":true', '"livemode":false')
        .replaceAll(/"cus_\w+"/g, '"cus_stripemock"');
      sendText(status, asked)(response, request);
    });
  };
}

async function send(
  url: string,
  { method, path, params }: RecordedRequest,
): Promise<{ status: number; text: string }> {
  const form = stringify(params);
  return method === 'GET'
    ? ask(url, { method, path: `${path}?${form}`, body: '' })
    : ask(url, { method, path, body: form });
}

async function ask(
  url: string,
  { method, path, body }: Pick<ReceivedRequest, 'method' | 'path' | 'body'>,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: 'Bearer sk_test_mock', 'content-type': 'application/x-www-form-urlencoded' },
    ...(method === 'GET' ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}
