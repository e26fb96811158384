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
  // Two rows an operation: its intent, and its outcome once there is one. Details are a JSON object.
  `CREATE TABLE audit (
     scope TEXT NOT NULL,
     operation_id TEXT NOT NULL,
     step TEXT NOT NULL,
     at INTEGER NOT NULL,
     actor TEXT NOT NULL,
     action TEXT NOT NULL,
     user_id TEXT,
     target TEXT,
     details TEXT NOT NULL,
     code TEXT,
     PRIMARY KEY (scope, operation_id, step)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX audit_by_user ON audit (scope, user_id, operation_id)`,
  // What is inserted once and later removed. Content is a JSON object.
  `CREATE TABLE records (
     scope TEXT NOT NULL,
     kind TEXT NOT NULL,
     key TEXT NOT NULL,
     nonce TEXT NOT NULL,
     owner TEXT,
     content TEXT NOT NULL,
     expires_at INTEGER NOT NULL,
     PRIMARY KEY (scope, kind, key)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX records_by_owner ON records (scope, kind, owner, key) WHERE owner IS NOT NULL;
   CREATE INDEX records_by_expiry ON records (scope, expires_at)`,
  // Kinds that names alone do not tell: a user's subject can be any text. Earlier rows are judged by their names.
  `ALTER TABLE audit ADD COLUMN actor_kind TEXT NOT NULL DEFAULT 'user';
   ALTER TABLE audit ADD COLUMN user_erased INTEGER NOT NULL DEFAULT 0;
   UPDATE audit SET actor_kind = 'operator' WHERE actor = 'cli';
   UPDATE audit SET actor_kind = 'stripe' WHERE actor = 'stripe';
   UPDATE audit SET actor_kind = 'erased' WHERE actor GLOB 'erased:????????-????-????-????-????????????';
   UPDATE audit SET user_erased = 1 WHERE user_id GLOB 'erased:????????-????-????-????-????????????'`,
];

/** Whether there is something to migrate. Reading takes no lock. @throws DatabaseSetupError when a newer release has written the database */
export function isOutdated(database: Database.Database): boolean {
  return readVersion(database) < migrations.length;
}

/** Brings the schema up to date, in the caller's transaction. @throws DatabaseSetupError */
export function migrate(database: Database.Database): void {
  const version = readVersion(database);
  // Another process may have done it meanwhile.
  if (version === migrations.length) return;
  for (const statement of migrations.slice(version)) database.exec(statement);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
}

function readVersion(database: Database.Database): number {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length) {
    throw new DatabaseSetupError(
      `The SQLite database has schema version ${version}, and this release knows versions up to ${migrations.length}. ` +
        'It was written by a newer release: run that one, or restore a backup.',
    );
  }
  return version;
}
