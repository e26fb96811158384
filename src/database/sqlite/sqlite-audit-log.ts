import type Database from 'libsql';
import { createPseudonym, toEntry } from '../../audit/audit-log.ts';
import type {
  AuditActorKind,
  AuditLog,
  AuditPage,
  AuditQuery,
  AuditRecord,
  AuditStep,
  AuditedPerson,
} from '../../audit/audit-log.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Records per delete transaction, which bounds how long the event loop is blocked. */
const recordsPerRemoval = 500;

const columns =
  'operation_id, step, at, actor, actor_kind, action, user_id, user_erased, target, details, code';

interface AuditRow {
  readonly operation_id: string;
  readonly step: AuditStep;
  readonly at: number;
  readonly actor: string;
  readonly actor_kind: AuditActorKind;
  readonly action: string;
  readonly user_id: string | null;
  readonly user_erased: 0 | 1;
  readonly target: string | null;
  readonly details: string;
  readonly code: string | null;
}

/** The audit log in a SQLite table. */
export class SqliteAuditLog implements AuditLog {
  private readonly statements: ReturnType<typeof prepareStatements>;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly scope: string,
  ) {
    this.statements = prepareStatements(connection);
  }

  async append(record: AuditRecord): Promise<void> {
    const values = [
      record.operationId,
      record.step,
      record.at.getTime(),
      record.actor,
      record.actorKind,
      record.action,
      record.userId,
      record.userErased ? 1 : 0,
      record.target,
      JSON.stringify(record.details),
      record.code,
    ];
    await this.connection.transaction(() => this.statements.insert.run([this.scope, ...values]));
  }

  async list({ first, after = afterAll, userId, action }: AuditQuery): Promise<AuditPage> {
    const { page, pageOfUser, outcome } = this.statements;
    return this.connection.run(() => {
      const statement = userId === undefined ? page : pageOfUser;
      const user = userId === undefined ? [] : [userId];
      const rows = statement.all([this.scope, after, action ?? null, action ?? null, ...user, first + 1]);
      const intents = rows.slice(0, first).map((row) => fromRow(row as AuditRow));
      const entries = intents.map((intent) => {
        const row = outcome.get([this.scope, intent.operationId]);
        return toEntry(intent, row === undefined ? undefined : fromRow(row as AuditRow));
      });
      return { entries, hasNextPage: rows.length > first };
    });
  }

  async removeBefore(operationId: string): Promise<number> {
    const { removeBefore } = this.statements;
    const { changes } = await this.connection.erase(() =>
      removeBefore.run([this.scope, operationId, recordsPerRemoval]),
    );
    return changes;
  }

  async anonymize({ userId, stripeCustomerId }: AuditedPerson): Promise<number> {
    const values = { scope: this.scope, userId, customer: stripeCustomerId, pseudonym: createPseudonym() };
    const rows = await this.connection.erase(() => this.statements.anonymize.all(values));
    return new Set(rows.map((row) => (row as AuditRow).operation_id)).size;
  }
}

const isByThem = "(actor_kind = 'user' AND actor = @userId)";
const isAboutThem = '(user_erased = 0 AND user_id IS @userId)';

/** Sorts after every id, since ids are hexadecimal. */
const afterAll = 'g';

function prepareStatements(
  connection: SqliteConnection,
): Record<'insert' | 'page' | 'pageOfUser' | 'outcome' | 'removeBefore' | 'anonymize', Database.Statement> {
  const select = `SELECT ${columns} FROM audit WHERE scope = ?`;
  const intents = `${select} AND operation_id < ? AND step = 'intended' AND (? IS NULL OR action = ?)`;
  const newestFirst = 'ORDER BY operation_id DESC LIMIT ?';
  return {
    // Idempotent, as the port requires.
    insert: connection.prepare(
      `INSERT INTO audit (scope, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
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
         actor = iif(${isByThem}, @pseudonym, actor),
         actor_kind = iif(${isByThem}, 'erased', actor_kind),
         user_id = iif(${isAboutThem}, @pseudonym, user_id),
         user_erased = iif(${isAboutThem}, 1, user_erased),
         target = iif(${isAboutThem} OR target = @customer, NULL, target),
         details = iif(${isAboutThem}, '{}', details)
       WHERE scope = @scope AND (${isByThem} OR ${isAboutThem} OR target = @customer)
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
    actorKind: row.actor_kind,
    action: row.action,
    userId: row.user_id,
    userErased: row.user_erased === 1,
    target: row.target,
    details: JSON.parse(row.details) as Record<string, string>,
    code: row.code,
  };
}
