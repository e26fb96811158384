import type Database from 'libsql';
import { DatabaseSetupError } from '../database-setup-error.ts';

/**
 * The schema's history: the n-th entry leads to version n, which the file's `user_version` records.
 * An entry that was released is never edited; a change is a new entry.
 */
const migrations: readonly string[] = [
  // Times are milliseconds since 1970; attributes are a JSON object.
  `CREATE TABLE customers (
     scope TEXT NOT NULL,
     user_id TEXT NOT NULL,
     stripe_customer_id TEXT NOT NULL,
     contract_ends_at INTEGER,
     attributes TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     PRIMARY KEY (scope, user_id),
     UNIQUE (scope, stripe_customer_id)
   ) STRICT, WITHOUT ROWID`,
];

/** Brings the schema up to date, in the caller's transaction. */
export function migrate(database: Database.Database): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length) {
    throw new DatabaseSetupError(
      `The SQLite database has schema version ${version}, and this release knows versions up to ${migrations.length}. ` +
        'It was written by a newer release: run that one, or restore a backup.',
    );
  }
  if (version === migrations.length) return;
  for (const statement of migrations.slice(version)) database.exec(statement);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
}
