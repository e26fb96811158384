import type Database from 'libsql';
import type { KeptRecord, RecordKind, RecordPage, RecordStore } from '../../records/record-store.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Records per delete transaction, which bounds how long the event loop is blocked. */
const recordsPerRemoval = 500;

const columns = 'key, nonce, owner, content, expires_at';

interface RecordRow {
  readonly key: string;
  readonly nonce: string;
  readonly owner: string | null;
  readonly content: string;
  readonly expires_at: number;
}

/** Keyed records in a SQLite table. */
export class SqliteRecordStore implements RecordStore {
  private readonly statements: ReturnType<typeof prepareStatements>;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly scope: string,
  ) {
    this.statements = prepareStatements(connection);
  }

  async insert(kind: RecordKind, record: KeptRecord): Promise<boolean> {
    const { key, nonce, owner, content, expiresAt } = record;
    const values = [this.scope, kind, key, nonce, owner, JSON.stringify(content), expiresAt.getTime()];
    const { changes } = await this.connection.transaction(() => this.statements.insert.run(values));
    return changes === 1 || (await this.find(kind, key))?.nonce === nonce;
  }

  async find(kind: RecordKind, key: string): Promise<KeptRecord | null> {
    const row = await this.connection.run(() => this.statements.byKey.get([this.scope, kind, key]));
    return row === undefined ? null : fromRow(row as RecordRow);
  }

  async listOf(kind: RecordKind, owner: string): Promise<readonly KeptRecord[]> {
    const rows = await this.connection.run(() => this.statements.byOwner.all([this.scope, kind, owner]));
    return rows.map((row) => fromRow(row as RecordRow));
  }

  async page(
    kind: RecordKind,
    { first, after = '' }: { first: number; after?: string | undefined },
  ): Promise<RecordPage> {
    const values = [this.scope, kind, after, first + 1];
    const rows = await this.connection.run(() => this.statements.page.all(values));
    return {
      records: rows.slice(0, first).map((row) => fromRow(row as RecordRow)),
      hasNextPage: rows.length > first,
    };
  }

  async remove(kind: RecordKind, { key, nonce }: Pick<KeptRecord, 'key' | 'nonce'>): Promise<boolean> {
    const values = [this.scope, kind, key, nonce];
    const removal = (): number => this.statements.remove.run(values).changes;
    // Leases and heartbeats are removed often and contain no personal data, so a plain transaction is enough.
    const changes = await (kind === 'lease' || kind === 'heartbeat'
      ? this.connection.transaction(removal)
      : this.connection.erase(removal));
    return changes === 1;
  }

  async removeExpired(before: Date): Promise<number> {
    const values = [this.scope, before.getTime(), recordsPerRemoval];
    const { changes } = await this.connection.erase(() => this.statements.removeExpired.run(values));
    return changes;
  }
}

function prepareStatements(
  connection: SqliteConnection,
): Record<'insert' | 'byKey' | 'byOwner' | 'page' | 'remove' | 'removeExpired', Database.Statement> {
  const select = `SELECT ${columns} FROM records WHERE scope = ? AND kind = ?`;
  return {
    insert: connection.prepare(
      `INSERT INTO records (scope, kind, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    byKey: connection.prepare(`${select} AND key = ?`),
    byOwner: connection.prepare(`${select} AND owner = ? ORDER BY key`),
    page: connection.prepare(`${select} AND key > ? ORDER BY key LIMIT ?`),
    remove: connection.prepare('DELETE FROM records WHERE scope = ? AND kind = ? AND key = ? AND nonce = ?'),
    removeExpired: connection.prepare(
      `DELETE FROM records WHERE (scope, kind, key) IN
         (SELECT scope, kind, key FROM records WHERE scope = ? AND expires_at < ? LIMIT ?)`,
    ),
  };
}

function fromRow(row: RecordRow): KeptRecord {
  return {
    key: row.key,
    nonce: row.nonce,
    owner: row.owner,
    content: JSON.parse(row.content) as KeptRecord['content'],
    expiresAt: new Date(row.expires_at),
  };
}
