import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import Database from 'libsql';
import { createTestApp } from '../helpers/test-app.ts';

test('a service is not ready while its store takes no writes, and is ready again afterwards', async () => {
  const app = await createTestApp();
  const other = new Database(app.config.databaseUrl.replace(/^sqlite:/, ''));
  other.exec('BEGIN IMMEDIATE');
  expect((await app.fetch('/readyz')).status).toBe(503);
  other.exec('COMMIT');
  other.close();

  // An answer may be remembered for about a second.
  await sleep(1_500);
  expect((await app.fetch('/readyz')).status).toBe(200);
});
