import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { type Socket, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type FastifyInstance, fastify } from 'fastify';
import { createNotFoundHandler } from '../../src/http/error-response.ts';
import { createHttpServer } from '../../src/http/http-server.ts';
import { addHealthRoutes } from '../../src/http/monitoring.ts';
import { OpenRequests } from '../../src/http/open-requests.ts';
import { closePolitely } from '../../src/http/polite-close.ts';
import { StrictRequest } from '../../src/http/strict-requests.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { Telemetry, createSubjectHash } from '../../src/telemetry/telemetry.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { sendRaw, writeGet, writePost } from './raw-request.ts';

const CORS_ORIGINS = 'https://app.example.com,https://admin.example.com,https://*.preview.example.com';
let app: TestApp;

beforeAll(async () => {
  app = await createTestApp({ CORS_ORIGINS });
});

const json = { 'content-type': 'application/json' };

describe('a path or a URL that does not exist', () => {
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

  test('below a path with a parameter is answered as not found, and with 405 to another method', async () => {
    const server = fastify() as unknown as FastifyInstance;
    server.setNotFoundHandler(createNotFoundHandler(server));
    server.get('/files/:name', (_request, reply) => {
      reply.callNotFound();
    });

    expect((await server.inject('/files/missing.js')).statusCode).toBe(404);
    expect((await server.inject({ method: 'POST', url: '/files/missing.js' })).statusCode).toBe(405);
  });

  test('a URL that is malformed is not repeated', async () => {
    const answer = await sendRaw(app, 'GET /%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).not.toContain('zz');
  });
});

test('a malformed URL behind another request ends the connection, since no limit counts it', async () => {
  const answer = await sendRaw(app, 'GET /%zz HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(3));

  expect(answer).toMatchObject({ status: 400, body: expect.not.stringContaining('HTTP/1.1') as unknown });
});

test('malformed HTTP behind a request ends the connection, and is not answered in place of the request', async () => {
  const answer = await sendRaw(app, `${writeGet('/healthz', {})}This is no HTTP.\r\n\r\n`);

  expect(answer).toMatchObject({ status: 200, body: expect.not.stringContaining('HTTP/1.1') as unknown });
});

test('an unknown expectation is ignored, so that the request counts against every limit', async () => {
  const answer = await sendRaw(app, writeGet('/healthz', { expect: 'a', connection: 'close' }));

  expect(answer).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  expect(answer.headers['x-request-id']).toMatch(/^[\w-]{36}$/);
});

test.each(['__proto__', 'constructor'])(
  'a header named %s is ignored, also by the releases of Node whose headersDistinct fails on it',
  async (name) => {
    Object.defineProperty(StrictRequest.prototype, 'headersDistinct', {
      configurable: true,
      get() {
        throw new TypeError('dest[field].push is not a function');
      },
    });
    try {
      const answer = await sendRaw(app, writeGet('/healthz', { connection: 'close', [name]: 'a' }));
      expect(answer.status).toBe(200);
    } finally {
      Reflect.deleteProperty(StrictRequest.prototype, 'headersDistinct');
    }
  },
);

describe('every response', () => {
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
  /** What Apollo Sandbox sends of its own, and what its user adds. */
  const asked = 'apollo-require-preflight,authorization,content-type';
  const ask = (origin: string, method: 'OPTIONS' | 'POST', to = app): Promise<Response> =>
    to.fetch('/graphql', {
      method,
      headers: {
        origin,
        ...(method === 'OPTIONS'
          ? { 'access-control-request-method': 'POST', 'access-control-request-headers': asked }
          : { ...json, 'apollo-require-preflight': 'true' }),
      },
      ...(method === 'OPTIONS' ? {} : { body: '{"query":"{ __schema { queryType { name } } }"}' }),
    });
  const readOrigin = ({ headers }: Response): string | null => headers.get('access-control-allow-origin');

  test.each(['https://app.example.com', 'https://admin.example.com', 'https://pr-7.preview.example.com'])(
    'that is listed may ask: %s',
    async (origin) => {
      const preflight = await ask(origin, 'OPTIONS');
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, POST');
      expect(preflight.headers.get('access-control-allow-headers')).toBe(asked);
      expect(preflight.headers.get('access-control-max-age')).toBe('600');
      const answer = await ask(origin, 'POST');
      expect(answer.headers.get('access-control-expose-headers')).toBe('x-request-id, retry-after');
      for (const response of [preflight, answer]) {
        expect(readOrigin(response)).toBe(origin);
        expect(response.headers.get('access-control-allow-credentials')).toBeNull();
        expect(response.headers.get('vary')).toContain('Origin');
      }
    },
  );

  test.each([
    'https://evil.example',
    'http://app.example.com',
    'https://app.example.com.evil.example',
    'https://app.example.com:8443',
    'https://sub.app.example.com',
    'https://preview.example.com',
    'https://a.b.preview.example.com',
    'https://*.preview.example.com',
    'http://pr-7.preview.example.com',
    'https://pr-7.preview.example.com:8443',
    'https://pr-7.preview.example.com.evil.example',
    'https://evil.example/.preview.example.com',
    'null',
  ])('that is not listed learns nothing: %s', async (origin) => {
    const preflight = await ask(origin, 'OPTIONS');
    expect(preflight.status).toBe(204);
    for (const response of [preflight, await ask(origin, 'POST')]) expect(readOrigin(response)).toBeNull();
  });

  test('that is listed may send cookies where CORS_CREDENTIALS is true', async () => {
    const open = await createTestApp({ CORS_ORIGINS, CORS_CREDENTIALS: 'true' });

    const { headers } = await ask('https://pr-7.preview.example.com', 'OPTIONS', open);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(readOrigin(await ask('https://evil.example', 'OPTIONS', open))).toBeNull();
  });

  test.each(['https://*.vercel.app', 'https://*.com', '*', 'https://*'])(
    'cannot be any page of a public suffix: CORS_ORIGINS refuses %s',
    async (origin) => {
      await expect(createTestApp({ CORS_ORIGINS: origin })).rejects.toThrow(/CORS_ORIGINS: /);
    },
  );

  const sandboxes = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

  test('may be Apollo Sandbox in development, beside the origins that are listed', async () => {
    const development = await createTestApp({ NODE_ENV: 'development', CORS_ORIGINS });

    for (const origin of [...sandboxes, 'https://app.example.com']) {
      const preflight = await ask(origin, 'OPTIONS', development);
      expect([preflight.status, readOrigin(preflight)]).toEqual([204, origin]);
      expect(preflight.headers.get('access-control-allow-headers')).toBe(asked);
      const answer = await ask(origin, 'POST', development);
      expect(readOrigin(answer)).toBe(origin);
      expect(await answer.json()).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
    }
  });

  test('may be Apollo Sandbox in production only where it is listed', async () => {
    const production = { NODE_ENV: 'production', HOST: '127.0.0.1' };
    const closed = await createTestApp(production);
    const open = await createTestApp({ ...production, CORS_ORIGINS: sandboxes.join() });

    for (const origin of sandboxes) {
      for (const method of ['OPTIONS', 'POST'] as const) {
        expect(readOrigin(await ask(origin, method, closed))).toBeNull();
        expect(readOrigin(await ask(origin, method, open))).toBe(origin);
      }
    }
  });
});

test('a client that disconnects within the turn of the event loop is not served, and is logged with 499', async () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => lines.push(line) });
  const observation = { telemetry: new Telemetry(), hashSubject: (userId: string) => userId };
  const { server } = await createHttpServer(app.config.http, logger, { ...observation, lingerMs: 0 });
  closeAfterTests(() => server.close());
  let served = 0;
  server.get('/', () => (served += 1));
  server.server.on('request', ({ socket }) => socket.destroy());
  const url = await server.listen({ port: 0, host: '127.0.0.1' });

  await once(get(url), 'error');
  await nextTurn();

  expect(served).toBe(0);
  const requests = lines
    .map((line) => JSON.parse(line) as { msg: string; status: number })
    .filter(({ msg }) => msg === 'request');
  expect(requests).toMatchObject([{ status: 499 }]);
});

