import {
  type AuditEntry,
  type AuditLog,
  type AuditQuery,
  type AuditRecord,
  createPseudonym,
  toEntry,
} from '../../audit/audit-log.ts';
import type { UserToErase } from '../../shared/erasure.ts';
import { type Page, toPage } from '../../shared/page.ts';
import { recordsPerRemoval } from '../database.ts';
import { type SqliteConnection, readRow } from './sqlite-connection.ts';

const select = `SELECT operation_id AS operationId, step, at, actor, actor_kind AS actorKind, action, user_id AS userId,
  user_erased AS userErased, target, details, code FROM audit WHERE scope = ?`;

/** Sorts after every id, since ids are hexadecimal. */
const afterAll = 'g';

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
    await this.connection.write((prepare) => prepare(sql).run(values));
  }

  async list({ first, after = afterAll, userId, action }: AuditQuery): Promise<Page<AuditEntry>> {
    // Of two filters, the user's index applies: `+` keeps SQLite from that of the action, which may have most rows.
    const columns = { user_id: userId, [userId === undefined ? 'action' : '+action']: action };
    const filters = Object.entries(columns).filter(([, value]) => value !== undefined);
    const page = `${select} AND operation_id < ? AND step = 'intended'
      ${filters.map(([column]) => `AND ${column} = ?`).join(' ')} ORDER BY operation_id DESC LIMIT ?`;
    const values = [this.scope, after, ...filters.map(([, value]) => value), first + 1];
    const outcome = `${select} AND operation_id = ? AND step <> 'intended'`;
    return this.connection.read((prepare) => {
      const found = prepare(page).all(values).map(toRecord);
      const { items, hasNextPage } = toPage(found, first);
      const entries = items.map((intent) =>
        toEntry(intent, prepare(outcome).all([this.scope, intent.operationId]).map(toRecord)[0]),
      );
      return { items: entries, hasNextPage };
    });
  }

  async removeBefore(operationId: string): Promise<number> {
    const sql = `DELETE FROM audit WHERE (scope, operation_id, step) IN
      (SELECT scope, operation_id, step FROM audit WHERE scope = ? AND operation_id < ? LIMIT ?)`;
    const values = [this.scope, operationId, recordsPerRemoval];
    return (await this.connection.erase((prepare) => prepare(sql).run(values))).changes;
  }

  async anonymize({ userId, stripeCustomerId }: UserToErase): Promise<number> {
    const isByThem = "(actor_kind = 'user' AND actor = @userId)";
    const isAboutThem = '(user_erased = 0 AND user_id IS @userId)';
    const isMeant = `(${isByThem} OR ${isAboutThem} OR target = @customer)`;
    const values = { scope: this.scope, userId, customer: stripeCustomerId };
    // Without an index, this reads the whole log, but takes no lock.
    const found = `SELECT DISTINCT operation_id FROM audit WHERE scope = @scope AND ${isMeant}`;
    const ids = await this.connection.read((prepare) => prepare(found).pluck().all(values));
    const sql = `UPDATE audit SET
         actor = iif(${isByThem}, @pseudonym, actor),
         actor_kind = iif(${isByThem}, 'erased', actor_kind),
         user_id = iif(${isAboutThem}, @pseudonym, user_id),
         user_erased = iif(${isAboutThem}, 1, user_erased),
         target = iif(${isAboutThem} OR target = @customer, NULL, target),
         details = iif(${isAboutThem}, '{}', details)
       WHERE scope = @scope AND operation_id IN (SELECT value FROM json_each(@ids)) AND ${isMeant}`;
    const changes = { ...values, pseudonym: createPseudonym(), ids: JSON.stringify(ids) };
    await this.connection.erase((prepare) => prepare(sql).run(changes));
    return ids.length;
  }
}

function toRecord(row: unknown): AuditRecord {
  return readRow(row, { times: ['at'], json: ['details'], flags: ['userErased'] });
}
