import { setTimeout as sleep } from 'node:timers/promises';
import type Database from 'libsql';
import { checkCustomerLink, checkUserId } from '../../customers/customer-directory.ts';
import { CustomerAlreadyLinkedError, UserAlreadyLinkedError } from '../../customers/customer.errors.ts';
import type {
  CustomerDirectory,
  CustomerLink,
  CustomerMapping,
  LinkManyOptions,
  LinkOutcome,
  MappingChanges,
  MappingPage,
} from '../../customers/customer-directory.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Links per statement, which runs in one go: this bounds how long the event loop waits. */
const linksPerStatement = 500;

/**
 * How long an import that is alone in its process adds statements to a transaction. On a large table that is several
 * times as fast as a transaction for each, since what they have in common is written once. Other processes' writes wait
 * meanwhile: well below what they wait for at most.
 */
const transactionMs = 1_500;
/** Between two transactions: a process that waits for its turn looks again within this time. */
const turnMs = 12;
/** Until then pages are written once however often they change. With less, an import into a large table mostly writes pages. */
const importCacheMegabytes = 256;
const importLogMegabytes = 128;

const columns = 'user_id, stripe_customer_id, contract_ends_at, attributes, created_at';

/** As arrays, which take half as long to read as objects do. */
type CustomerRow = readonly [
  userId: string,
  stripeCustomerId: string,
  contractEndsAt: number | null,
  attributes: string,
  createdAt: number,
];

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

  async linkMany(
    links: readonly CustomerLink[],
    { alone = false }: LinkManyOptions = {},
  ): Promise<readonly LinkOutcome[]> {
    links.forEach(checkCustomerLink);
    return alone ? this.#import(links) : this.#linkAll(links, { alone });
  }

  /** In the order of the table where it may be: links that follow each other change the same pages then. */
  async #import(links: readonly CustomerLink[]): Promise<readonly LinkOutcome[]> {
    await this.#connection.useCache(importCacheMegabytes);
    await this.#connection.carryOverAfter(importLogMegabytes);
    if (!areOfDifferentCustomers(links)) return this.#linkAll(links, { alone: true });
    const numbered = links.map((link, index) => ({ link, index }));
    numbered.sort((one, other) => compare(one.link.userId, other.link.userId));
    const sorted = await this.#linkAll(
      numbered.map(({ link }) => link),
      { alone: true },
    );
    const outcomes: LinkOutcome[] = [];
    sorted.forEach((outcome, place) => {
      const link = numbered[place];
      if (link !== undefined) outcomes[link.index] = outcome;
    });
    return outcomes;
  }

  async #linkAll(
    links: readonly CustomerLink[],
    { alone }: Required<LinkManyOptions>,
  ): Promise<readonly LinkOutcome[]> {
    const outcomes: LinkOutcome[] = [];
    while (outcomes.length < links.length) {
      if (outcomes.length > 0) await sleep(alone ? turnMs : 0);
      const rest = links.slice(outcomes.length);
      const stored = await this.#connection.transaction((database) =>
        this.#insertFor(alone ? transactionMs : 0, rest, database),
      );
      for (const outcome of stored) outcomes.push(outcome);
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

  /** Inserts one statement's links after another until the time is over; the outcomes tell how many that were. */
  #insertFor(ms: number, links: readonly CustomerLink[], database: Database.Database): LinkOutcome[] {
    const end = performance.now() + ms;
    const outcomes: LinkOutcome[] = [];
    do {
      const some = links.slice(outcomes.length, outcomes.length + linksPerStatement);
      outcomes.push(...this.#insertSome(some, database));
    } while (outcomes.length < links.length && performance.now() < end);
    return outcomes;
  }

  /** Most imports hold nothing but new links, which one statement stores. Else each is tried, and judged, by itself. */
  #insertSome(links: readonly CustomerLink[], database: Database.Database): LinkOutcome[] {
    const now = Date.now();
    const pairs = links.map(({ userId, stripeCustomerId }) => [userId, stripeCustomerId]);
    database.exec('SAVEPOINT some');
    const { changes } = this.#statements.insertMany.run([this.#scope, now, JSON.stringify(pairs)]);
    if (changes < links.length) database.exec('ROLLBACK TO some');
    database.exec('RELEASE some');
    return links.map((link) => (changes < links.length ? this.#insert(link, now) : 'linked'));
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
): Record<
  'byUser' | 'byCustomer' | 'insert' | 'insertMany' | 'update' | 'remove' | 'page',
  Database.Statement
> {
  const select = `SELECT ${columns} FROM customers WHERE scope = ?`;
  return {
    byUser: connection.prepare(`${select} AND user_id = ?`).raw(),
    byCustomer: connection.prepare(`${select} AND stripe_customer_id = ?`).raw(),
    insert: connection.prepare(
      `INSERT INTO customers (scope, user_id, stripe_customer_id, attributes, created_at)
       VALUES (?, ?, ?, '{}', ?) ON CONFLICT DO NOTHING`,
    ),
    // SQLite's grammar needs the WHERE, to tell ON CONFLICT from a join's ON.
    insertMany: connection.prepare(
      `INSERT INTO customers (scope, user_id, stripe_customer_id, attributes, created_at)
       SELECT ?1, value ->> 0, value ->> 1, '{}', ?2 FROM json_each(?3) WHERE true ON CONFLICT DO NOTHING`,
    ),
    update: connection
      .prepare(
        `UPDATE customers
       SET contract_ends_at = iif(?, ?, contract_ends_at), attributes = coalesce(?, attributes)
       WHERE scope = ? AND user_id = ? RETURNING ${columns}`,
      )
      .raw(),
    remove: connection
      .prepare(`DELETE FROM customers WHERE scope = ? AND user_id = ? RETURNING ${columns}`)
      .raw(),
    page: connection.prepare(`${select} AND user_id > ? ORDER BY user_id LIMIT ?`).raw(),
  };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Of several links to one customer the first counts, so the order matters. */
function areOfDifferentCustomers(links: readonly CustomerLink[]): boolean {
  return new Set(links.map(({ stripeCustomerId }) => stripeCustomerId)).size === links.length;
}

function toMapping(row: unknown): CustomerMapping | null {
  return row === undefined ? null : fromRow(row as CustomerRow);
}

function fromRow([
  userId,
  stripeCustomerId,
  contractEndsAt,
  attributes,
  createdAt,
]: CustomerRow): CustomerMapping {
  return {
    userId,
    stripeCustomerId,
    contractEndsAt: contractEndsAt === null ? null : new Date(contractEndsAt),
    attributes: JSON.parse(attributes) as Record<string, string>,
    createdAt: new Date(createdAt),
  };
}