describe('a connection on which nothing is sent for longer than its timeout', () => {
  const stallMs = 50;

  /** Answers after a multiple of the timeout, and returns the port. */
  async function listenSlowly(body: string): Promise<number> {
    const observation = { telemetry: new Telemetry(), hashSubject: (userId: string) => userId };
    const logger = createLogger('silent');
    const { server } = await createHttpServer(app.config.http, logger, { ...observation, lingerMs: 0 });
    closeAfterTests(() => server.close());
    server.server.setTimeout(stallMs);
    server.get('/', async () => {
      await wait(4 * stallMs);
      return body;
    });
    return Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port);
  }

  test('while a request is at work stays open for the next request', async () => {
    const socket = connect(await listenSlowly('answer'), '127.0.0.1');
    let answers = '';
    socket.on('data', (piece) => (answers += String(piece)));

    for (const count of [1, 2]) {
      socket.write(writeGet('/', {}));
      await waitUntil('the answer', () => answers.split('HTTP/1.1 200 OK').length === count + 1 || undefined);
    }
    socket.destroy();
  });

  test('is closed when the client does not read the answer that it waited for', async () => {
    const socket = connect(await listenSlowly('x'.repeat(20_000_000)), '127.0.0.1');
    socket.on('error', () => undefined).pause();
    socket.write(writeGet('/', {}));
    // Only when it writes does a paused socket learn that it is closed.
    const trickle = setInterval(() => socket.write('\r\n'), stallMs);

    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(trickle);
  });
});

