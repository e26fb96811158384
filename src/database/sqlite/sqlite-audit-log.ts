import {
  type AuditLog,
  type AuditPage,
  type AuditQuery,
  type AuditRecord,
  type AuditedPerson,
  createPseudonym,
  toEntry,
} from '../../audit/audit-log.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Records per delete transaction, which bounds how long the event loop is blocked. */
const recordsPerRemoval = 500;

const select = `SELECT operation_id AS operationId, step, at, actor, actor_kind AS actorKind, action, user_id AS userId,
  user_erased AS userErased, target, details, code FROM audit WHERE scope = ?`;

interface AuditRow extends Omit<AuditRecord, 'at' | 'userErased' | 'details'> {
  readonly at: number;
  readonly userErased: 0 | 1;
  readonly details: string;
}

/** Sorts after every id, since ids are hexadecimal. */
const afterAll = 'g';

/** The audit log in a SQLite table. */
export class SqliteAuditLog implements AuditLog {
  constructor(
    private readonly connection: SqliteConnection,
    private readonly scope: string,
  ) {}

  async append(record: AuditRecord): Promise<void> {
    // Idempotent, as the port requires.
    const sql = `INSERT INTO audit
        (scope, operation_id, step, at, actor, actor_kind, action, user_id, user_erased, target, details, code)
      VALUES
        (@scope, @operationId, @step, @at, @actor, @actorKind, @action, @userId, @userErased, @target, @details, @code)
      ON CONFLICT DO NOTHING`;
    const values = {
      ...record,
      scope: this.scope,
      at: record.at.getTime(),
      userErased: record.userErased ? 1 : 0,
      details: JSON.stringify(record.details),
    };
    await this.connection.transaction(() => this.connection.prepare(sql).run(values));
  }

  async list({ first, after = afterAll, userId, action }: AuditQuery): Promise<AuditPage> {
    const ofUser = userId === undefined ? '' : 'AND user_id = ?';
    const page = `${select} AND operation_id < ? AND step = 'intended' AND (? IS NULL OR action = ?) ${ofUser}
      ORDER BY operation_id DESC LIMIT ?`;
    const outcome = `${select} AND operation_id = ? AND step <> 'intended'`;
    const user = userId === undefined ? [] : [userId];
    return this.connection.run(() => {
      const intents = this.read(page, [after, action ?? null, action ?? null, ...user, first + 1]);
      const entries = intents
        .slice(0, first)
        .map((intent) => toEntry(intent, this.read(outcome, [intent.operationId])[0]));
      return { entries, hasNextPage: intents.length > first };
    });
  }

  async removeBefore(operationId: string): Promise<number> {
    const sql = `DELETE FROM audit WHERE (scope, operation_id, step) IN
      (SELECT scope, operation_id, step FROM audit WHERE scope = ? AND operation_id < ? LIMIT ?)`;
    const { changes } = await this.connection.erase(() =>
      this.connection.prepare(sql).run([this.scope, operationId, recordsPerRemoval]),
    );
    return changes;
  }

  async anonymize({ userId, stripeCustomerId }: AuditedPerson): Promise<number> {
    const isByThem = "(actor_kind = 'user' AND actor = @userId)";
    const isAboutThem = '(user_erased = 0 AND user_id IS @userId)';
    const sql = `UPDATE audit SET
         actor = iif(${isByThem}, @pseudonym, actor),
         actor_kind = iif(${isByThem}, 'erased', actor_kind),
         user_id = iif(${isAboutThem}, @pseudonym, user_id),
         user_erased = iif(${isAboutThem}, 1, user_erased),
         target = iif(${isAboutThem} OR target = @customer, NULL, target),
         details = iif(${isAboutThem}, '{}', details)
       WHERE scope = @scope AND (${isByThem} OR ${isAboutThem} OR target = @customer)
       RETURNING operation_id AS operationId`;
    const values = { scope: this.scope, userId, customer: stripeCustomerId, pseudonym: createPseudonym() };
    const rows = await this.connection.erase(() => this.connection.prepare(sql).all(values));
    return new Set(rows.map((row) => (row as AuditRow).operationId)).size;
  }

  private read(sql: string, values: readonly (string | number | null)[]): AuditRecord[] {
    const rows = this.connection.prepare(sql).all([this.scope, ...values]) as AuditRow[];
    return rows.map(({ at, userErased, details, ...row }) => ({
      ...row,
      at: new Date(at),
      userErased: userErased === 1,
      details: JSON.parse(details) as Record<string, string>,
    }));
  }
}
