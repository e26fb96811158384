import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Database, DatabaseOptions } from '../database.ts';
import { DatabaseSetupError } from '../database-setup-error.ts';
import { checkScope } from '../scope.ts';
import { SqliteAuditLog } from './sqlite-audit-log.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteCustomerDirectory } from './sqlite-customer-directory.ts';
import { migrate } from './sqlite-migrations.ts';
import { SqliteRecordStore } from './sqlite-record-store.ts';

/**
 * Opens `sqlite:PATH` (or `sqlite::memory:`, for tests), and makes the file, its folder and its tables when
 * they are missing.
 * @throws DatabaseSetupError
 */
export async function openSqliteDatabase({ url, scope }: DatabaseOptions): Promise<Database> {
  checkScope(scope);
  const path = parsePath(url);
  const connection = await openConnection(path);
  const { version } = connection.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  const ping = connection.prepare('SELECT 1 FROM customers LIMIT 1');
  return {
    description: `SQLite ${version}`,
    customers: new SqliteCustomerDirectory(connection, scope),
    audit: new SqliteAuditLog(connection, scope),
    records: new SqliteRecordStore(connection, scope),
    ping: async () => {
      await connection.run(() => ping.get([]));
    },
    close: () => {
      connection.close();
      return Promise.resolve();
    },
  };
}

function parsePath(url: string): string {
  const path = url.replace(/^sqlite:(\/\/)?/, '');
  if (path === '')
    throw new DatabaseSetupError('DATABASE_URL names no file: it looks like sqlite:./data/billing.db.');
  return path === ':memory:' ? path : resolve(path);
}

async function openConnection(path: string): Promise<SqliteConnection> {
  let connection: SqliteConnection | undefined;
  try {
    if (path !== ':memory:') makeFolder(dirname(path));
    connection = new SqliteConnection(path);
    await connection.run((database) => database.exec('PRAGMA journal_mode = WAL'));
    await connection.transaction(migrate);
    return connection;
  } catch (error) {
    connection?.close();
    if (error instanceof DatabaseSetupError) throw error;
    throw new DatabaseSetupError(
      `The SQLite database ${path} cannot be opened. Check that DATABASE_URL names a file in a folder that this ` +
        'process may write to, on a local disk with free space.',
      { cause: error },
    );
  }
}

/** Not by mkdir's own recursion: under /proc and its like, Node 20 never comes back from that. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(path)) throw error;
  }
}
