import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'qs';
import { type DemoData, seedDemoData } from '../../src/stripe-emulator/demo-data.ts';
import type { RecordedRequest } from '../../src/stripe-emulator/recorded-request.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { readGraphqlAnswer } from '../helpers/graphql-answer.ts';
import {
  billingCustomerQuery,
  createSessionMutation,
  portalConfigurationQuery,
} from '../helpers/operations.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { findStripeOpenApiFile, howToGetStripeMock, startStripeMock } from '../helpers/stripe-mock.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { type KnownRequest, createParameterCheck } from './known-parameters.ts';

/** Every call of the SDK that the service makes, and the request that it is. */
const calls: Readonly<Record<string, RegExp>> = {
  'billingPortal.sessions.create': /^POST \/v1\/billing_portal\/sessions$/,
  'billingPortal.configurations.list': /^GET \/v1\/billing_portal\/configurations$/,
  'billingPortal.configurations.retrieve': /^GET \/v1\/billing_portal\/configurations\/bpc_\w+$/,
  'billingPortal.configurations.create': /^POST \/v1\/billing_portal\/configurations$/,
  'billingPortal.configurations.update': /^POST \/v1\/billing_portal\/configurations\/bpc_\w+$/,
  'customers.retrieve': /^GET \/v1\/customers\/cus_\w+$/,
  'subscriptions.list': /^GET \/v1\/subscriptions$/,
};

/** Parameters that are newer than this stripe-mock: what it cannot check. */
const unknownToStripeMock = [
  'after_expiration',
  'features[subscription_pause]',
  'flow_data[subscription_pause]',
  'flow_data[type]=subscription_pause',
];

test('every call of the SDK in the service is listed here', () => {
  const folder = new URL('../../src/', import.meta.url).pathname;
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/^(cli|stripe-emulator)\//.test(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
  const made = sources.flatMap((source) =>
    [...source.matchAll(/\bsdk\.([\w.]+)\(/g)].map(([, call = '']) => call),
  );

  expect([...new Set(made)].toSorted()).toEqual(Object.keys(calls).toSorted());
});

/** Everything that a policy can say, so that all of it is sent. */
function createPolicies({ prices, productIds }: DemoData): object {
  const products = productIds.map((product, index) => ({
    product,
    prices: Object.values(prices[index] ?? {}),
    adjustable_quantity: { enabled: true, minimum: 1, maximum: 10 },
  }));
  const everything = {
    business_profile: {
      headline: 'Your subscription',
      privacy_policy_url: 'https://example.com/privacy',
      terms_of_service_url: 'https://example.com/terms',
    },
    default_return_url: returnUrl,
    login_page: { enabled: false },
    features: {
      customer_update: {
        enabled: true,
        allowed_updates: ['address', 'email', 'name', 'phone', 'shipping', 'tax_id'],
      },
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true, payment_method_configuration: 'pmc_1' },
      subscription_cancel: {
        enabled: true,
        mode: 'immediately',
        proration_behavior: 'create_prorations',
        cancellation_reason: { enabled: true, options: ['other', 'unused'] },
      },
      subscription_pause: {
        enabled: true,
        duration: { type: 'interval_options', interval_options: [{ interval: 'month', interval_count: 2 }] },
      },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ['price', 'promotion_code', 'quantity'],
        products,
        proration_behavior: 'create_prorations',
        billing_cycle_anchor: 'now',
        schedule_at_period_end: { conditions: [{ type: 'decreasing_item_amount' }] },
        trial_update_behavior: 'continue_trial',
      },
    },
    after_expiration: { customer_login: { expires_after_hours: 24 } },
    on_behalf_of: 'acct_1',
    flows: {
      subscription_cancel: { retention: { type: 'coupon_offer', coupon_offer: { coupon: 'STAY' } } },
      subscription_update_confirm: { discounts: [{ coupon: 'WELCOME' }] },
    },
  };
  return { policies: { everything }, default: 'everything', strictest: 'everything' };
}

