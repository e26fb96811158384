import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { fastify } from 'fastify';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { addHealthRoutes, createMetricsServer } from '../../src/http/monitoring.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { corruptStore } from '../helpers/broken-store.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { findFreePort } from '../helpers/server-process.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await createTestApp({ RATE_LIMIT: '1/1h' });
});

test.each([undefined, 'not.a.token'])(
  '/healthz says that the service runs, without a rate limit and with the token %s',
  async (token) => {
    for (let asked = 0; asked < 2; asked += 1) {
      const response = await app.fetch('/healthz', { token });
      expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    }
  },
);

describe('a service without its store', () => {
  beforeAll(() => corruptStore(app.config));

  test('is not ready, and does not say more than that', async () => {
    const response = await app.fetch('/readyz');

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'unavailable', reason: 'the database is unreachable' });
  });

  test('says in the log why, once', async () => {
    await app.fetch('/readyz');

    const lines = app.logs.filter((line) => line.includes('service not ready'));
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 40, error: { code: 'STORE_UNAVAILABLE', cause: { code: 'SQLITE_CORRUPT' } } },
    ]);
  });

  test('still runs', async () => {
    expect((await app.fetch('/healthz')).status).toBe(200);
  });
});

describe('/readyz', () => {
  const logs: string[] = [];
  const createServer = (ping: () => Promise<void>) => {
    const server = fastify();
    const logger = createLogger('info', { write: (line) => logs.push(line) });
    addHealthRoutes(server, { ping }, () => false, logger);
    return async () => (await server.inject('/readyz')).statusCode;
  };

  test('answers without a rate limit, and without a token', async () => {
    const own = await createTestApp({ RATE_LIMIT: '1/1h' });

    for (const token of [undefined, undefined, 'not.a.token']) {
      const response = await own.fetch('/readyz', { token });
      expect([response.status, await response.json()]).toEqual([200, { status: 'ready' }]);
    }
  });

  test('asks the database once for any number of callers at the same time', async () => {
    let pings = 0;
    const ask = createServer(async () => {
      pings += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    });

    expect(new Set(await Promise.all(Array.from({ length: 100 }, ask)))).toEqual(new Set([200]));
    expect(await ask()).toBe(200);
    expect(pings).toBe(1);
  });

  test('sees within a second that the database has failed, and that it is back', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
    try {
      let fails = false;
      const ask = createServer(() => (fails ? Promise.reject(new Error('gone')) : Promise.resolve()));

      const statuses = [await ask()];
      for (fails of [true, false]) {
        jest.advanceTimersByTime(999);
        statuses.push(await ask());
        jest.advanceTimersByTime(1);
        statuses.push(await ask());
      }
      expect(statuses).toEqual([200, 200, 503, 503, 200]);
      expect(logs).toEqual([
        expect.stringContaining('database unreachable, service not ready'),
        expect.stringContaining('database reachable again, service ready'),
      ]);
    } finally {
      jest.useRealTimers();
    }
  });
});

/** Returns the port. */
async function serveMetrics(render: Parameters<typeof createMetricsServer>[0]['render']): Promise<number> {
  const port = await findFreePort();
  const server = createMetricsServer({ render });
  closeAfterTests(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen({ host: '127.0.0.1', port }), 'listening');
  return port;
}

test('pipelined scrapes share one text, which would fill the memory if each had its own', async () => {
  let renders = 0;
  const port = await serveMetrics(async () => {
    renders += 1;
    await turn();
    return { contentType: 'text/plain', text: 'up 1' };
  });
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(1_000));
  let answered = '';
  for await (const piece of socket) {
    answered += String(piece);
    if (answered.split('up 1').length > 1_000) break;
  }

  expect(renders).toBeLessThan(10);
});

test('no more than twenty connections are open to the port of the metrics', async () => {
  const port = await serveMetrics(() => Promise.resolve({ contentType: 'text/plain', text: 'up 1' }));
  const sockets = Array.from({ length: 25 }, () => connect(port, '127.0.0.1'));
  const ends = await Promise.all(
    sockets.map((socket) => {
      socket.write('GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n');
      return new Promise<string>((resolve) => {
        socket.once('data', () => resolve('answered'));
        socket.once('error', () => resolve('refused')).once('close', () => resolve('refused'));
      });
    }),
  );
  for (const socket of sockets) socket.destroy();

  expect(ends.filter((end) => end === 'answered').length).toBe(20);
});

test('a scrape that fails is answered by 500, and the service goes on', async () => {
  const port = await serveMetrics(() => Promise.reject(new Error('Planted')));

  const response = await fetch(`http://127.0.0.1:${port}/metrics`);

  expect([response.status, await response.text()]).toEqual([500, '']);
});
