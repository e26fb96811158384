import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Libsql from 'libsql';
import { type AuditRecord, toOperationTime } from '../../src/audit/audit-log.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import type { Database } from '../../src/database/database.ts';
import { createLinks, expectCode } from './directory-assertions.ts';

let folder: string;
let path: string;
const opened: Database[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'billing-portal-sqlite-'));
  path = join(folder, 'new', 'folder', 'billing.db');
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
  rmSync(folder, { recursive: true });
});

async function open(url = `sqlite:${path}`): Promise<Database> {
  const database = await openDatabase({ url, scope: 'test' });
  opened.push(database);
  return database;
}

describe('a SQLite database', () => {
  test('is made with its folder, and is there the next time', async () => {
    const first = await open();
    const { mapping } = await first.customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
    await first.close();

    const second = await open();
    expect(await second.customers.findByUserId('ada')).toEqual(mapping);
  });

  test.each(['sqlite:', 'sqlite://'])('takes %s before the path', async (scheme) => {
    await open(`${scheme}${path}`);
    expect(existsSync(path)).toBe(true);
  });

  test('can be kept in memory', async () => {
    const { customers } = await open('sqlite::memory:');
    expect((await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' })).created).toBe(true);
  });

  test('writes ahead, so that readers and a writer do not wait for each other', async () => {
    await open();
    const file = new Libsql(path);
    expect(file.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
    file.close();
  });

  test('of a newer release is refused and left as it is', async () => {
    await (await open()).close();
    const file = new Libsql(path);
    file.exec('PRAGMA user_version = 999');

    await expect(open()).rejects.toMatchObject({
      name: 'DatabaseSetupError',
      message: expect.stringContaining('schema version 999'),
    });
    expect(file.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 999 });
    file.close();
  });

  test('of a release without kinds of actors judges them by their names', async () => {
    await (await open()).close();
    const file = new Libsql(path);
    const pseudonym = 'erased:9b2f0c1e-7a44-4c1b-8f5e-0d6a1b2c3d4e';
    file.exec(`ALTER TABLE audit DROP COLUMN actor_kind; ALTER TABLE audit DROP COLUMN user_erased;
      PRAGMA user_version = 3`);
    const insert = file.prepare(
      `INSERT INTO audit (scope, operation_id, step, at, actor, action, user_id, details) VALUES ('test', ?, 'intended', 1, ?, 'x', ?, '{}')`,
    );
    for (const [n, name] of ['cli', 'stripe', pseudonym, 'ada', 'erased:by-name'].entries())
      insert.run([`0${n}`, name, name]);
    file.close();

    const { items } = await (await open()).audit.list({ first: 9 });

    expect(items.map(({ actor, actorKind, userErased }) => [actor, actorKind, userErased]).reverse()).toEqual(
      [
        ['cli', 'operator', false],
        ['stripe', 'stripe', false],
        [pseudonym, 'erased', true],
        ['ada', 'user', false],
        ['erased:by-name', 'user', false],
      ],
    );
  });

  test('of a release whose records had no row ids keeps the records', async () => {
    const record = { key: 'k', nonce: 'n', owner: 'ada', content: { a: 1 }, expiresAt: new Date(9e12) };
    const first = await open();
    await first.records.insert('customer-snapshot', record);
    await first.close();
    const file = new Libsql(path);
    file.exec(`CREATE TABLE earlier (scope TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, nonce TEXT NOT NULL,
        owner TEXT, content TEXT NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (scope, kind, key)) STRICT, WITHOUT ROWID;
      INSERT INTO earlier SELECT * FROM records;
      DROP TABLE records;
      ALTER TABLE earlier RENAME TO records;
      CREATE INDEX records_by_owner ON records (scope, kind, owner, key) WHERE owner IS NOT NULL;
      CREATE INDEX records_by_expiry ON records (scope, expires_at);
      PRAGMA user_version = 4`);
    file.close();

    const { records } = await open();

    expect(await records.find('customer-snapshot', 'k')).toEqual(record);
    expect(await records.listOf('customer-snapshot', 'ada')).toHaveLength(1);
    expect(await records.insert('customer-snapshot', { ...record, nonce: 'other' })).toBe(false);
  });

  test.each([
    ['names no file', () => 'sqlite:'],
    ['names a folder', () => `sqlite:${folder}`],
    ['lies under a file', () => `sqlite:${join(folder, 'file', 'billing.db')}`],
    ['is no database', () => `sqlite:${join(folder, 'file')}`],
    ['lies where nothing can be made', () => 'sqlite:/proc/billing/billing.db'],
  ])('whose path %s is refused in words that say what to do', async (_title, url) => {
    writeFileSync(join(folder, 'file'), 'plain text, long enough to hold a header'.repeat(100));
    await expect(open(url())).rejects.toMatchObject({
      name: 'DatabaseSetupError',
      message: expect.stringContaining('DATABASE_URL'),
    });
  });

  test('is opened by many at once, the first time too', async () => {
    const databases = await Promise.all(Array.from({ length: 10 }, () => open()));
    for (const { customers } of databases) expect(await customers.findByUserId('ada')).toBeNull();
  });
});

describe('a SQLite database that another process has locked', () => {
  let database: Database;
  let other: Libsql.Database;

  beforeEach(async () => {
    database = await open();
    await database.customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
    other = new Libsql(path);
    other.exec('BEGIN IMMEDIATE');
  });

  afterEach(() => {
    other.close();
  });

  test('is still read', async () => {
    expect(await database.customers.findByUserId('ada')).not.toBeNull();
  });

  test('does not pass its ping until the lock is gone', async () => {
    await expectCode(database.ping(), 'STORE_UNAVAILABLE');
    other.exec('COMMIT');
    await database.ping();
  });

  test('is opened when there is nothing to migrate', async () => {
    const another = await open();
    expect(await another.customers.findByUserId('ada')).not.toBeNull();
  });

  test('is STORE_UNAVAILABLE at the start when there is something to migrate: trying again helps', async () => {
    other.exec('ROLLBACK; PRAGMA user_version = 0; BEGIN IMMEDIATE');
    await expectCode(open(), 'STORE_UNAVAILABLE');
  });

  test('is STORE_UNAVAILABLE at the start when another process is making it', async () => {
    const newPath = join(folder, 'new.db');
    const maker = new Libsql(newPath);
    maker.exec('BEGIN EXCLUSIVE');
    await expectCode(open(`sqlite:${newPath}`), 'STORE_UNAVAILABLE');
    maker.close();
  });

  test('is written as soon as the lock is gone, and the event loop goes on meanwhile', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const linking = Promise.all(createLinks(50).map((link) => database.customers.link(link)));
    await sleep(500);
    delay.disable();
    other.exec('COMMIT');

    expect(await linking).toHaveLength(50);
    expect(delay.percentile(90) / 1e6).toBeLessThan(100);
  });

  test('is STORE_UNAVAILABLE within 3 seconds to every write, and loses nothing that is written later', async () => {
    const { customers, records, audit } = database;
    const record = { key: 'key', nonce: 'n', owner: null, content: {}, expiresAt: new Date(1) };
    const start = performance.now();
    await Promise.all(
      [
        customers.link({ userId: 'bob', stripeCustomerId: 'cus_2' }),
        customers.linkMany(createLinks(2)),
        customers.update('ada', { attributes: {} }),
        customers.unlink('ada'),
        records.insert('lease', record),
        records.remove('lease', record),
        records.removeExpired(new Date()),
        audit.append(createIntent()),
        audit.removeBefore('f'),
        audit.anonymize({ userId: 'ada', stripeCustomerId: null }),
      ].map((write) => expectCode(write, 'STORE_UNAVAILABLE')),
    );
    expect(performance.now() - start).toBeLessThan(3_000);

    other.exec('ROLLBACK');
    await customers.link({ userId: 'bob', stripeCustomerId: 'cus_2' });
    expect(await customers.unlink('ada')).not.toBeNull();
    expect(await records.insert('lease', record)).toBe(true);
    const another = await open();
    expect(await another.customers.findByUserId('bob')).not.toBeNull();
    expect(await another.customers.findByUserId('ada')).toBeNull();
    expect(await another.records.find('lease', 'key')).toEqual(record);
  });
});

function createIntent(): AuditRecord {
  const at = new Date('2031-01-01T00:00:00.000Z');
  const facts = {
    actor: 'root',
    actorKind: 'user' as const,
    userErased: false,
    action: 'link_customer',
    userId: 'ada',
    target: null,
    details: {},
    code: null,
  };
  return { operationId: `${toOperationTime(at)}0000`, step: 'intended', at, ...facts };
}

describe('an import into SQLite', () => {
  test('leaves the event loop to others all the while', async () => {
    const database = await open();
    const other = await open();
    const importing = { done: false };
    const outcomes = database.customers.linkMany(createLinks(20_000, 'import')).finally(() => {
      importing.done = true;
    });
    const turns: number[] = [];
    while (!importing.done) {
      const start = performance.now();
      await sleep(1);
      await other.customers.linkMany(createLinks(1, `other${turns.length}`));
      turns.push(performance.now() - start);
    }
    expect(new Set(await outcomes)).toEqual(new Set(['linked']));
    expect(turns.length).toBeGreaterThan(10);
    expect(Math.max(...turns)).toBeLessThan(500);
  });
});
