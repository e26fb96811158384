import { randomUUID } from 'node:crypto';
import { createRecord } from '../records/record-store.ts';
import { observePort, type Telemetry } from '../telemetry/telemetry.ts';
import type { Database, DatabaseOptions } from './database.ts';

/** Loads only the engine's driver, and creates missing tables or indexes. @throws DatabaseSetupError, StoreUnavailableError */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const stores = options.url.startsWith('sqlite:')
    ? await (await import('./sqlite/sqlite-database.ts')).openSqliteDatabase(options)
    : await (await import('./mongo/mongo-database.ts')).openMongoDatabase(options);
  return { ...stores, ping: () => checkWrites(stores) };
}

/** Writes a record and removes it, because a store on a full or read-only disk still answers reads. */
async function checkWrites({ records }: Pick<Database, 'records'>): Promise<void> {
  // If the process dies before the removal, a sweep removes the heartbeat after a minute.
  const heartbeat = createRecord(randomUUID(), { expiresAt: new Date(Date.now() + 60_000) });
  await records.insert('heartbeat', heartbeat);
  await records.remove('heartbeat', heartbeat);
}

export function observeDatabase(database: Database, telemetry: Telemetry): Database {
  return {
    ...database,
    customers: observePort(database.customers, 'customers', telemetry),
    audit: observePort(database.audit, 'audit', telemetry),
    records: observePort(database.records, 'records', telemetry),
  };
}
