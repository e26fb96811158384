import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import Libsql from 'libsql';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { AuditAction } from '../../src/audit/audit-log.ts';
import { AuditTrail, commandLine } from '../../src/audit/audit-trail.service.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { removeAll } from '../../src/records/record-store.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { howToGetSmallDisk, mountSmallDisk } from '../helpers/small-disk.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';

const folder = createTemporaryFolder();
let count = 0;
const opened: Database[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
});

async function open(path: string): Promise<Database> {
  const database = await openDatabase({ url: `sqlite:${path}`, scope: 'test' });
  opened.push(database);
  return database;
}

const createPath = (): string => join(folder, `made-${(count += 1)}`, 'below', 'billing.db');

/** The values that can be read in the database's files. */
function findInFiles(path: string, values: readonly string[]): string[] {
  const files = ['', '-wal', '-shm'].map((end) => `${path}${end}`).filter((file) => existsSync(file));
  const text = files.map((file) => readFileSync(file, 'latin1')).join();
  return values.filter((value) => text.includes(value));
}

describe('the files of a SQLite database', () => {
  test('are readable by their owner only, and so are the folders made for them', async () => {
    const path = createPath();
    const { customers } = await open(path);
    await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });

    const modeOf = (file: string): number => statSync(file).mode & 0o777;
    expect(['', '-wal', '-shm'].map((end) => modeOf(`${path}${end}`))).toEqual([0o600, 0o600, 0o600]);
    expect([dirname(path), dirname(dirname(path))].map(modeOf)).toEqual([0o700, 0o700]);
  });

  test('keep the mode that an operator gave them', async () => {
    const path = createPath();
    await (await open(path)).close();
    chmodSync(path, 0o640);
    await open(path);

    expect(statSync(path).mode & 0o777).toBe(0o640);
  });
});

describe('what was removed from a SQLite database is found in none of its files', () => {
  const names = Array.from({ length: 60 }, (_, index) => `person-${index}-of-the-test`);

  async function expectGone(remove: (database: Database) => Promise<unknown>, values = names) {
    const path = createPath();
    const database = await open(path);
    const audit = new AuditTrail(database.audit, createLogger('silent'));
    for (const [index, name] of names.entries()) {
      const intent = { actor: commandLine, action: AuditAction.LINK_CUSTOMER, userId: name } as const;
      await audit.record(intent, () =>
        database.customers.link({ userId: name, stripeCustomerId: `cus_${index}` }),
      );
      await database.customers.update(name, { attributes: { note: `note of ${name}` } });
      await database.records.insert('customer-snapshot', createRecord(name));
    }
    expect(findInFiles(path, values)).toEqual(values);

    await remove(database);

    expect(findInFiles(path, values)).toEqual([]);
  }

  const createRecord = (name: string) => ({
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
        await records.remove('customer-snapshot', createRecord(name));
        await audit.anonymize({ userId: name, stripeCustomerId: null });
      }
    });
  });

  test('when records expire', async () => {
    const addresses = names.map((name) => `${name}@example.com`);
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
      const reader = new Libsql(join(folder, `made-${count}`, 'below', 'billing.db'));
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

    await expect(open(join(disk.folder, 'new.db'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      cause: { code: 'SQLITE_FULL' },
    });
    disk.empty();
    await open(join(disk.folder, 'new.db'));
  });

  test('does not pass its ping until there is space again', async () => {
    const database = await open(join(disk.folder, 'full.db'));
    await database.ping();
    disk.fill();

    await expect(database.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    disk.empty();
    await database.ping();
  });
});
