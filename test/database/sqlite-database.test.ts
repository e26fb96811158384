import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Libsql from 'libsql';
import { AuditTrail, commandLine } from '../../src/audit/audit-trail.service.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { howToGetSmallDisk, mountSmallDisk } from '../helpers/small-disk.ts';
import { expectCode } from './directory-assertions.ts';
import { removeAll } from './remove-all.ts';

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
    file.exec(`DROP INDEX audit_by_action; ALTER TABLE audit DROP COLUMN actor_kind; ALTER TABLE audit DROP COLUMN user_erased;
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
    file.exec(`DROP INDEX audit_by_action;
      CREATE TABLE earlier (scope TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, nonce TEXT NOT NULL,
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

  test('that was cut off is refused with the reason', async () => {
    await (await open()).close();
    const copy = join(folder, 'copy.db');
    writeFileSync(copy, readFileSync(path).subarray(0, 6_000));

    await expect(open(`sqlite:${copy}`)).rejects.toMatchObject({
      name: 'DatabaseSetupError',
      message: expect.stringContaining(`${copy} (database disk image is malformed).`),
    });
  });

  test.each(
    [0, 1, 2, 3, 4, 5, 6, 999].flatMap((version) => [
      ['posts', version] as const,
      ['customers', version] as const,
    ]),
  )(
    'of another program is refused and left as it is: with a table %s and schema version %i',
    async (table, version) => {
      const foreign = join(folder, 'foreign.db');
      const file = new Libsql(foreign);
      file.exec(`CREATE TABLE ${table} (id INTEGER); PRAGMA user_version = ${version}`);
      const before = readFileSync(foreign);

      await expect(open(`sqlite:${foreign}`)).rejects.toMatchObject({
        name: 'DatabaseSetupError',
        message: expect.stringContaining('Another program wrote the SQLite database. Set DATABASE_URL'),
      });
      expect(readFileSync(foreign).equals(before)).toBe(true);
      file.close();
    },
  );

  test.each([
    ['is empty', ''],
    [
      'has only tables of a replication tool',
      'CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)',
    ],
  ])('that %s gets the tables', async (_title, sql) => {
    const file = new Libsql(join(folder, 'made.db'));
    file.exec(sql);
    file.close();

    const { customers } = await open(`sqlite:${join(folder, 'made.db')}`);
    expect((await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' })).created).toBe(true);
  });

  test('that is damaged further in is opened, and is STORE_UNAVAILABLE where it cannot be read', async () => {
    const first = await open();
    const links = Array.from({ length: 1_000 }, (_, n) => ({
      userId: `user-${n}`,
      stripeCustomerId: `cus_${n}`,
    }));
    await first.customers.linkMany(links);
    await first.close();
    const whole = readFileSync(path);
    rmSync(`${path}-wal`, { force: true });
    const copy = join(folder, 'copy.db');
    writeFileSync(copy, whole.fill(7, 4_096));

    const { customers } = await open(`sqlite:${copy}`);
    await expectCode(customers.findByUserId('user-7'), 'STORE_UNAVAILABLE');
    await expectCode(customers.unlink('user-7'), 'STORE_UNAVAILABLE');
  });

  test('is opened by many at once, the first time too', async () => {
    const databases = await Promise.all(Array.from({ length: 10 }, () => open()));
    for (const { customers } of databases) expect(await customers.findByUserId('ada')).toBeNull();
  });
});

test('a SQLite database that another process has locked is read, and opened when there is nothing to migrate', async () => {
  const database = await open();
  await database.customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
  const other = new Libsql(path);
  other.exec('BEGIN IMMEDIATE');

  for (const { customers } of [database, await open()])
    expect(await customers.findByUserId('ada')).not.toBeNull();
  other.close();
});

/** The values that can be read in the database's files. */
function findInFiles(values: readonly string[]): string[] {
  const files = ['', '-wal', '-shm'].map((end) => `${path}${end}`).filter((file) => existsSync(file));
  const text = files.map((file) => readFileSync(file, 'latin1')).join();
  return values.filter((value) => text.includes(value));
}

test.each<[string, () => void, boolean]>([
  ['removed', () => rmSync(path), false],
  ['moved away', () => renameSync(path, `${path}.away`), true],
  [
    'replaced',
    () => {
      renameSync(path, `${path}.away`);
      writeFileSync(path, '');
    },
    true,
  ],
  // As for a restore, which copies a backup over the file.
  ['without its log', () => rmSync(`${path}-wal`), false],
  ['behind a folder that is gone', () => renameSync(dirname(path), join(folder, 'away')), false],
])(
  'a SQLite file that is %s takes no writes, which would be lost, and is still read',
  async (_how, leave, mayReturn) => {
    const database = await open();
    const link = { userId: 'ada', stripeCustomerId: 'cus_1' };
    const { mapping } = await database.customers.link(link);

    leave();
    const writes = [database.ping(), database.customers.unlink('ada'), database.customers.link(link)];
    for (const write of writes) await expectCode(write, 'STORE_UNAVAILABLE');
    expect(await database.customers.findByUserId('ada')).toEqual(mapping);

    if (!mayReturn) return;
    renameSync(`${path}.away`, path);
    await database.ping();
    expect(await database.customers.unlink('ada')).toEqual(mapping);
  },
);

test('a rare action is found in a long audit trail without reading all of it, which would stop every request', async () => {
  const { audit } = await open();
  const file = new Libsql(path);
  file.exec(`WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
    INSERT INTO audit (scope, operation_id, step, at, actor, action, user_id, details)
    SELECT 'test', printf('%024x', i), 'intended', i, 'stripe',
      iif(i = 1, 'link_customer', 'report_portal_session'), 'user-' || i % 1000, '{}' FROM n`);
  const readAll = file.prepare('SELECT max(length(details)) FROM audit');
  const measure = async (work: () => unknown): Promise<number> => {
    const times: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      const start = performance.now();
      await work();
      times.push(performance.now() - start);
    }
    return Math.min(...times);
  };

  const all = await measure(() => readAll.get());
  for (const filter of [{ action: 'link_customer' }, { action: 'unlink_customer' }] as const) {
    const page = { first: 20, ...filter };
    expect(await measure(() => audit.list(page))).toBeLessThan(all / 5);
    // A user has few of a million entries of an action.
    expect(
      await measure(() => audit.list({ ...page, userId: 'user-7', action: 'report_portal_session' })),
    ).toBeLessThan(all / 5);
  }
  expect((await audit.list({ first: 20, action: 'link_customer' })).items).toHaveLength(1);
  file.close();
});

describe('the files of a SQLite database', () => {
  test('are readable by their owner only, and so are the folders made for them', async () => {
    const { customers } = await open();
    await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });

    const modeOf = (file: string): number => statSync(file).mode & 0o777;
    expect(['', '-wal', '-shm'].map((end) => modeOf(`${path}${end}`))).toEqual([0o600, 0o600, 0o600]);
    expect([dirname(path), dirname(dirname(path))].map(modeOf)).toEqual([0o700, 0o700]);
  });

  test('keep the mode that an operator gave them', async () => {
    await (await open()).close();
    chmodSync(path, 0o640);
    await open();

    expect(statSync(path).mode & 0o777).toBe(0o640);
  });
});

