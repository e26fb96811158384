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
