import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import Database from 'libsql';
import { createHealthyDeployment, examineFor, folder } from './doctor-kit.ts';

const { env } = await createHealthyDeployment();

test('names the engine and counts the linked users', async () => {
  expect(await examineFor('database', env)).toEqual([
    expect.stringMatching(/^pass: SQLite \d\S+ answers; its tables and indexes are in place$/),
    'pass: users linked in scope test: 1',
  ]);
});

test('warns when no user is linked in the scope', async () => {
  expect(await examineFor('database', { ...env, STRIPE_SCOPE: 'sandbox' })).toEqual([
    expect.stringMatching(/^pass/),
    expect.stringMatching(/^warn: no user is linked in scope sandbox/),
  ]);
});

test('passes without linked users when first sessions create customers', async () => {
  const found = await examineFor('database', {
    ...env,
    STRIPE_SCOPE: 'sandbox',
    CUSTOMER_CREATION: 'on_demand',
  });
  expect(found).toContainEqual(expect.stringMatching(/^pass: no user is linked in scope sandbox yet/));
});

test('warns of SQLite in production, and fails on one in memory', async () => {
  const production = { ...env, NODE_ENV: 'production' };
  expect(await examineFor('database', production)).toContainEqual(
    expect.stringMatching(/^warn: SQLite is for one machine/),
  );
  expect(await examineFor('database', { ...production, DATABASE_URL: 'sqlite::memory:' })).toContainEqual(
    expect.stringMatching(/^fail: every mapping is lost/),
  );
});

test('fails on a database of a newer release', async () => {
  const path = join(folder, 'newer.db');
  const database = new Database(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  expect(await examineFor('database', { ...env, DATABASE_URL: `sqlite:${path}` })).toEqual([
    expect.stringMatching(/^fail: The SQLite database has schema version 99/),
  ]);
});

test('fails on a server that cannot be reached, and does not name it', async () => {
  const found = await examineFor('database', { ...env, DATABASE_URL: 'mongodb://ada:pass@127.0.0.1:1/x' });
  expect(found).toEqual([expect.stringMatching(/^fail: The database .* is unreachable: .*ECONNREFUSED/)]);
  expect(found.join()).not.toMatch(/ada|pass\b|127\.0\.0\.1/);
});