interface RequestLine {
  readonly msg: string;
  readonly requestId: string;
  readonly route: string;
  readonly status: number;
  readonly subject?: string;
}

function readLines({ logs }: TestApp): RequestLine[] {
  return logs.map((text) => JSON.parse(text) as RequestLine).filter(({ msg }) => msg === 'request');
}

/** Sends a request and returns its log line. */
async function logRequest(path: string, userId?: string): Promise<RequestLine> {
  const token = userId === undefined ? undefined : await app.createToken({ userId });
  const requestId = (await app.fetch(path, { token })).headers.get('x-request-id');
  return waitUntil('the line of the request', () =>
    readLines(app).find((line) => line.requestId === requestId),
  );
}

const path = `/billing-portal?returnUrl=${returnUrl}`;

test('the log has one pseudonym per user, and never the user id', async () => {
  const first = await logRequest(path, 'user_planted');
  const again = await logRequest('/graphql', 'user_planted');
  const other = await logRequest(path, 'user_other');

  expect(first.subject).toMatch(/^[0-9a-f]{16}$/);
  expect(again.subject).toBe(first.subject);
  expect(other.subject).not.toBe(first.subject);
  expect(app.logs.join('')).not.toMatch(/user_planted|user_other/);
});

test('a user has another pseudonym in another deployment', () => {
  const hashes = ['sk_test_1', 'sk_test_2'].map((key) => createSubjectHash(key)('user_1'));

  expect(hashes[0]).not.toBe(hashes[1]);
});

// printf %s:%s sk_test_1 user_1 | openssl dgst -sha256
test('an operator can compute the pseudonym of a user with openssl', () => {
  expect(createSubjectHash('sk_test_1')('user_1')).toBe('0d4d5f858d562bad');
});

const mutation = JSON.stringify({
  query: `mutation { createBillingPortalSession(returnUrl: "${returnUrl}") { url } }`,
});

describe('a request whose client disconnects has a log line', () => {
  const sent: readonly [string, (headers: Readonly<Record<string, string>>) => string, number][] = [
    ['a GET', (headers) => writeGet(path, headers), 1],
    ['a POST that was read', (headers) => writePost('/graphql', mutation, headers).toString(), 1],
    ['what waited behind it', (headers) => writePost('/graphql', mutation, headers).toString().repeat(3), 3],
  ];

  test.each(sent)('%s', async (_what, write, count) => {
    const faulty = await startFaultyStripe();
    const service = await createTestApp({ STRIPE_API_URL: faulty.url });
    await service.link('ada', 'cus_1');
    const authorization = `Bearer ${await service.createToken({ userId: 'ada' })}`;

    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write(write({ authorization, connection: 'keep-alive' }));
    await waitUntil('the requests to Stripe', () => faulty.requests[count - 1]);
    socket.destroy();

    const lines = await waitUntil('the lines of the requests', () =>
      readLines(service).length === count ? readLines(service) : undefined,
    );
    expect(lines.map(({ status }) => status)).toEqual(Array<number>(count).fill(499));
  });
});

test('a client that disconnects while its request is read causes no error', async () => {
  const service = await createTestApp({ RATE_LIMIT: '1000000/1m' });
  const seen = { isRead: false };
  const noteRead = (): void => void (seen.isRead = true);
  subscribe('http.server.request.start', noteRead);
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.write(writeGet(path, {}));

  // Checks in each turn, before work that waits for the end of the turn.
  while (!seen.isRead) await nextTurn();
  socket.resetAndDestroy();
  unsubscribe('http.server.request.start', noteRead);

  const line = await waitUntil('the line of the request', () => readLines(service)[0]);
  expect(line).toMatchObject({ status: 499 });
  expect(service.logs.filter((text) => (JSON.parse(text) as { level: number }).level >= 50)).toEqual([]);
});

