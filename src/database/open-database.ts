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
