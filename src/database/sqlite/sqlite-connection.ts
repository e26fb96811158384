import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import { StoreUnavailableError } from '../../shared/errors.ts';

const lockWaitMs = 2_500;

/** Transient errors: locks, a full disk, a temporary failure of the disk or the system. */
const passing =
  /^(SQLITE_(BUSY|LOCKED|PROTOCOL|IOERR|FULL|NOMEM)|ENOSPC|EDQUOT|EMFILE|ENFILE|EIO|ENOMEM|EAGAIN)/;

const unavailable = /^SQLITE_(BUSY|LOCKED|PROTOCOL|IOERR|FULL|CANTOPEN|READONLY|CORRUPT|NOTADB|NOMEM)/;

export type Prepare = (sql: string) => Libsql.Statement;

/** Statements run synchronously. SQLite's own wait for a lock would block the event loop: this class retries instead. */
export class SqliteConnection {
  readonly database: Libsql.Database;
  private readonly statements = new Map<string, Libsql.Statement>();
  private inodes: string | undefined;
  private closed = false;

  constructor(private readonly path: string) {
    this.database = new Libsql(path, { timeout: 0 });
    // Otherwise removed values stay readable in the file's free pages.
    this.database.exec('PRAGMA secure_delete = ON');
  }

  async read<T>(operation: (prepare: Prepare) => T): Promise<T> {
    const deadline = performance.now() + lockWaitMs;
    for (;;) {
      // libsql's prepared statements still work after close.
      if (this.closed) throw new StoreUnavailableError(new Error('The SQLite database is closed.'));
      try {
        return operation(this.prepare);
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw toStoreError(error);
      }
      await sleep(1 + Math.random() * 9);
    }
  }

  /**
   * Runs an operation in a write transaction, and rolls back when it throws. A single write needs it too: libsql does not
   * reset a prepared statement that met a lock. Later writes of the connection are then not committed, and are lost when
   * the statement runs again.
   */
  write<T>(operation: (prepare: Prepare) => T): Promise<T> {
    return this.read((prepare) => {
      // SQLite goes on with files that were removed or replaced, and what it writes to them is lost.
      const files = [this.path, `${this.path}-wal`];
      const inodes = files.map((file) => statSync(file, { throwIfNoEntry: false })?.ino).join();
      if (inodes !== (this.inodes ??= inodes))
        throw new StoreUnavailableError(new Error('The SQLite files left their path. Restart the service.'));
      this.database.exec('BEGIN IMMEDIATE');
      try {
        const result = operation(prepare);
        this.database.exec('COMMIT');
        return result;
      } finally {
        if (this.database.inTransaction) this.database.exec('ROLLBACK');
      }
    });
  }

  /** Runs a write that removes data, and also removes the data from SQLite's log, which keeps earlier pages. */
  async erase<T>(operation: (prepare: Prepare) => T): Promise<T> {
    const result = await this.write(operation);
    // If a reader in another process blocks this for long, the next erasure or close does it.
    const deadline = performance.now() + lockWaitMs;
    while (!this.closed && performance.now() < deadline && !this.tryToEmptyLog())
      await sleep(1 + Math.random() * 9);
    return result;
  }

  close(): void {
    this.closed = true;
    // SQLite checkpoints when the last connection closes, but not while libsql keeps prepared statements.
    this.tryToEmptyLog();
    this.database.close();
  }

  private readonly prepare: Prepare = (sql) => {
    const statement = this.statements.get(sql) ?? this.database.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  };

  private tryToEmptyLog(): boolean {
    try {
      const { busy } = this.database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
      return busy === 0;
    } catch {
      // For example, the disk is full. The transaction's changes are safe in the log.
      return false;
    }
  }
}

type StoredForms<T> = Partial<Record<'times' | 'json' | 'flags', readonly (keyof T)[]>>;

/** Reads a row, in which times are milliseconds, objects are JSON, and booleans are 0 or 1. */
export function readRow<T extends object>(row: unknown, forms: StoredForms<T>): T {
  const { times = [], json = [], flags = [] } = forms;
  // libsql adds how long the statement took.
  const { _metadata, ...columns } = row as { readonly _metadata?: unknown };
  const values = columns as Record<keyof T, unknown>;
  for (const name of times) if (values[name] !== null) values[name] = new Date(values[name] as number);
  for (const name of json) values[name] = JSON.parse(values[name] as string) as unknown;
  for (const name of flags) values[name] = values[name] === 1;
  return values as T;
}

/** Whether the operation may succeed later without a change of settings. */
export function mayPass(error: Error): boolean {
  return 'code' in error && passing.test(String(error.code));
}

function isBusy(error: unknown): boolean {
  return error instanceof Libsql.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function toStoreError(error: unknown): unknown {
  return error instanceof Libsql.SqliteError && unavailable.test(error.code)
    ? new StoreUnavailableError(error)
    : error;
}
