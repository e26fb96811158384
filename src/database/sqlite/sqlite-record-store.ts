import type { KeptRecord, RecordKind, RecordStore } from '../../records/record-store.ts';
import { type Page, type PageRequest, toPage } from '../../shared/page.ts';
import { recordsPerRemoval } from '../database.ts';
import { type SqliteConnection, readRow } from './sqlite-connection.ts';

const select =
  'SELECT key, nonce, owner, content, expires_at AS expiresAt FROM records WHERE scope = ? AND kind = ?';

export class SqliteRecordStore implements RecordStore {
  constructor(
    private readonly connection: SqliteConnection,
    private readonly scope: string,
  ) {}

  async insert(kind: RecordKind, { key, nonce, owner, content, expiresAt }: KeptRecord): Promise<boolean> {
    const sql = `INSERT INTO records (scope, kind, key, nonce, owner, content, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
    const values = [this.scope, kind, key, nonce, owner, JSON.stringify(content), expiresAt.getTime()];
    const { changes } = await this.connection.write((prepare) => prepare(sql).run(values));
    return changes === 1 || (await this.find(kind, key))?.nonce === nonce;
  }

  async find(kind: RecordKind, key: string): Promise<KeptRecord | null> {
    const [record = null] = await this.select('AND key = ?', [kind, key]);
    return record;
  }

  listOf(kind: RecordKind, owner: string): Promise<readonly KeptRecord[]> {
    return this.select('AND owner = ? ORDER BY key', [kind, owner]);
  }

  async page(kind: RecordKind, { first, after = '' }: PageRequest): Promise<Page<KeptRecord>> {
    return toPage(await this.select('AND key > ? ORDER BY key LIMIT ?', [kind, after, first + 1]), first);
  }

  async remove(kind: RecordKind, { key, nonce }: Pick<KeptRecord, 'key' | 'nonce'>): Promise<boolean> {
    const sql = 'DELETE FROM records WHERE scope = ? AND kind = ? AND key = ? AND nonce = ?';
    // Leases and heartbeats are removed often and contain no personal data, so a plain transaction is enough.
    const method = kind === 'lease' || kind === 'heartbeat' ? 'write' : 'erase';
    const values = [this.scope, kind, key, nonce];
    const { changes } = await this.connection[method]((prepare) => prepare(sql).run(values));
    return changes === 1;
  }

  async removeExpired(before: Date): Promise<number> {
    const sql = `DELETE FROM records WHERE (scope, kind, key) IN
      (SELECT scope, kind, key FROM records WHERE scope = ? AND expires_at < ? LIMIT ?)`;
    const values = [this.scope, before.getTime(), recordsPerRemoval];
    return (await this.connection.erase((prepare) => prepare(sql).run(values))).changes;
  }

  private async select(condition: string, values: readonly (string | number)[]): Promise<KeptRecord[]> {
    const sql = `${select} ${condition}`;
    const rows = await this.connection.read((prepare) => prepare(sql).all([this.scope, ...values]));
    return rows.map((row) => readRow(row, { times: ['expiresAt'], json: ['content'] }));
  }
}
