import type { Database, DatabaseOptions } from './database.ts';

/**
 * Opens the store that the URL names, and makes its tables or indexes when they are missing.
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
