import { beforeAll, describe, expect, test } from '@jest/globals';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';

let app: TestApp;
let token: string;
let subscriptionId: string;

beforeAll(async () => {
  app = await createTestApp();
  const demo = await seedDemoData(app.sdk);
  subscriptionId = demo.subscriptionId;
  await app.link('ada', demo.customerId);
  token = await app.createToken({ userId: 'ada' });
});

async function post(body: object): Promise<{ status: number; answer: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify({ returnUrl, ...body }), token };
  const response = await app.fetch('/api/billing-portal', request);
  return { status: response.status, answer: await response.json() };
}

describe('POST /api/billing-portal', () => {
  test('opens the portal at the task that the body names', async () => {
    const afterCompletion = { type: 'REDIRECT', returnUrl: `${returnUrl}/done` };

    const { status } = await post({ flow: { type: 'SUBSCRIPTION_CANCEL', afterCompletion } });

    expect(status).toBe(200);
    expect(app.stripe.requests.at(-1)?.params['flow_data']).toEqual({
      type: 'subscription_cancel',
      subscription_cancel: { subscription: subscriptionId },
      after_completion: { type: 'redirect', redirect: { return_url: `${returnUrl}/done` } },
    });
  });

  test('refuses a task that the portal does not offer', async () => {
    const { data } = await app.sdk.billingPortal.configurations.list({ is_default: true });
    const off = { features: { subscription_pause: { enabled: false } } };
    await app.sdk.billingPortal.configurations.update(data[0]?.id ?? '', off);

    const { status, answer } = await post({ flow: { type: 'SUBSCRIPTION_PAUSE' } });

    expect(status).toBe(403);
    expect(answer).toMatchObject({ code: 'FLOW_NOT_ALLOWED' });
  });

  test.each([
    ['an unknown task', { flow: { type: 'REFUND' } }, 'flow.type: expected one of'],
    [
      'a task in the words of Stripe',
      { flow: { type: 'subscription_cancel' } },
      'flow.type: expected one of',
    ],
    ['a feature that is no boolean', { features: { invoiceHistory: 'no' } }, 'features.invoiceHistory'],
    ['a customer of its own choosing', { customer: 'cus_1' }, 'customer'],
  ])('refuses %s and names the field', async (_what, body, reason) => {
    const { status, answer } = await post(body);

    expect(status).toBe(400);
    expect(answer).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(JSON.stringify(answer)).toContain(reason);
  });
});

async function get(query: string): Promise<{ status: number; text: string }> {
  const response = await app.fetch(`/billing-portal?returnUrl=${encodeURIComponent(returnUrl)}&${query}`, {
    token,
  });
  return { status: response.status, text: await response.text() };
}

describe('GET /billing-portal', () => {
  test('opens the portal at the task that the query names', async () => {
    const completion = `flow[afterCompletion][type]=REDIRECT&flow[afterCompletion][returnUrl]=${returnUrl}/done`;

    const { status } = await get(
      `flow[type]=SUBSCRIPTION_CANCEL&flow[subscriptionId]=${subscriptionId}&${completion}`,
    );

    expect(status).toBe(303);
    expect(app.stripe.requests.at(-1)?.params['flow_data']).toEqual({
      type: 'subscription_cancel',
      subscription_cancel: { subscription: subscriptionId },
      after_completion: { type: 'redirect', redirect: { return_url: `${returnUrl}/done` } },
    });
  });

  test('takes the type of the task alone for the task', async () => {
    expect((await get('flow=PAYMENT_METHOD_UPDATE')).status).toBe(303);
    expect(app.stripe.requests.at(-1)?.params['flow_data']).toEqual({ type: 'payment_method_update' });
  });

  test('reads a quantity as a number', async () => {
    expect((await get('flow[type]=SUBSCRIPTION_UPDATE_CONFIRM&flow[quantity]=3')).status).toBe(303);
    expect(app.stripe.requests.at(-1)?.params['flow_data']).toMatchObject({
      subscription_update_confirm: { items: [{ quantity: '3' }] },
    });
  });

  test('hides features and takes a locale', async () => {
    expect(
      (await get('features[subscriptionCancel]=false&features[invoiceHistory]=true&locale=es-MX')).status,
    ).toBe(303);

    const { configuration = '', locale } = app.stripe.requests.at(-1)?.params ?? {};
    expect(locale).toBe('es-419');
    const { features } = await app.sdk.billingPortal.configurations.retrieve(configuration as string);
    expect([features.subscription_cancel.enabled, features.invoice_history.enabled]).toEqual([false, true]);
  });

  test.each([
    'flow=CANCEL',
    'flow=',
    'flow[type]=',
    'flow[type]=PAYMENT_METHOD_UPDATE&flow[type]=SUBSCRIPTION_CANCEL',
    'flow[type]=SUBSCRIPTION_UPDATE_CONFIRM&flow[quantity]=1e3',
    'flow[type]=SUBSCRIPTION_UPDATE_CONFIRM&flow[quantity]=-1',
    'flow[type]=SUBSCRIPTION_CANCEL&flow[afterCompletion][type][a][b]=REDIRECT',
    'flow[type]=SUBSCRIPTION_CANCEL&flow[coupon]=free',
    'features=subscriptionCancel',
    'features[subscriptionCancel]=no',
    'features[subscriptionCancel]=',
    'features[everything]=false',
    'features[]=false',
    'locale[]=de',
    'token=abc',
    'constructor[a]=b',
  ])('refuses the query %s', async (query) => {
    const before = app.stripe.requests.length;

    const { status, text } = await get(query);

    expect([status, JSON.parse(text)]).toEqual([400, expect.objectContaining({ code: 'BAD_USER_INPUT' })]);
    expect(app.stripe.requests.length).toBe(before);
  });
});
