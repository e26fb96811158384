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
  #ownsLog = false;

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

  /** How much SQLite's log may hold before it is carried over into the file; `close` carries over the rest. */
  async carryOverAfter(megabytes: number): Promise<void> {
    this.#ownsLog = true;
    // In pages of 4 KiB.
    await this.run((database) => database.exec(`PRAGMA wal_autocheckpoint = ${256 * megabytes}`));
  }

  /** How much of the file is kept in this process's memory. */
  async useCache(megabytes: number): Promise<void> {
    // In pages where it is positive, and in KiB where it is negative.
    await this.run((database) => database.exec(`PRAGMA cache_size = ${-1024 * megabytes}`));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#ownsLog) this.#carryOver();
    this.#database.close();
  }

  /** Else whoever writes next does it, and holds up its process meanwhile. */
  #carryOver(): void {
    try {
      this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // It is in the log, and safe there.
    }
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
