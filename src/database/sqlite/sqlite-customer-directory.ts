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
import { linksPerStep } from '../database.ts';
import type { Query, SqliteConnection } from './sqlite-connection.ts';

const columns = `user_id AS userId, stripe_customer_id AS stripeCustomerId, contract_ends_at AS contractEndsAt,
  attributes, created_at AS createdAt`;
const select = `SELECT ${columns} FROM customers WHERE scope = ?`;

interface CustomerRow extends MappingIds {
  readonly contractEndsAt: number | null;
  readonly attributes: string;
  readonly createdAt: number;
}

/** The pause between two transactions. Without it, a waiting process would rarely find the lock free. */
const pauseMs = 2;

/** The customer directory in a SQLite table. */
export class SqliteCustomerDirectory implements CustomerDirectory {
  constructor(
    private readonly connection: SqliteConnection,
    private readonly scope: string,
  ) {}

  async findByUserId(userId: string): Promise<CustomerMapping | null> {
    checkUserId(userId);
    return this.connection.read((query) => this.get(query, userId));
  }

  async findByStripeCustomerId(stripeCustomerId: string): Promise<CustomerMapping | null> {
    const sql = `${select} AND stripe_customer_id = ?`;
    return this.connection.read((query) => toMapping(query(sql, [this.scope, stripeCustomerId])));
  }

  async link(link: MappingIds): Promise<{ mapping: CustomerMapping; created: boolean }> {
    checkMappingIds(link);
    return this.connection.write((query) => {
      const outcome = this.insert(query, link, Date.now());
      if (outcome === 'user_taken') throw new UserAlreadyLinkedError(link.userId);
      const mapping = this.get(query, link.userId);
      if (mapping === null) throw new CustomerAlreadyLinkedError(link.stripeCustomerId);
      return { mapping, created: outcome === 'linked' };
    });
  }

  async linkMany(links: readonly MappingIds[]): Promise<readonly LinkOutcome[]> {
    links.forEach(checkMappingIds);
    const outcomes: LinkOutcome[] = [];
    while (outcomes.length < links.length) {
      const next = links.slice(outcomes.length, outcomes.length + linksPerStep);
      const now = Date.now();
      outcomes.push(
        ...(await this.connection.write((query) => next.map((link) => this.insert(query, link, now)))),
      );
      if (next.length === linksPerStep) await sleep(pauseMs);
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
    return this.connection.write((query) => toMapping(query(sql, [...changes, this.scope, userId])));
  }

  async unlink(userId: string): Promise<CustomerMapping | null> {
    checkUserId(userId);
    const sql = `DELETE FROM customers WHERE scope = ? AND user_id = ? RETURNING ${columns}`;
    return this.connection.erase((query) => toMapping(query(sql, [this.scope, userId])));
  }

  async list({ first, after = '' }: PageRequest): Promise<Page<CustomerMapping>> {
    const sql = `${select} AND user_id > ? ORDER BY user_id LIMIT ?`;
    const rows = await this.connection.read((query) => query(sql, [this.scope, after, first + 1]));
    return toPage(rows.map(fromRow), first);
  }

  private insert(query: Query, { userId, stripeCustomerId }: MappingIds, now: number): LinkOutcome {
    const sql = `INSERT INTO customers (scope, user_id, stripe_customer_id, attributes, created_at)
       VALUES (?, ?, ?, '{}', ?) ON CONFLICT DO NOTHING RETURNING 1`;
    if (query(sql, [this.scope, userId, stripeCustomerId, now]).length === 1) return 'linked';
    const existing = this.get(query, userId);
    if (existing === null) return 'customer_taken';
    return existing.stripeCustomerId === stripeCustomerId ? 'unchanged' : 'user_taken';
  }

  private get(query: Query, userId: string): CustomerMapping | null {
    return toMapping(query(`${select} AND user_id = ?`, [this.scope, userId]));
  }
}

function toMapping(rows: readonly unknown[]): CustomerMapping | null {
  return rows.map(fromRow)[0] ?? null;
}

function fromRow(row: unknown): CustomerMapping {
  const { contractEndsAt, attributes, createdAt, ...ids } = row as CustomerRow;
  return {
    ...ids,
    contractEndsAt: contractEndsAt === null ? null : new Date(contractEndsAt),
    attributes: JSON.parse(attributes) as CustomerMapping['attributes'],
    createdAt: new Date(createdAt),
  };
}
