import type Database from 'libsql';
import { DatabaseSetupError } from '../database.ts';

/** The n-th entry leads to version n, which the file's `user_version` records. A released entry is never edited. */
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
  // Each operation has two rows: its intent, and later its outcome. Details are a JSON object.
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
  // Records are inserted and later removed. Content is a JSON object.
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
  // A user's subject can be any text, so the kind gets its own column. Earlier rows derive it from the name.
  `ALTER TABLE audit ADD COLUMN actor_kind TEXT NOT NULL DEFAULT 'user';
   ALTER TABLE audit ADD COLUMN user_erased INTEGER NOT NULL DEFAULT 0;
   UPDATE audit SET actor_kind = 'operator' WHERE actor = 'cli';
   UPDATE audit SET actor_kind = 'stripe' WHERE actor = 'stripe';
   UPDATE audit SET actor_kind = 'erased' WHERE actor GLOB 'erased:????????-????-????-????-????????????';
   UPDATE audit SET user_erased = 1 WHERE user_id GLOB 'erased:????????-????-????-????-????????????'`,
  // Snapshots of customers are larger than https://sqlite.org/withoutrowid.html advises for the earlier kind of table: a read
  // took twice as long.
  `CREATE TABLE rowid_records (
     scope TEXT NOT NULL,
     kind TEXT NOT NULL,
     key TEXT NOT NULL,
     nonce TEXT NOT NULL,
     owner TEXT,
     content TEXT NOT NULL,
     expires_at INTEGER NOT NULL,
     PRIMARY KEY (scope, kind, key)
   ) STRICT;
   INSERT INTO rowid_records (scope, kind, key, nonce, owner, content, expires_at)
     SELECT scope, kind, key, nonce, owner, content, expires_at FROM records;
   DROP TABLE records;
   ALTER TABLE rowid_records RENAME TO records;
   CREATE INDEX records_by_owner ON records (scope, kind, owner, key) WHERE owner IS NOT NULL;
   CREATE INDEX records_by_expiry ON records (scope, expires_at)`,
  `CREATE INDEX audit_by_action ON audit (scope, action, operation_id) WHERE step = 'intended'`,
];

/** Whether migrations are due. It takes no lock. @throws DatabaseSetupError when another program or a newer release wrote the file */
export function isOutdated(database: Database.Database): boolean {
  return readVersion(database) < migrations.length;
}

export function migrate(database: Database.Database): void {
  // Another process may have migrated meanwhile: then none is due.
  for (const statement of migrations.slice(readVersion(database))) database.exec(statement);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
}

/** A single statement, so that it sees another process's migration as a whole or not at all. Replication tools use names with `_`. */
const state = `SELECT user_version AS version, EXISTS (SELECT * FROM sqlite_schema WHERE name NOT GLOB '_*') AND (user_version = 0
    OR NOT EXISTS (SELECT * FROM pragma_table_info('customers') WHERE name = 'stripe_customer_id')) AS isForeign
  FROM pragma_user_version`;

function readVersion(database: Database.Database): number {
  const { version, isForeign } = database.prepare(state).get() as { version: number; isForeign: 0 | 1 };
  if (isForeign === 1)
    throw new DatabaseSetupError(
      "Another program wrote the SQLite database. Set DATABASE_URL to a file of this service's own: it is created if missing.",
    );
  if (version > migrations.length)
    throw new DatabaseSetupError(
      `The SQLite database has schema version ${version}, but this release only knows versions up to ${migrations.length}. ` +
        'Run the newer release that wrote it, or restore a backup.',
    );
  return version;
}
