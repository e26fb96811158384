import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { StoreUnavailableError } from '../../shared/errors.ts';

/** How long an operation waits for another process's write to end. */
const lockWaitMs = 2_500;

/** What waiting or free space ends: locks, a full disk, a disk or a system that fails for a while. */
const passing =
  /^(SQLITE_(BUSY|LOCKED|PROTOCOL|IOERR|FULL|NOMEM)|ENOSPC|EDQUOT|EMFILE|ENFILE|EIO|ENOMEM|EAGAIN)/;

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
    // Else removed values stay readable in the free space of the file.
    this.#database.exec('PRAGMA secure_delete = ON');
  }

  prepare(sql: string): Database.Statement {
    return this.#database.prepare(sql);
  }

  /** Runs an operation, again while another process holds the lock. What writes goes through `transaction`. */
  async run<T>(operation: (database: Database.Database) => T): Promise<T> {
    const deadline = performance.now() + lockWaitMs;
    for (;;) {
      // libsql's prepared statements go on working after close.
      if (this.#closed) throw new StoreUnavailableError(new Error('The SQLite database is closed.'));
      try {
        return operation(this.#database);
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw toStoreError(error);
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

  /** A transaction that removes what must not be found again: neither in the file nor in SQLite's log, which keeps earlier pages. */
  async erase<T>(operation: (database: Database.Database) => T): Promise<T> {
    const result = await this.transaction(operation);
    await this.#emptyLog();
    return result;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // SQLite does the same at the last connection's end, but not while libsql keeps prepared statements.
    this.#tryToEmptyLog();
    this.#database.close();
  }

  /** Moves the log's pages into the file. Where a reader in another process is in the way for long, the next erasure or close does it. */
  async #emptyLog(): Promise<void> {
    const deadline = performance.now() + lockWaitMs;
    while (!this.#closed && performance.now() < deadline) {
      if (this.#tryToEmptyLog()) return;
      await sleep(1 + Math.random() * 9);
    }
  }

  #tryToEmptyLog(): boolean {
    try {
      const { busy } = this.#database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
      return busy === 0;
    } catch {
      // The disk is full, or the like. What the transaction has changed is safe in the log.
      return false;
    }
  }
}

/** Whether the same operation may succeed later, with no setting changed. */
export function mayPass(error: unknown): boolean {
  if (error instanceof StoreUnavailableError) return mayPass(error.cause);
  return error instanceof Error && 'code' in error && passing.test(String(error.code));
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function toStoreError(error: unknown): unknown {
  return error instanceof Database.SqliteError && unavailable.test(error.code)
    ? new StoreUnavailableError(error)
    : error;
}
