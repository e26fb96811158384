import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StoreUnavailableError } from '../../shared/errors.ts';
import { type Database, type DatabaseOptions, DatabaseSetupError } from '../database.ts';
import { SqliteAuditLog } from './sqlite-audit-log.ts';
import { SqliteConnection, mayPass } from './sqlite-connection.ts';
import { SqliteCustomerDirectory } from './sqlite-customer-directory.ts';
import { isOutdated, migrate } from './sqlite-migrations.ts';
import { SqliteRecordStore } from './sqlite-record-store.ts';

/** Opens `sqlite:PATH` (or `sqlite::memory:`), and creates its file, folder and tables. @throws DatabaseSetupError */
export async function openSqliteDatabase({ url, scope }: DatabaseOptions): Promise<Omit<Database, 'ping'>> {
  const connection = await openConnection(parsePath(url));
  const row = await connection.read((prepare) => prepare('SELECT sqlite_version() AS version').get());
  return {
    description: `SQLite ${(row as { version: string }).version}`,
    customers: new SqliteCustomerDirectory(connection, scope),
    audit: new SqliteAuditLog(connection, scope),
    records: new SqliteRecordStore(connection, scope),
    close: () => {
      connection.close();
      return Promise.resolve();
    },
  };
}

function parsePath(url: string): string {
  const path = url.replace(/^sqlite:(\/\/)?/, '');
  if (path === '')
    throw new DatabaseSetupError('DATABASE_URL has no file: write it like sqlite:./data/billing.db.');
  return path === ':memory:' ? path : resolve(path);
}

async function openConnection(path: string): Promise<SqliteConnection> {
  let connection: SqliteConnection | undefined;
  try {
    if (path !== ':memory:') makeFile(path);
    connection = new SqliteConnection(path);
    const { database } = connection;
    // Before anything changes the file: it is refused if it is not this service's.
    await connection.read(() => isOutdated(database));
    await connection.read(() => database.exec('PRAGMA journal_mode = WAL'));
    if (await connection.read(() => isOutdated(database))) await connection.write(() => migrate(database));
    return connection;
  } catch (error) {
    connection?.close();
    if (error instanceof DatabaseSetupError) throw error;
    const cause = (error instanceof StoreUnavailableError ? error.cause : error) as Error;
    if (mayPass(cause)) throw new StoreUnavailableError(cause);
    throw new DatabaseSetupError(
      `Cannot open the SQLite database ${path} (${cause.message}). Check that DATABASE_URL names a file in a folder that this ` +
        'process may write to, on a local disk with free space.',
      { cause: error },
    );
  }
}

/** Only its owner may read the file, which contains personal data. SQLite gives its log the same mode. */
function makeFile(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  closeSync(openSync(path, 'a', 0o600));
}

/** Recursive, because mkdir's own recursion never returns under /proc on Node 20. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    // Another process may have created the folder meanwhile.
    if (!existsSync(path)) throw error;
  }
}
