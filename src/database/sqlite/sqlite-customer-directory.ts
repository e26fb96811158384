import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CustomerDirectory,
  type CustomerMapping,
  type LinkOutcome,
  type MappingChanges,
  type MappingIds,
  type MappingPage,
  checkMappingIds,
  checkUserId,
} from '../../customers/customer-directory.ts';
import { CustomerAlreadyLinkedError, UserAlreadyLinkedError } from '../../customers/customer.errors.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const columns = `user_id AS userId, stripe_customer_id AS stripeCustomerId, contract_ends_at AS contractEndsAt,
  attributes, created_at AS createdAt`;
const select = `SELECT ${columns} FROM customers WHERE scope = ?`;

interface CustomerRow extends MappingIds {
  readonly contractEndsAt: number | null;
  readonly attributes: string;
  readonly createdAt: number;
}

/** Mappings per transaction, which bounds how long other requests and other processes wait. */
const linksPerTransaction = 500;
/** The pause between two transactions. Without it, a waiting process would rarely find the lock free. */
const pauseMs = 2;

/** The customer directory in a SQLite table. */
export class SqliteCustomerDirectory implements CustomerDirectory {
  constructor(
    private readonly connection: SqliteConnection,
    private readonly scope: string,
  ) {}

  findByUserId(userId: string): Promise<CustomerMapping | null> {
    return this.connection.run(() => {
      checkUserId(userId);
      return this.getByUserId(userId);
    });
  }

  findByStripeCustomerId(stripeCustomerId: string): Promise<CustomerMapping | null> {
    return this.connection.run(() => this.get(`${select} AND stripe_customer_id = ?`, stripeCustomerId));
  }

  async link(link: MappingIds): Promise<{ mapping: CustomerMapping; created: boolean }> {
    checkMappingIds(link);
    const { outcome, mapping } = await this.connection.transaction(() => ({
      outcome: this.insert(link, Date.now()),
      mapping: this.getByUserId(link.userId),
    }));
    if (outcome === 'user_taken') throw new UserAlreadyLinkedError(link.userId);
    if (mapping === null) throw new CustomerAlreadyLinkedError(link.stripeCustomerId);
    return { mapping, created: outcome === 'linked' };
  }

  async linkMany(links: readonly MappingIds[]): Promise<readonly LinkOutcome[]> {
    links.forEach(checkMappingIds);
    const outcomes: LinkOutcome[] = [];
    while (outcomes.length < links.length) {
      const next = links.slice(outcomes.length, outcomes.length + linksPerTransaction);
      const now = Date.now();
      const stored = await this.connection.transaction(() => next.map((link) => this.insert(link, now)));
      outcomes.push(...stored);
      if (next.length === linksPerTransaction) await sleep(pauseMs);
    }
    return outcomes;
  }

  async update(
    userId: string,
    { contractEndsAt, attributes }: MappingChanges,
  ): Promise<CustomerMapping | null> {
    checkUserId(userId);
    const sql = `UPDATE customers
       SET contract_ends_at = iif(?, ?, contract_ends_at), attributes = coalesce(?, attributes)
       WHERE scope = ? AND user_id = ? RETURNING ${columns}`;
    const changes = [
      contractEndsAt === undefined ? 0 : 1,
      contractEndsAt?.getTime() ?? null,
      attributes === undefined ? null : JSON.stringify(attributes),
    ];
    return this.connection.transaction(() =>
      toMapping(this.connection.prepare(sql).get([...changes, this.scope, userId])),
    );
  }

  async unlink(userId: string): Promise<CustomerMapping | null> {
    checkUserId(userId);
    const sql = `DELETE FROM customers WHERE scope = ? AND user_id = ? RETURNING ${columns}`;
    return this.connection.erase(() => this.get(sql, userId));
  }

  async list({ first, after = '' }: { first: number; after?: string | undefined }): Promise<MappingPage> {
    const sql = `${select} AND user_id > ? ORDER BY user_id LIMIT ?`;
    const rows = await this.connection.run(() =>
      this.connection.prepare(sql).all([this.scope, after, first + 1]),
    );
    return {
      mappings: rows.slice(0, first).map((row) => fromRow(row as CustomerRow)),
      hasNextPage: rows.length > first,
    };
  }

  private insert({ userId, stripeCustomerId }: MappingIds, now: number): LinkOutcome {
    const sql = `INSERT INTO customers (scope, user_id, stripe_customer_id, attributes, created_at)
       VALUES (?, ?, ?, '{}', ?) ON CONFLICT DO NOTHING`;
    const { changes } = this.connection.prepare(sql).run([this.scope, userId, stripeCustomerId, now]);
    if (changes === 1) return 'linked';
    const existing = this.getByUserId(userId);
    if (existing === null) return 'customer_taken';
    return existing.stripeCustomerId === stripeCustomerId ? 'unchanged' : 'user_taken';
  }

  private getByUserId(userId: string): CustomerMapping | null {
    return this.get(`${select} AND user_id = ?`, userId);
  }

  private get(sql: string, id: string): CustomerMapping | null {
    return toMapping(this.connection.prepare(sql).get([this.scope, id]));
  }
}

function toMapping(row: unknown): CustomerMapping | null {
  return row === undefined ? null : fromRow(row as CustomerRow);
}

function fromRow({ userId, stripeCustomerId, contractEndsAt, attributes, createdAt }: CustomerRow) {
  return {
    userId,
    stripeCustomerId,
    contractEndsAt: contractEndsAt === null ? null : new Date(contractEndsAt),
    attributes: JSON.parse(attributes) as Record<string, string>,
    createdAt: new Date(createdAt),
  };
}