describe('what was removed from a SQLite database is found in none of its files', () => {
  const names = Array.from({ length: 20 }, (_, index) => `person-${index}-of-the-test`);

  async function expectGone(remove: (database: Database) => Promise<unknown>, values = names) {
    const database = await open();
    const audit = new AuditTrail(database.audit, createLogger('silent'));
    for (const [index, name] of names.entries()) {
      const intent = { actor: commandLine, action: 'link_customer', userId: name } as const;
      await audit.record(intent, () =>
        database.customers.link({ userId: name, stripeCustomerId: `cus_${index}` }),
      );
      await database.customers.update(name, { attributes: { note: `note of ${name}` } });
      await database.records.insert('customer-snapshot', createSnapshot(name));
    }
    expect(findInFiles(values)).toEqual(values);

    await remove(database);

    expect(findInFiles(values)).toEqual([]);
  }

  const createSnapshot = (name: string) => ({
    key: name,
    nonce: name,
    owner: name,
    content: { email: `${name}@example.com` },
    expiresAt: new Date(Date.now() - 1),
  });

  test('when users are erased', async () => {
    await expectGone(async ({ customers, records, audit }) => {
      for (const name of names) {
        await customers.unlink(name);
        await records.remove('customer-snapshot', createSnapshot(name));
        await audit.anonymize({ userId: name, stripeCustomerId: null });
      }
    });
  });

  const addresses = names.map((name) => `${name}@example.com`);

  test('when records are removed', async () => {
    await expectGone(async ({ records }) => {
      for (const name of names) await records.remove('customer-snapshot', createSnapshot(name));
    }, addresses);
  });

  test('when mappings are removed', async () => {
    const notes = names.map((name) => `note of ${name}`);
    await expectGone(async ({ customers }) => {
      for (const name of names) await customers.unlink(name);
    }, notes);
  });

  test('when records expire', async () => {
    await expectGone(({ records }) => removeAll(() => records.removeExpired(new Date())), addresses);
  });

  test('when the audit trail is swept, and the rest is erased', async () => {
    await expectGone(async ({ customers, records, audit }) => {
      await removeAll(() => records.removeExpired(new Date()));
      for (const name of names) await customers.unlink(name);
      await removeAll(() => audit.removeBefore('f'));
    });
  });

  test('when another process reads meanwhile', async () => {
    await expectGone(async ({ customers, records, audit }) => {
      const reader = new Libsql(path);
      reader.exec('BEGIN');
      reader.prepare('SELECT count(*) FROM customers').get();
      setTimeout(() => reader.exec('COMMIT'), 300);
      await removeAll(() => records.removeExpired(new Date()));
      for (const name of names) await customers.unlink(name);
      await removeAll(() => audit.removeBefore('f'));
      reader.close();
    });
  });
});

describeWithPart('a SQLite database on a full disk', mountSmallDisk(), howToGetSmallDisk, (disk) => {
  afterEach(() => disk.empty());

  test('is STORE_UNAVAILABLE at the start when its tables are to be made: trying again may help', async () => {
    disk.fill();

    await expect(open(`sqlite:${join(disk.folder, 'new.db')}`)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      cause: { code: 'SQLITE_FULL' },
    });
    disk.empty();
    await open(`sqlite:${join(disk.folder, 'new.db')}`);
  });

  test('does not pass its ping until there is space again', async () => {
    const database = await open(`sqlite:${join(disk.folder, 'full.db')}`);
    await database.ping();
    disk.fill();

    await expect(database.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    disk.empty();
    await database.ping();
  });
});
