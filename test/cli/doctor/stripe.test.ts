import { afterEach, describe, expect, test } from '@jest/globals';
import { examine } from '../../../src/cli/doctor/examination.ts';
import { resetConnection, sendError, sendJson, startFaultyStripe } from '../../helpers/faulty-stripe.ts';
import { createHealthyDeployment, examineFor, toLine, writePolicies } from './doctor-kit.ts';

const { env, control, localStripe } = await createHealthyDeployment();
const faulty = await startFaultyStripe();
const atFaulty = { ...env, STRIPE_API_URL: faulty.url };

afterEach(() => control('DELETE', 'faults'));

describe('the key', () => {
  test.each([
    ['sk_test_1', 'pass: Stripe accepts the secret key, in test mode'],
    ['rk_test_1', 'pass: Stripe accepts the restricted key, in test mode'],
  ])('%s: %s', async (STRIPE_SECRET_KEY, line) => {
    const found = await examineFor('stripe-key', { ...env, STRIPE_SECRET_KEY });
    expect(found).toEqual([`${line}, at ${localStripe.url}`]);
  });

  test.each([
    [401, undefined, 'fail: Stripe refuses the key'],
    [403, "The key does not have access to account 'acct_9'.", 'fail: the key has no access to acct_9'],
    [
      403,
      'The restricted API key does not have any Connect permissions.',
      'fail: the key has no access to acct_9',
    ],
    [404, undefined, `fail: ${faulty.url} answers with status 404, where Stripe would list customers`],
  ])('tells what status %i means, and asks no more', async (status, message = 'No.', line) => {
    faulty.answerBy(sendError(status, { message }));
    const findings = await examine({ ...atFaulty, STRIPE_ACCOUNT: 'acct_9' });
    expect(findings.filter(({ name }) => name === 'stripe-key').map(toLine)).toEqual([line]);
    expect(findings.filter(({ detail }) => detail === 'stripe-key has to pass first')).toMatchObject([
      { name: 'stripe-permissions', outcome: 'skip' },
      { name: 'default-portal', outcome: 'skip' },
      { name: 'webhook-endpoint', outcome: 'skip' },
    ]);
    expect(faulty.requests).toHaveLength(1);
  });

  test.each([
    ['is not there', resetConnection, /^fail: Stripe does not answer at http/],
    ['fails', sendError(500, { message: 'No.' }), /^fail: Stripe answers with status 500$/],
    ['speaks something else', sendJson(200, {}), /^fail: Stripe does not answer at http/],
  ])('tells of a Stripe that %s', async (_what, answer, line) => {
    faulty.answerBy(answer);
    const findings = await examine(atFaulty);
    expect(findings.filter(({ name }) => name === 'stripe-key').map(toLine)).toEqual([
      expect.stringMatching(line),
    ]);
  });

  test('warns of another Stripe in production', async () => {
    const found = await examineFor('stripe-key', { ...env, NODE_ENV: 'production' });
    expect(found).toEqual([expect.stringMatching(/^warn: requests go to http.*, which is not Stripe/)]);
  });
});

const emptyList = { object: 'list', data: [], has_more: false, url: '/v1' };

