import { once } from 'node:events';
import { get } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createHttpServer } from '../../src/http/http-server.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { noMetrics } from '../../src/telemetry/metrics.ts';
import { Telemetry } from '../../src/telemetry/telemetry.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import { sendRaw, writeGet } from './raw-request.ts';

let app: TestApp;

beforeAll(async () => {
  app = await createTestApp({ CORS_ORIGINS: 'https://app.example.com,https://admin.example.com' });
});

const json = { 'content-type': 'application/json' };

describe('what is not there', () => {
  test.each([
    ['GET', '/'],
    ['GET', '/graphql/'],
    ['POST', '/graphqls'],
    ['GET', '/.env'],
    ['GET', '/graphql/../../package.json'],
  ])('%s %s is answered as not found', async (method, path) => {
    const response = await app.fetch(path, { method });

    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: 'This path does not exist.', code: 'NOT_FOUND' });
  });

  test('a URL that is malformed is not repeated', async () => {
    const answer = await sendRaw(app, 'GET /%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).not.toContain('zz');
  });
});

test('what is no HTTP behind a request ends the connection, and is not answered in the place of the request', async () => {
  const answer = await sendRaw(app, `${writeGet('/healthz', {})}This is no HTTP.\r\n\r\n`);

  expect(answer).toMatchObject({ status: 200, body: expect.not.stringContaining('HTTP/1.1') as unknown });
});

describe('every answer', () => {
  test.each([
    ['GET', '/healthz', 200],
    ['GET', '/graphql', 400],
    ['POST', '/graphql', 200],
    ['POST', '/api/billing-portal', 401],
    ['GET', '/billing-portal', 401],
    ['GET', '/nowhere', 404],
  ])('of %s %s has the headers that keep it private', async (method, path, status) => {
    const body = method === 'POST' ? '{"query":"{ __typename }"}' : undefined;

    const response = await app.fetch(path, { method, body, headers: method === 'POST' ? json : {} });

    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
    });
    expect(response.headers.has('server')).toBe(false);
    expect(response.headers.has('x-powered-by')).toBe(false);
  });
});

describe('x-request-id', () => {
  const send = async (id: string): Promise<string | null> => {
    const response = await app.fetch('/healthz', { headers: { 'x-request-id': id } });
    return response.headers.get('x-request-id');
  };

  test.each(['abc', 'A-1_b.2', 'a'.repeat(64)])('is taken from the request: %s', async (id) => {
    expect(await send(id)).toBe(id);
  });

  test.each(['', 'a b', 'a,b', '"}', '<script>', 'ü', 'a'.repeat(65)])(
    'is replaced where it is %j',
    async (id) => {
      const answered = await send(id);

      expect(answered).toMatch(/^[\da-f-]{36}$/);
      expect(await send(id)).not.toBe(answered);
    },
  );

  test('is on the log line of the request, with the route and not the URL', async () => {
    await app.fetch('/nowhere?secret=1', { headers: { 'x-request-id': 'to-be-found' } });
    await app.fetch('/healthz?secret=1', { headers: { 'x-request-id': 'to-be-found' } });

    const lines = app.logs.map((line) => JSON.parse(line) as object);
    const found = lines.filter((line) => 'requestId' in line && line.requestId === 'to-be-found');
    expect(found).toMatchObject([
      { method: 'GET', route: 'none', status: 404 },
      { method: 'GET', route: '/healthz', status: 200 },
    ]);
    expect(app.logs.join('')).not.toContain('secret');
  });
});

describe('a page of another origin', () => {
  const ask = (origin: string, method = 'GET'): Promise<Response> =>
    app.fetch('/graphql', {
      method,
      headers: {
        origin,
        ...(method === 'OPTIONS'
          ? { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
          : {}),
      },
    });

  test.each(['https://app.example.com', 'https://admin.example.com'])(
    'that is listed may ask: %s',
    async (origin) => {
      const response = await ask(origin);

      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
      expect(response.headers.get('access-control-expose-headers')).toBe('x-request-id, retry-after');
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
      expect(response.headers.get('vary')).toContain('Origin');
    },
  );

  test('that is listed learns beforehand what it may send', async () => {
    const response = await ask('https://app.example.com', 'OPTIONS');

    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization');
    expect(response.headers.get('access-control-max-age')).toBe('600');
  });

  test.each([
    'https://evil.example',
    'http://app.example.com',
    'https://app.example.com.evil.example',
    'https://app.example.com:8443',
    'https://sub.app.example.com',
    'null',
  ])('that is not listed is told nothing: %s', async (origin) => {
    for (const method of ['GET', 'OPTIONS']) {
      const response = await ask(origin, method);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

test('who hangs up before the turn of the event loop ends is not served, and is logged as gone', async () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => lines.push(line) });
  const observation = { telemetry: new Telemetry(noMetrics), hashSubject: (userId: string) => userId };
  const { server } = await createHttpServer(app.config.http, logger, { ...observation, lingerMs: 0 });
  closeAfterTests(() => server.close());
  let served = 0;
  server.get('/', () => (served += 1));
  server.server.on('request', ({ socket }) => socket.destroy());
  const url = await server.listen({ port: 0, host: '127.0.0.1' });

  await once(get(url), 'error');
  await turn();

  expect(served).toBe(0);
  const requests = lines
    .map((line) => JSON.parse(line) as { msg: string; status: number })
    .filter(({ msg }) => msg === 'request');
  expect(requests).toMatchObject([{ status: 499 }]);
});
