import type { KeptRecord, RecordKind, RecordPage, RecordStore } from '../../records/record-store.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Records per delete transaction, which bounds how long the event loop is blocked. */
const recordsPerRemoval = 500;

const select =
  'SELECT key, nonce, owner, content, expires_at AS expiresAt FROM records WHERE scope = ? AND kind = ?';

interface RecordRow extends Pick<KeptRecord, 'key' | 'nonce' | 'owner'> {
  readonly content: string;
  readonly expiresAt: number;
}

/** Keyed records in a SQLite table. */
export class SqliteRecordStore implements RecordStore {
  constructor(
    private readonly connection: SqliteConnection,
    private readonly scope: string,
  ) {}

  async insert(kind: RecordKind, { key, nonce, owner, content, expiresAt }: KeptRecord): Promise<boolean> {
    const sql = `INSERT INTO records (scope, kind, key, nonce, owner, content, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
    const values = [this.scope, kind, key, nonce, owner, JSON.stringify(content), expiresAt.getTime()];
    const { changes } = await this.connection.transaction(() => this.connection.prepare(sql).run(values));
    return changes === 1 || (await this.find(kind, key))?.nonce === nonce;
  }

  async find(kind: RecordKind, key: string): Promise<KeptRecord | null> {
    const [record = null] = await this.select('AND key = ?', [kind, key]);
    return record;
  }

  listOf(kind: RecordKind, owner: string): Promise<readonly KeptRecord[]> {
    return this.select('AND owner = ? ORDER BY key', [kind, owner]);
  }

  async page(
    kind: RecordKind,
    { first, after = '' }: { first: number; after?: string | undefined },
  ): Promise<RecordPage> {
    const records = await this.select('AND key > ? ORDER BY key LIMIT ?', [kind, after, first + 1]);
    return { records: records.slice(0, first), hasNextPage: records.length > first };
  }

  async remove(kind: RecordKind, { key, nonce }: Pick<KeptRecord, 'key' | 'nonce'>): Promise<boolean> {
    const sql = 'DELETE FROM records WHERE scope = ? AND kind = ? AND key = ? AND nonce = ?';
    const removal = (): number => this.connection.prepare(sql).run([this.scope, kind, key, nonce]).changes;
    // Leases and heartbeats are removed often and contain no personal data, so a plain transaction is enough.
    const changes = await (kind === 'lease' || kind === 'heartbeat'
      ? this.connection.transaction(removal)
      : this.connection.erase(removal));
    return changes === 1;
  }

  async removeExpired(before: Date): Promise<number> {
    const sql = `DELETE FROM records WHERE (scope, kind, key) IN
      (SELECT scope, kind, key FROM records WHERE scope = ? AND expires_at < ? LIMIT ?)`;
    const { changes } = await this.connection.erase(() =>
      this.connection.prepare(sql).run([this.scope, before.getTime(), recordsPerRemoval]),
    );
    return changes;
  }

  private async select(condition: string, values: readonly (string | number)[]): Promise<KeptRecord[]> {
    const rows = await this.connection.run(() =>
      this.connection.prepare(`${select} ${condition}`).all([this.scope, ...values]),
    );
    return (rows as RecordRow[]).map(({ key, nonce, owner, content, expiresAt }) => ({
      key,
      nonce,
      owner,
      content: JSON.parse(content) as KeptRecord['content'],
      expiresAt: new Date(expiresAt),
    }));
  }
}
