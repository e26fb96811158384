import { observePort, type Telemetry } from '../telemetry/telemetry.ts';
import type { Database, DatabaseOptions } from './database.ts';

/**
 * Opens the store of the URL, and creates missing tables or indexes.
 * Each engine's driver is loaded only when it is used.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.url.startsWith('sqlite:')) {
    const { openSqliteDatabase } = await import('./sqlite/sqlite-database.ts');
    return openSqliteDatabase(options);
  }
  const { openMongoDatabase } = await import('./mongo/mongo-database.ts');
  return openMongoDatabase(options);
}

/** Wraps the stores so that each operation has a span and metrics. */
export function observeDatabase(database: Database, telemetry: Telemetry): Database {
  return {
    ...database,
    customers: observePort(database.customers, 'customers', telemetry),
    audit: observePort(database.audit, 'audit', telemetry),
    records: observePort(database.records, 'records', telemetry),
  };
}
