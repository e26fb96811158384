import { setImmediate as nextTurn } from 'node:timers/promises';
import type Database from 'libsql';
import { checkCustomerLink, checkUserId } from '../../customers/customer-directory.ts';
import { CustomerAlreadyLinkedError, UserAlreadyLinkedError } from '../../customers/customer.errors.ts';
import type {
  CustomerDirectory,
  CustomerLink,
  CustomerMapping,
  LinkOutcome,
  MappingChanges,
  MappingPage,
} from '../../customers/customer-directory.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Links per transaction of an import: they run in one go, so this bounds how long the event loop waits. */
const linksPerTransaction = 500;

const columns = 'user_id, stripe_customer_id, contract_ends_at, attributes, created_at';

interface CustomerRow {
  readonly user_id: string;
  readonly stripe_customer_id: string;
  readonly contract_ends_at: number | null;
  readonly attributes: string;
  readonly created_at: number;
}

/** The customer directory in a SQLite table. */
export class SqliteCustomerDirectory implements CustomerDirectory {
  readonly #connection: SqliteConnection;
  readonly #scope: string;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(connection: SqliteConnection, scope: string) {
    this.#connection = connection;
    this.#scope = scope;
    this.#statements = prepareStatements(connection);
  }

  async findByUserId(userId: string): Promise<CustomerMapping | null> {
    checkUserId(userId);
    return this.#connection.run(() => this.#getByUserId(userId));
  }

  async findByStripeCustomerId(stripeCustomerId: string): Promise<CustomerMapping | null> {
    return this.#connection.run(() =>
      toMapping(this.#statements.byCustomer.get([this.#scope, stripeCustomerId])),
    );
  }

  async link(link: CustomerLink): Promise<{ mapping: CustomerMapping; created: boolean }> {
    checkCustomerLink(link);
    const { outcome, mapping } = await this.#connection.transaction(() => ({
      outcome: this.#insert(link, Date.now()),
      mapping: this.#getByUserId(link.userId),
    }));
    if (outcome === 'user_taken') throw new UserAlreadyLinkedError(link.userId);
    if (mapping === null) throw new CustomerAlreadyLinkedError(link.stripeCustomerId);
    return { mapping, created: outcome === 'linked' };
  }

  async linkMany(links: readonly CustomerLink[]): Promise<readonly LinkOutcome[]> {
    links.forEach(checkCustomerLink);
    const outcomes: LinkOutcome[] = [];
    while (outcomes.length < links.length) {
      if (outcomes.length > 0) await nextTurn();
      const chunk = links.slice(outcomes.length, outcomes.length + linksPerTransaction);
      const now = Date.now();
      outcomes.push(
        ...(await this.#connection.transaction(() => chunk.map((link) => this.#insert(link, now)))),
      );
    }
    return outcomes;
  }

  async update(userId: string, changes: MappingChanges): Promise<CustomerMapping | null> {
    checkUserId(userId);
    const { contractEndsAt, attributes } = changes;
    return this.#connection.transaction(() =>
      toMapping(
        this.#statements.update.get([
          contractEndsAt === undefined ? 0 : 1,
          contractEndsAt?.getTime() ?? null,
          attributes === undefined ? null : JSON.stringify(attributes),
          this.#scope,
          userId,
        ]),
      ),
    );
  }

  async unlink(userId: string): Promise<CustomerMapping | null> {
    checkUserId(userId);
    return this.#connection.transaction(() => toMapping(this.#statements.remove.get([this.#scope, userId])));
  }

  async list(page: { first: number; after?: string | undefined }): Promise<MappingPage> {
    const rows = await this.#connection.run(() =>
      this.#statements.page.all([this.#scope, page.after ?? '', page.first + 1]),
    );
    return {
      mappings: rows.slice(0, page.first).map((row) => fromRow(row as CustomerRow)),
      hasNextPage: rows.length > page.first,
    };
  }

  #getByUserId(userId: string): CustomerMapping | null {
    return toMapping(this.#statements.byUser.get([this.#scope, userId]));
  }

  #insert(link: CustomerLink, now: number): LinkOutcome {
    const { userId, stripeCustomerId } = link;
    const { changes } = this.#statements.insert.run([this.#scope, userId, stripeCustomerId, now]);
    if (changes === 1) return 'linked';
    const existing = this.#getByUserId(userId);
    if (existing === null) return 'customer_taken';
    return existing.stripeCustomerId === stripeCustomerId ? 'unchanged' : 'user_taken';
  }
}

function prepareStatements(
  connection: SqliteConnection,
): Record<'byUser' | 'byCustomer' | 'insert' | 'update' | 'remove' | 'page', Database.Statement> {
  const select = `SELECT ${columns} FROM customers WHERE scope = ?`;
  return {
    byUser: connection.prepare(`${select} AND user_id = ?`),
    byCustomer: connection.prepare(`${select} AND stripe_customer_id = ?`),
    insert: connection.prepare(
      `INSERT INTO customers (scope, user_id, stripe_customer_id, attributes, created_at)
       VALUES (?, ?, ?, '{}', ?) ON CONFLICT DO NOTHING`,
    ),
    update: connection.prepare(
      `UPDATE customers
       SET contract_ends_at = iif(?, ?, contract_ends_at), attributes = coalesce(?, attributes)
       WHERE scope = ? AND user_id = ? RETURNING ${columns}`,
    ),
    remove: connection.prepare(`DELETE FROM customers WHERE scope = ? AND user_id = ? RETURNING ${columns}`),
    page: connection.prepare(`${select} AND user_id > ? ORDER BY user_id LIMIT ?`),
  };
}

function toMapping(row: unknown): CustomerMapping | null {
  return row === undefined ? null : fromRow(row as CustomerRow);
}

function fromRow(row: CustomerRow): CustomerMapping {
  return {
    userId: row.user_id,
    stripeCustomerId: row.stripe_customer_id,
    contractEndsAt: row.contract_ends_at === null ? null : new Date(row.contract_ends_at),
    attributes: JSON.parse(row.attributes) as Record<string, string>,
    createdAt: new Date(row.created_at),
  };
}
