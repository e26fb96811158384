import type Database from 'libsql';
import { createPseudonym, toEntry } from '../../audit/audit-log.ts';
import type {
  AuditLog,
  AuditPage,
  AuditQuery,
  AuditRecord,
  AuditStep,
  AuditedPerson,
} from '../../audit/audit-log.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Records per transaction of a sweep: this bounds how long the event loop waits. */
const recordsPerRemoval = 500;

const columns = 'operation_id, step, at, actor, action, user_id, target, details, code';

interface AuditRow {
  readonly operation_id: string;
  readonly step: AuditStep;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly user_id: string | null;
  readonly target: string | null;
  readonly details: string;
  readonly code: string | null;
}

/** The audit log in a SQLite table. */
export class SqliteAuditLog implements AuditLog {
  readonly #connection: SqliteConnection;
  readonly #scope: string;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(connection: SqliteConnection, scope: string) {
    this.#connection = connection;
    this.#scope = scope;
    this.#statements = prepareStatements(connection);
  }

  async append(record: AuditRecord): Promise<void> {
    const { operationId, step, at, actor, action, userId, target, details, code } = record;
    const values = [
      operationId,
      step,
      at.getTime(),
      actor,
      action,
      userId,
      target,
      JSON.stringify(details),
      code,
    ];
    await this.#connection.transaction(() => this.#statements.insert.run([this.#scope, ...values]));
  }

  async list({ first, after = afterAll, userId, action }: AuditQuery): Promise<AuditPage> {
    const { page, pageOfUser, outcome } = this.#statements;
    return this.#connection.run(() => {
      const statement = userId === undefined ? page : pageOfUser;
      const user = userId === undefined ? [] : [userId];
      const rows = statement.all([this.#scope, after, action ?? null, action ?? null, ...user, first + 1]);
      const intents = rows.slice(0, first).map((row) => fromRow(row as AuditRow));
      const entries = intents.map((intent) => {
        const row = outcome.get([this.#scope, intent.operationId]);
        return toEntry(intent, row === undefined ? undefined : fromRow(row as AuditRow));
      });
      return { entries, hasNextPage: rows.length > first };
    });
  }

  async removeBefore(operationId: string): Promise<number> {
    const { removeBefore } = this.#statements;
    const { changes } = await this.#connection.transaction(() =>
      removeBefore.run([this.#scope, operationId, recordsPerRemoval]),
    );
    return changes;
  }

  async anonymize({ userId, stripeCustomerId }: AuditedPerson): Promise<number> {
    const values = { scope: this.#scope, userId, customer: stripeCustomerId, pseudonym: createPseudonym() };
    const rows = await this.#connection.transaction(() => this.#statements.anonymize.all(values));
    return new Set(rows.map((row) => (row as AuditRow).operation_id)).size;
  }
}

/** Ids are hexadecimal, so all of them come before this. */
const afterAll = 'g';

function prepareStatements(
  connection: SqliteConnection,
): Record<'insert' | 'page' | 'pageOfUser' | 'outcome' | 'removeBefore' | 'anonymize', Database.Statement> {
  const select = `SELECT ${columns} FROM audit WHERE scope = ?`;
  const intents = `${select} AND operation_id < ? AND step = 'intended' AND (? IS NULL OR action = ?)`;
  const newestFirst = 'ORDER BY operation_id DESC LIMIT ?';
  return {
    // The same once more is no second record: an insert is repeated when its answer was lost.
    insert: connection.prepare(
      `INSERT INTO audit (scope, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    page: connection.prepare(`${intents} ${newestFirst}`),
    pageOfUser: connection.prepare(`${intents} AND user_id = ? ${newestFirst}`),
    outcome: connection.prepare(`${select} AND operation_id = ? AND step <> 'intended'`),
    removeBefore: connection.prepare(
      `DELETE FROM audit WHERE (scope, operation_id, step) IN
         (SELECT scope, operation_id, step FROM audit WHERE scope = ? AND operation_id < ? LIMIT ?)`,
    ),
    anonymize: connection.prepare(
      `UPDATE audit SET
         actor = iif(actor = @userId, @pseudonym, actor),
         user_id = iif(user_id = @userId, @pseudonym, user_id),
         target = iif(user_id = @userId OR target = @customer, NULL, target),
         details = iif(user_id = @userId, '{}', details)
       WHERE scope = @scope AND (actor = @userId OR user_id = @userId OR target = @customer)
       RETURNING operation_id`,
    ),
  };
}

function fromRow(row: AuditRow): AuditRecord {
  return {
    operationId: row.operation_id,
    step: row.step,
    at: new Date(row.at),
    actor: row.actor,
    action: row.action,
    userId: row.user_id,
    target: row.target,
    details: JSON.parse(row.details) as Record<string, string>,
    code: row.code,
  };
}
