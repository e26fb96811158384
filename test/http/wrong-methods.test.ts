import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import { sendRaw } from './raw-request.ts';

let app: TestApp;

beforeAll(async () => {
  app = await createTestApp({ STRIPE_WEBHOOK_SECRETS: 'whsec_0123456789' });
});

const taken: Readonly<Record<string, readonly string[]>> = {
  '/graphql': ['GET', 'POST'],
  '/api/billing-portal': ['POST'],
  '/billing-portal': ['GET'],
  '/healthz': ['GET', 'HEAD'],
  '/readyz': ['GET', 'HEAD'],
  '/webhooks/stripe': ['POST'],
};

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH'];
const wrong = Object.entries(taken).flatMap(([path, allowed]) =>
  methods.filter((method) => !allowed.includes(method)).map((method) => [method, path, allowed] as const),
);

const send = (method: string, path: string): ReturnType<typeof sendRaw> =>
  sendRaw(app, `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);

describe('a method that a path does not take', () => {
  test.each(wrong)('%s %s', async (method, path, allowed) => {
    const { status, headers, body } = await send(method, `${path}?a=1`);

    expect(status).toBe(405);
    expect(headers['allow']?.split(', ').sort()).toEqual([...allowed].sort());
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-request-id': expect.any(String),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    if (method !== 'HEAD') expect(JSON.parse(body)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  test('those that it takes are not refused for it', async () => {
    for (const [path, allowed] of Object.entries(taken))
      for (const method of allowed) expect((await send(method, path)).status).not.toBe(405);
  });
});

describe('a path that is not there', () => {
  test.each(methods.map((method) => [method]))('%s', async (method) => {
    const { status, headers, body } = await send(method, '/nowhere');

    expect(status).toBe(404);
    expect(headers['allow']).toBeUndefined();
    if (method !== 'HEAD') expect(JSON.parse(body)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('OPTIONS of no path in particular', async () => {
    expect((await send('OPTIONS', '*')).status).toBe(404);
  });
});
