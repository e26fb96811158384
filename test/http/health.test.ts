import { beforeAll, describe, expect, test } from '@jest/globals';
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

describe('a service without its store', () => {
  beforeAll(() => corruptStore(app.config));

  test('is not ready, and does not say more than that', async () => {
    const response = await app.fetch('/readyz');

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'unavailable', reason: 'the database does not answer' });
  });

  test('says in the log why, once', async () => {
    await app.fetch('/readyz');

    const lines = app.logs.filter((line) => line.includes('the service is not ready'));
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 40, error: { code: 'STORE_UNAVAILABLE', cause: { code: 'SQLITE_CORRUPT' } } },
    ]);
  });

  test('still runs', async () => {
    expect((await app.fetch('/healthz')).status).toBe(200);
  });
});