const flows: readonly object[] = [
  { type: 'PAYMENT_METHOD_UPDATE', afterCompletion: { type: 'PORTAL_HOMEPAGE' } },
  { type: 'CUSTOMER_UPDATE', afterCompletion: { type: 'REDIRECT', returnUrl } },
  {
    type: 'SUBSCRIPTION_CANCEL',
    afterCompletion: { type: 'HOSTED_CONFIRMATION', message: 'Until next time' },
  },
  { type: 'SUBSCRIPTION_UPDATE' },
  { type: 'SUBSCRIPTION_UPDATE_CONFIRM', quantity: 3 },
  { type: 'SUBSCRIPTION_PAUSE' },
];

const openWithFlow = `mutation ($returnUrl: String!, $flow: BillingPortalFlowInput, $features: BillingPortalFeaturesInput) {
  createBillingPortalSession(returnUrl: $returnUrl, flow: $flow, features: $features) { configurationId }
}`;

/** Asks the service for everything it can do, on the local Stripe, and returns what that was asked. */
async function recordRequests(): Promise<readonly RecordedRequest[]> {
  const plain = await createTestApp();
  const demo = await seedDemoData(plain.sdk);
  await askEverything(plain, demo.customerId);

  const file = join(createTemporaryFolder(), 'policies.json');
  writeFileSync(file, JSON.stringify(createPolicies(demo)));
  const withPolicies = await createTestApp({ STRIPE_API_URL: plain.stripe.url, PORTAL_POLICIES: file });
  const configurationId = await askEverything(withPolicies, demo.customerId);
  const open = await createSessionOpener(withPolicies);
  for (const flow of flows) await open({ flow });
  await open({ features: { invoiceHistory: false } });
  await plain.sdk.billingPortal.configurations.update(configurationId, { active: false });
  await open({});
  return plain.stripe.requests;
}

async function askEverything(app: TestApp, customerId: string): Promise<string> {
  await app.link('ada', customerId);
  const token = await app.createToken({ userId: 'ada' });
  (await app.execute({ document: billingCustomerQuery, token })).expectData();
  (await app.execute({ document: portalConfigurationQuery, token })).expectData();
  const variables = { returnUrl, locale: 'de' };
  const answer = await app.execute({ document: createSessionMutation, variables, token });
  return answer.expectData().createBillingPortalSession.configurationId;
}

async function createSessionOpener(app: TestApp): Promise<(variables: object) => Promise<void>> {
  const token = await app.createToken({ userId: 'ada' });
  const headers = { 'content-type': 'application/json' };
  return async (variables) => {
    const body = JSON.stringify({ query: openWithFlow, variables: { returnUrl, ...variables } });
    const response = await app.fetch('/graphql', { method: 'POST', headers, body, token });
    (await readGraphqlAnswer(response, body)).expectData();
  };
}

const stripeMock = await startStripeMock();
closeAfterTests(() => stripeMock?.stop());

describeWithPart("Stripe's own stripe-mock", stripeMock, howToGetStripeMock, ({ url }) => {
  let requests: readonly KnownRequest[];

  beforeAll(async () => {
    requests = (await recordRequests()).map(createParameterCheck(findStripeOpenApiFile() ?? ''));
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
    const app = await createTestApp({ STRIPE_API_URL: url });

    await askEverything(app, 'cus_stripemock');
  });
});

async function send(
  url: string,
  { method, path, params }: RecordedRequest,
): Promise<{ status: number; text: string }> {
  const form = stringify(params);
  const response = await fetch(`${url}${path}${method === 'GET' ? `?${form}` : ''}`, {
    method,
    headers: { authorization: 'Bearer sk_test_mock', 'content-type': 'application/x-www-form-urlencoded' },
    ...(method === 'GET' ? {} : { body: form }),
  });
  return { status: response.status, text: await response.text() };
}