describe('the clock', () => {
  test.each([
    [0, /^pass: within 30 s of Stripe's$/],
    [-20, /^pass/],
    [-60, /^warn: the clock is (59|60|61) s ahead of Stripe's$/],
    [60, /^warn: the clock is (59|60|61) s behind Stripe's$/],
    [-400, /^fail: the clock is (399|400|401) s ahead of Stripe's$/],
  ])("judges a Stripe whose clock is %i s away from this machine's", async (seconds, line) => {
    const date = new Date(Date.now() + seconds * 1000).toUTCString();
    faulty.answerBy(sendJson(200, emptyList, { date }));
    expect(await examineFor('stripe-clock', atFaulty)).toEqual([expect.stringMatching(line)]);
  });

  test('is read from refusals too', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    faulty.answerBy(sendError(401, { message: 'No.' }, { date }));
    expect(await examineFor('stripe-clock', atFaulty)).toEqual([expect.stringMatching(/^fail: .* ahead/)]);
  });

  test('is not judged when nothing answers', async () => {
    faulty.answerBy(resetConnection);
    expect(await examineFor('stripe-clock', atFaulty)).toEqual(['skip: Stripe did not send the time']);
  });
});

describe("a restricted key's permissions", () => {
  const message = (permission: string): string =>
    "The provided key 'rk_test_*******1234' does not have the required permissions for this endpoint on account " +
    `'acct_1'. Having the '${permission}' permission would allow this request to continue.`;

  test.each([
    ['GET', '/v1/customers', 'rak_customer_read', 'read customers'],
    ['GET', '/v1/subscriptions', 'rak_subscription_read', 'read subscriptions'],
    ['GET', '/v1/billing_portal/configurations', 'rak_customer_portal_read', 'read portal configurations'],
    ['POST', '/v1/billing_portal/sessions', 'rak_customer_portal_write', 'open portal sessions'],
  ])('tells that %s %s is not permitted', async (method, path, permission, what) => {
    await control('POST', 'faults', {
      method,
      path,
      status: '403',
      message: message(permission),
      times: '9',
    });
    expect(await examineFor('stripe-permissions', env)).toEqual([
      `fail: the key may not ${what}: ${permission} is missing`,
    ]);
  });

  test.each([
    ['/v1/billing/feedback_options', 'rak_feedback_option_read', 'read feedback options'],
    ['/v1/products', 'rak_product_read', 'read products'],
    ['/v1/prices', 'rak_plan_read', 'read prices'],
    ['/v1/invoices', 'rak_invoice_read', 'read invoices'],
    ['/v1/invoices/create_preview', 'rak_invoice_write', 'preview invoices'],
    ['/v1/subscriptions/*', 'rak_subscription_write', 'change subscriptions'],
  ])('warns where %s is not permitted, without which sessions still open', async (path, permission, what) => {
    await control('POST', 'faults', { path, status: '403', message: message(permission), times: '9' });
    expect(await examineFor('stripe-permissions', env)).toEqual([
      `warn: the key may not ${what}: ${permission} is missing`,
    ]);
  });

  test('looks at Checkout sessions only where events are received', async () => {
    const path = '/v1/checkout/sessions/*';
    await control('POST', 'faults', { path, status: '403', times: '9' });
    expect(await examineFor('stripe-permissions', env)).toEqual([
      'fail: the key may not read Checkout sessions',
    ]);
    expect(await examineFor('stripe-permissions', { ...env, STRIPE_WEBHOOK_SECRETS: '' })).toEqual([
      expect.stringMatching(/^pass/),
    ]);
  });

  test('looks at making configurations only where policies make some', async () => {
    const path = '/v1/billing_portal/configurations/*';
    await control('POST', 'faults', { method: 'POST', path, status: '403', times: '9' });
    expect(await examineFor('stripe-permissions', env)).toEqual([expect.stringMatching(/^pass/)]);
    const policies = writePolicies({ policies: { a: {} }, default: 'a', strictest: 'a' });
    expect(await examineFor('stripe-permissions', { ...env, ...policies })).toEqual([
      'fail: the key may not create portal configurations',
    ]);
  });

  test.each([
    ['GET', '/v1/customers/search', 'search customers'],
    ['POST', '/v1/customers/*', 'create customers'],
  ])('looks at %s %s only where first sessions make customers', async (method, path, what) => {
    await control('POST', 'faults', { method, path, status: '403', times: '9' });
    expect(await examineFor('stripe-permissions', env)).toEqual([expect.stringMatching(/^pass/)]);
    expect(await examineFor('stripe-permissions', { ...env, CUSTOMER_CREATION: 'on_demand' })).toEqual([
      `fail: the key may not ${what}`,
    ]);
  });

  test('does not take a failure for a permission', async () => {
    await control('POST', 'faults', { path: '/v1/subscriptions', status: '500', times: '9' });
    expect(await examineFor('stripe-permissions', env)).toEqual([
      'warn: Stripe did not say whether the key may read subscriptions',
    ]);
  });

  test('are tried without changing anything', async () => {
    const before = localStripe.requests.length;
    const policies = writePolicies({ policies: { a: {} }, default: 'a', strictest: 'a' });
    await examine({ ...env, ...policies, CUSTOMER_CREATION: 'on_demand' });
    const writes = localStripe.requests.slice(before).filter(({ method }) => method !== 'GET');
    expect(writes.map(({ path, params }) => [path, params])).toEqual([
      ['/v1/invoices/create_preview', { subscription: 'sub_billing_portal_doctor' }],
      ['/v1/subscriptions/sub_billing_portal_doctor', {}],
      ['/v1/billing_portal/sessions', { customer: 'cus_billing_portal_doctor' }],
      ['/v1/billing_portal/configurations/bpc_billing_portal_doctor', {}],
      ['/v1/customers/cus_billing_portal_doctor', {}],
    ]);
  });
});

describe('the default portal configuration', () => {
  test('is named when it is there', async () => {
    expect(await examineFor('default-portal', env)).toEqual([
      expect.stringMatching(/^pass: bpc_\w+ is the default portal configuration$/),
    ]);
  });

  test('fails without policies and is a warning with them', async () => {
    faulty.answerBy(sendJson(200, emptyList));
    const policies = writePolicies({ policies: { a: {} }, default: 'a', strictest: 'a' });
    const line = 'no default portal configuration is saved in test mode: ';
    expect(await examineFor('default-portal', atFaulty)).toEqual([`fail: ${line}no session can be opened`]);
    expect(await examineFor('default-portal', { ...atFaulty, ...policies })).toEqual([
      expect.stringContaining(`warn: ${line}sessions need a policy file`),
    ]);
  });

  test('is passed over where the key may not read it, which the permissions tell', async () => {
    const path = '/v1/billing_portal/configurations';
    await control('POST', 'faults', { path, status: '403', times: '9' });
    expect(await examineFor('default-portal', env)).toEqual(['skip: the key may not read this at Stripe']);
  });
});