test.each([path, '/healthz', '/nowhere'])(
  'a request without a token has no pseudonym (%s)',
  async (target) => {
    expect(await logRequest(target)).not.toHaveProperty('subject');
  },
);

describe('a server that closes', () => {
  /** A server with a slow route, which answers when the test calls `finish`. */
  async function startServer(lingerMs: number) {
    const server = fastify({ return503OnClosing: false }) as unknown as FastifyInstance;
    let finish = (): void => undefined;
    let asked = (): void => undefined;
    const wasAsked = new Promise<void>((resolve) => (asked = resolve));
    const open = new OpenRequests();
    open.track(server);
    const closing = closePolitely(server, open, lingerMs);
    addHealthRoutes(server, { ping: () => Promise.resolve() }, closing, createLogger('silent'));
    server.get('/slow', async () => {
      asked();
      await new Promise<void>((resolve) => (finish = resolve));
      return { done: true };
    });
    server.get('/soon', () => new Promise((resolve) => setTimeout(resolve, 100, { done: true })));
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    return { server, url, wasAsked, finish: () => finish() };
  }

  /** One request, on a connection that stays open unless the server closes it. */
  async function askOver(url: string, agent: Agent) {
    const [response] = (await once(get(url, { agent }), 'response')) as [NodeJS.ReadableStream & Answer];
    return {
      status: response.statusCode,
      connection: response.headers.connection,
      body: await text(response),
    };
  }

  interface Answer {
    readonly statusCode: number;
    readonly headers: { readonly connection?: string };
  }

  async function openSilent(url: string): Promise<Socket> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  test('answers open requests, and closes their connections afterwards', async () => {
    const { server, url, wasAsked, finish } = await startServer(0);
    const answer = askOver(`${url}/slow`, new Agent({ keepAlive: true }));
    await wasAsked;

    const closed = server.close();
    setTimeout(finish, 50);

    expect(await answer).toEqual({ status: 200, connection: 'close', body: '{"done":true}' });
    await closed;
  });

  test('goes on answering for a while, with `connection: close`, and says that it is not ready', async () => {
    const { server, url } = await startServer(300);
    const agent = new Agent({ keepAlive: true });
    expect(await askOver(`${url}/healthz`, agent)).toMatchObject({ status: 200, connection: 'keep-alive' });

    const closed = server.close();

    expect(await askOver(`${url}/healthz`, agent)).toMatchObject({ status: 200, connection: 'close' });
    expect(await askOver(`${url}/readyz`, agent)).toMatchObject({ status: 503, connection: 'close' });
    await closed;
    await expect(askOver(`${url}/healthz`, agent)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('does not wait for a connection without a complete request', async () => {
    const { server, url } = await startServer(0);
    const silent = await openSilent(url);
    const halfway = await openSilent(url);
    halfway.write('GET /healthz HTTP/1.1\r\n');
    for (const socket of [silent, halfway]) socket.on('error', () => socket.destroy());

    await server.close();

    for (const socket of [silent, halfway]) socket.destroy();
  }, 8_000);

  const pipelined = 'GET /soon HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(3);

  test('answers requests that wait behind another request on their connection', async () => {
    const { server, url } = await startServer(0);
    const socket = await openSilent(url);
    const answers = text(socket);
    socket.write(pipelined);
    await once(server.server, 'request');

    await server.close();

    expect((await answers).match(/HTTP\/1\.1 200/g)).toHaveLength(3);
  });

  test('does not wait for the pipelined requests of a client that disconnected', async () => {
    const { server, url } = await startServer(0);
    const [gone, silent] = [await openSilent(url), await openSilent(url)];
    gone.write(pipelined);
    await once(server.server, 'request');
    gone.destroy();

    await server.close();

    silent.destroy();
  }, 5_000);

  test('counts a request once whose client disconnects during its second request', async () => {
    const { server, url, wasAsked } = await startServer(0);
    const [gone, silent] = [await openSilent(url), await openSilent(url)];
    gone.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(gone, 'data');
    gone.write('GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await wasAsked;
    gone.destroy();

    await server.close();

    silent.destroy();
  }, 5_000);
});
