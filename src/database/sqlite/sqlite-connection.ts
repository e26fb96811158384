import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { StoreUnavailableError } from '../../errors.ts';

/** How long an operation waits for another process's write to end. */
const lockWaitMs = 2_500;

const unavailable = /^SQLITE_(BUSY|LOCKED|PROTOCOL|IOERR|FULL|CANTOPEN|READONLY|CORRUPT|NOTADB|NOMEM)/;

/**
 * One connection to a SQLite file. Statements run synchronously; waiting for another process's lock does
 * not: SQLite's own wait would block the event loop, so it is off, and the operation is tried again here.
 */
export class SqliteConnection {
  readonly #database: Database.Database;
  #closed = false;

  constructor(path: string) {
    this.#database = new Database(path, { timeout: 0 });
  }

  prepare(sql: string): Database.Statement {
    return this.#database.prepare(sql);
  }

  /** Runs an operation, again while another process holds the lock. What writes goes through `transaction`. */
  async run<T>(operation: (database: Database.Database) => T): Promise<T> {
    const deadline = Date.now() + lockWaitMs;
    for (;;) {
      // libsql's prepared statements go on working after close.
      if (this.#closed) throw new StoreUnavailableError(new Error('The SQLite database is closed.'));
      try {
        return operation(this.#database);
      } catch (error) {
        if (!isBusy(error) || Date.now() > deadline) throw toStoreError(error);
      }
      await sleep(1 + Math.random() * 9);
    }
  }

  /**
   * Runs an operation in a write transaction, which is rolled back when it throws. One statement that writes
   * needs it too: libsql leaves a prepared one that met a lock as it is, neither ended nor reset, and what the
   * connection writes next is not committed with it, and is lost when that statement runs again.
   */
  transaction<T>(operation: (database: Database.Database) => T): Promise<T> {
    return this.run((database) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = operation(database);
        database.exec('COMMIT');
        return result;
      } finally {
        if (database.inTransaction) database.exec('ROLLBACK');
      }
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function toStoreError(error: unknown): unknown {
  return error instanceof Database.SqliteError && unavailable.test(error.code)
    ? new StoreUnavailableError(error)
    : error;
}
