import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { fastify } from 'fastify';
import Database from 'libsql';
import { addHealthRoutes } from '../../src/http/monitoring.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { corruptStore } from '../helpers/broken-store.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await createTestApp({ RATE_LIMIT: '1/1h' });
});

describe('a healthy service', () => {
  test.each([
    ['/healthz', { status: 'ok' }],
    ['/readyz', { status: 'ready' }],
  ])('says so at %s, to anybody and as often as they like', async (path, body) => {
    for (const token of [undefined, undefined, 'not.a.token']) {
      const response = await app.fetch(path, { token });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual(body);
    }
  });
});

describe('a service whose store takes no writes', () => {
  test('is not ready, and is ready again when the store takes them', async () => {
    const own = await createTestApp();
    const other = new Database(own.config.databaseUrl.replace(/^sqlite:/, ''));
    other.exec('BEGIN IMMEDIATE');
    expect((await own.fetch('/readyz')).status).toBe(503);
    other.exec('COMMIT');
    other.close();

    // An answer may be remembered for about a second.
    await sleep(1_500);
    expect((await own.fetch('/readyz')).status).toBe(200);
  });
});

describe('a service without its store', () => {
  beforeAll(async () => {
    corruptStore(app.config);
    await sleep(1_100);
  });

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
  const createServer = (ping: () => Promise<void>) => {
    const server = fastify();
    addHealthRoutes(server, { ping }, { hasBegun: () => false }, createLogger('silent'));
    return async () => (await server.inject('/readyz')).statusCode;
  };

  test('asks the database once for any number of callers within a second', async () => {
    let pings = 0;
    const ask = createServer(async () => {
      pings += 1;
      await sleep(20);
    });

    expect(new Set(await Promise.all(Array.from({ length: 100 }, ask)))).toEqual(new Set([200]));
    expect(await ask()).toBe(200);
    expect(pings).toBe(1);
  });

  test('sees within two seconds that the database has failed, and that it is back', async () => {
    let fails = false;
    const ask = createServer(() => (fails ? Promise.reject(new Error('gone')) : Promise.resolve()));

    const statuses = [await ask()];
    for (fails of [true, false]) {
      await sleep(1_100);
      statuses.push(await ask());
    }
    expect(statuses).toEqual([200, 503, 200]);
  });
});
