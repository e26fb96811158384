import { beforeAll, describe, expect, test } from '@jest/globals';
import { type DemoData, seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';

let app: TestApp;
let demo: DemoData;
let token: string;

beforeAll(async () => {
  app = await createTestApp();
  demo = await seedDemoData(app.sdk);
  await app.link('ada', demo.customerId);
  token = await app.createToken({ userId: 'ada' });
});

function post(body: string, contentType = 'application/json'): Promise<Response> {
  return app.fetch('/api/billing-portal', {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
    token,
  });
}

function get(query: string): Promise<Response> {
  return app.fetch(`/billing-portal?${query}`, { token });
}

describe('POST /api/billing-portal', () => {
  test("answers the URL of a session of the caller's own customer, and nothing else", async () => {
    const response = await post(JSON.stringify({ returnUrl, locale: 'pt-br' }));

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ url: expect.stringMatching(new RegExp(`^${app.stripe.url}/`)) });
    expect(app.stripe.requests.at(-1)?.params).toMatchObject({
      customer: demo.customerId,
      return_url: returnUrl,
      locale: 'pt-BR',
    });
  });

  test('tells who has no customer so, in words and by code', async () => {
    const stranger = await app.createToken({ userId: 'nobody' });

    const response = await app.fetch('/api/billing-portal', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ returnUrl }),
      token: stranger,
    });

    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: expect.stringContaining('no billing account'),
      code: 'CUSTOMER_NOT_FOUND',
    });
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '5',
    '"https://app.example.com"',
    '{}',
    '{"returnUrl":null}',
    '{"returnUrl":["https://app.example.com"]}',
    '{"returnUrl":"https://app.example.com","locale":5}',
    '{"returnUrl":"https://app.example.com","configuration":"bpc_1"}',
    '{"returnUrl":"https://app.example.com","constructor":{"prototype":{}}}',
  ])('refuses the body %j', async (body) => {
    const before = app.stripe.requests.length;

    const response = await post(body);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.any(String), code: 'BAD_USER_INPUT' });
    expect(app.stripe.requests.length).toBe(before);
  });

  test.each([
    [413, 'a body of 70 KB', JSON.stringify({ returnUrl, locale: 'a'.repeat(70_000) }), 'application/json'],
    [415, 'a form', `returnUrl=${returnUrl}`, 'application/x-www-form-urlencoded'],
    [415, 'plain text', JSON.stringify({ returnUrl }), 'text/plain'],
  ])('answers %i to %s', async (status, _title, body, contentType) => {
    const response = await post(body, contentType);

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('GET /billing-portal', () => {
  test('leads to the portal, where nothing keeps the answer', async () => {
    const response = await get(`returnUrl=${encodeURIComponent(`${returnUrl}?tab=1&b=2`)}&locale=de`);

    expect(response.status).toBe(303);
    expect(await response.text()).toBe('');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const portal = await fetch(response.headers.get('location') ?? '');
    expect(portal.status).toBe(200);
    expect(app.stripe.requests.at(-1)?.params).toMatchObject({
      customer: demo.customerId,
      return_url: `${returnUrl}?tab=1&b=2`,
      locale: 'de',
    });
  });

  test.each([
    '',
    'returnUrl',
    'returnUrl=a&returnUrl=b',
    'returnurl=https://app.example.com',
    'returnUrl[a]=b',
  ])('refuses the query "%s"', async (query) => {
    const before = app.stripe.requests.length;

    const response = await get(query);

    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(app.stripe.requests.length).toBe(before);
  });

  test('opens nothing for HEAD, which must be safe', async () => {
    const before = app.stripe.requests.length;

    const response = await app.fetch(`/billing-portal?returnUrl=${returnUrl}`, { method: 'HEAD', token });

    expect(response.status).toBe(405);
    expect(app.stripe.requests.length).toBe(before);
  });
});

async function postSession(body: object): Promise<{ status: number; answer: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify({ returnUrl, ...body }), token };
  const response = await app.fetch('/api/billing-portal', request);
  return { status: response.status, answer: await response.json() };
}

describe('POST /api/billing-portal, with a task or hidden features', () => {
  test('opens the portal at the task that the body names', async () => {
    const afterCompletion = { type: 'REDIRECT', returnUrl: `${returnUrl}/done` };

    const { status } = await postSession({ flow: { type: 'SUBSCRIPTION_CANCEL', afterCompletion } });

    expect(status).toBe(200);
    expect(app.stripe.requests.at(-1)?.params['flow_data']).toEqual({
      type: 'subscription_cancel',
      subscription_cancel: { subscription: demo.subscriptionId },
      after_completion: { type: 'redirect', redirect: { return_url: `${returnUrl}/done` } },
    });
  });

  test('refuses a task that the portal does not offer', async () => {
    const { data } = await app.sdk.billingPortal.configurations.list({ is_default: true });
    const off = { features: { subscription_pause: { enabled: false } } };
    await app.sdk.billingPortal.configurations.update(data[0]?.id ?? '', off);

    const { status, answer } = await postSession({ flow: { type: 'SUBSCRIPTION_PAUSE' } });

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
    const { status, answer } = await postSession(body);

    expect(status).toBe(400);
    expect(answer).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(JSON.stringify(answer)).toContain(reason);
  });
});

async function getSession(query: string): Promise<{ status: number; text: string }> {
  const response = await app.fetch(`/billing-portal?returnUrl=${encodeURIComponent(returnUrl)}&${query}`, {
    token,
  });
  return { status: response.status, text: await response.text() };
}

describe('GET /billing-portal, with a task or hidden features', () => {
  test('opens the portal at the task that the query names', async () => {
    const completion = `flow[afterCompletion][type]=REDIRECT&flow[afterCompletion][returnUrl]=${returnUrl}/done`;

    const { status } = await getSession(
      `flow[type]=SUBSCRIPTION_CANCEL&flow[subscriptionId]=${demo.subscriptionId}&${completion}`,
    );

    expect(status).toBe(303);
    expect(app.stripe.requests.at(-1)?.params['flow_data']).toEqual({
      type: 'subscription_cancel',
      subscription_cancel: { subscription: demo.subscriptionId },
      after_completion: { type: 'redirect', redirect: { return_url: `${returnUrl}/done` } },
    });
  });

  test('takes the type of the task alone for the task', async () => {
    expect((await getSession('flow=PAYMENT_METHOD_UPDATE')).status).toBe(303);
    expect(app.stripe.requests.at(-1)?.params['flow_data']).toEqual({ type: 'payment_method_update' });
  });

  test('reads a quantity as a number', async () => {
    expect((await getSession('flow[type]=SUBSCRIPTION_UPDATE_CONFIRM&flow[quantity]=3')).status).toBe(303);
    expect(app.stripe.requests.at(-1)?.params['flow_data']).toMatchObject({
      subscription_update_confirm: { items: [{ quantity: '3' }] },
    });
  });

  test('hides features and takes a locale', async () => {
    expect(
      (await getSession('features[subscriptionCancel]=false&features[invoiceHistory]=true&locale=es-MX'))
        .status,
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

    const { status, text } = await getSession(query);

    expect([status, JSON.parse(text)]).toEqual([400, expect.objectContaining({ code: 'BAD_USER_INPUT' })]);
    expect(app.stripe.requests.length).toBe(before);
  });
});
