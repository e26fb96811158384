import Database from 'libsql';
import type { Config } from '../../src/config/config.ts';

/** Makes the SQLite store of a running service unreadable, as a bad disk would. */
export function corruptStore(config: Config): void {
  runStatements(
    config,
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'none'; PRAGMA schema_version = 1000",
  );
}

/** Takes the table from under a running service: no fault of the store's, so nothing that the service expects. */
export function dropCustomers(config: Config): void {
  runStatements(config, 'DROP TABLE customers');
}

function runStatements({ databaseUrl }: Config, sql: string): void {
  const database = new Database(databaseUrl.replace(/^sqlite:/, ''));
  database.exec(sql);
  database.close();
}
