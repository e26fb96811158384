import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CustomerDirectory,
  type CustomerMapping,
  type LinkOutcome,
  type MappingChanges,
  type MappingIds,
  checkMappingIds,
  checkUserId,
} from '../../customers/customer-directory.ts';
import { CustomerAlreadyLinkedError, UserAlreadyLinkedError } from '../../customers/customer.errors.ts';
import { type Page, type PageRequest, toPage } from '../../shared/page.ts';
import { type Prepare, type SqliteConnection, readRow } from './sqlite-connection.ts';

const columns = `user_id AS userId, stripe_customer_id AS stripeCustomerId, contract_ends_at AS contractEndsAt,
  attributes, created_at AS createdAt`;
const select = `SELECT ${columns} FROM customers WHERE scope = ?`;

/** The pause between two steps of an import. Without it, a waiting process would rarely find the lock free. */
const pauseMs = 2;

export class SqliteCustomerDirectory implements CustomerDirectory {
  constructor(
    private readonly connection: SqliteConnection,
    private readonly scope: string,
  ) {}

  async findByUserId(userId: string): Promise<CustomerMapping | null> {
    checkUserId(userId);
    return this.connection.read((prepare) => this.get(prepare, userId));
  }

  async findByStripeCustomerId(stripeCustomerId: string): Promise<CustomerMapping | null> {
    const sql = `${select} AND stripe_customer_id = ?`;
    return this.connection.read((prepare) => toMapping(prepare(sql).get([this.scope, stripeCustomerId])));
  }

  async link(link: MappingIds): Promise<{ mapping: CustomerMapping; created: boolean }> {
    checkMappingIds(link);
    return this.connection.write((prepare) => {
      const outcome = this.insert(prepare, link, Date.now());
      if (outcome === 'user_taken') throw new UserAlreadyLinkedError(link.userId);
      const mapping = this.get(prepare, link.userId);
      if (mapping === null) throw new CustomerAlreadyLinkedError(link.stripeCustomerId);
      return { mapping, created: outcome === 'linked' };
    });
  }

  async linkMany(links: readonly MappingIds[]): Promise<readonly LinkOutcome[]> {
    links.forEach(checkMappingIds);
    const now = Date.now();
    const outcomes = await this.connection.write((prepare) =>
      links.map((link) => this.insert(prepare, link, now)),
    );
    await sleep(pauseMs);
    return outcomes;
  }

  async update(
    userId: string,
    { stripeCustomerId, contractEndsAt, attributes, createdAt }: MappingChanges,
  ): Promise<CustomerMapping | null> {
    checkUserId(userId);
    const sql = `UPDATE OR IGNORE customers
       SET contract_ends_at = iif(?, ?, contract_ends_at), attributes = coalesce(?, attributes),
         stripe_customer_id = coalesce(?, stripe_customer_id), created_at = coalesce(?, created_at)
       WHERE scope = ? AND user_id = ? RETURNING ${columns}`;
    const changes = [
      contractEndsAt === undefined ? 0 : 1,
      contractEndsAt?.getTime() ?? null,
      attributes === undefined ? null : JSON.stringify(attributes),
      stripeCustomerId ?? null,
      createdAt?.getTime() ?? null,
    ];
    return this.connection.write((prepare) => toMapping(prepare(sql).get([...changes, this.scope, userId])));
  }

  async unlink(userId: string): Promise<CustomerMapping | null> {
    checkUserId(userId);
    const sql = `DELETE FROM customers WHERE scope = ? AND user_id = ? RETURNING ${columns}`;
    return this.connection.erase((prepare) => toMapping(prepare(sql).get([this.scope, userId])));
  }

  async list({ first, after = '' }: PageRequest): Promise<Page<CustomerMapping>> {
    const sql = `${select} AND user_id > ? ORDER BY user_id LIMIT ?`;
    const rows = await this.connection.read((prepare) => prepare(sql).all([this.scope, after, first + 1]));
    return toPage(rows.map(fromRow), first);
  }

  private insert(prepare: Prepare, { userId, stripeCustomerId }: MappingIds, now: number): LinkOutcome {
    const sql = `INSERT INTO customers (scope, user_id, stripe_customer_id, attributes, created_at)
       VALUES (?, ?, ?, '{}', ?) ON CONFLICT DO NOTHING`;
    const { changes } = prepare(sql).run([this.scope, userId, stripeCustomerId, now]);
    if (changes === 1) return 'linked';
    const existing = this.get(prepare, userId);
    if (existing === null) return 'customer_taken';
    return existing.stripeCustomerId === stripeCustomerId ? 'unchanged' : 'user_taken';
  }

  private get(prepare: Prepare, userId: string): CustomerMapping | null {
    return toMapping(prepare(`${select} AND user_id = ?`).get([this.scope, userId]));
  }
}

function toMapping(row: unknown): CustomerMapping | null {
  return row === undefined ? null : fromRow(row);
}

function fromRow(row: unknown): CustomerMapping {
  return readRow(row, { times: ['contractEndsAt', 'createdAt'], json: ['attributes'] });
}
