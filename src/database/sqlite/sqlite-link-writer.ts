import { setTimeout as sleep } from 'node:timers/promises';
import type Database from 'libsql';
import type { CustomerLink, LinkManyOptions, LinkOutcome } from '../../customers/customer-directory.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Links that are inserted in one go where requests are served as well: this bounds how long they wait. */
const linksPerTurn = 500;

/**
 * How long an import that is alone in its process adds links to a transaction. On a large table that is several
 * times as fast as many transactions, since what the links have in common is written once. Other processes' writes wait
 * meanwhile: well below what they wait for at most.
 */
const transactionMs = 1_500;
/** Between two transactions: a process that waits for its turn looks again within this time. */
const turnMs = 12;
/**
 * A page that stays in the cache, and then in the log, is written once however often it changes. With less of both, an
 * import into a large table mostly writes pages.
 */
const importCacheMegabytes = 256;
const importLogMegabytes = 128;

/** Stores links, one or a million. */
export class SqliteLinkWriter {
  readonly #connection: SqliteConnection;
  readonly #scope: string;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(connection: SqliteConnection, scope: string) {
    this.#connection = connection;
    this.#scope = scope;
    this.#statements = prepareStatements(connection);
  }

  /** Stores as many as there may be, alone in this process. */
  async import(links: readonly CustomerLink[]): Promise<readonly LinkOutcome[]> {
    await this.#connection.useCache(importCacheMegabytes);
    await this.#connection.carryOverAfter(importLogMegabytes);
    return this.#insertSorted(links);
  }

  /** In the order of the table where it may be: links that follow each other change the same pages then. */
  async #insertSorted(links: readonly CustomerLink[]): Promise<readonly LinkOutcome[]> {
    if (!areOfDifferentCustomers(links)) return this.insertAll(links, { alone: true });
    const numbered = links.map((link, index) => ({ link, index, key: copy(link.userId) }));
    numbered.sort((one, other) => compare(one.key, other.key));
    const sorted = await this.insertAll(
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

  async insertAll(
    links: readonly CustomerLink[],
    { alone = false }: LinkManyOptions = {},
  ): Promise<readonly LinkOutcome[]> {
    const outcomes: LinkOutcome[] = [];
    while (outcomes.length < links.length) {
      if (outcomes.length > 0) await sleep(alone ? turnMs : 0);
      const rest = links.slice(outcomes.length);
      const stored = await this.#connection.transaction(() =>
        this.#insertFor(alone ? transactionMs : 0, rest),
      );
      for (const outcome of stored) outcomes.push(outcome);
    }
    return outcomes;
  }

  /** Inserts one link after another until the time is over; the outcomes tell how many that were. */
  #insertFor(ms: number, links: readonly CustomerLink[]): LinkOutcome[] {
    const now = Date.now();
    const end = performance.now() + ms;
    const outcomes: LinkOutcome[] = [];
    for (const link of links) {
      if (outcomes.length >= linksPerTurn && performance.now() >= end) break;
      outcomes.push(this.insert(link, now));
    }
    return outcomes;
  }

  /** Within a transaction of the caller. */
  insert(link: CustomerLink, now: number): LinkOutcome {
    const { userId, stripeCustomerId } = link;
    const { changes } = this.#statements.insert.run([this.#scope, userId, stripeCustomerId, now]);
    if (changes === 1) return 'linked';
    const existing = this.#statements.customerOf.get([this.#scope, userId]) as readonly [string] | undefined;
    if (existing === undefined) return 'customer_taken';
    return existing[0] === stripeCustomerId ? 'unchanged' : 'user_taken';
  }
}

function prepareStatements(
  connection: SqliteConnection,
): Record<'customerOf' | 'insert', Database.Statement> {
  return {
    customerOf: connection
      .prepare('SELECT stripe_customer_id FROM customers WHERE scope = ? AND user_id = ?')
      .raw(),
    insert: connection.prepare(
      `INSERT INTO customers (scope, user_id, stripe_customer_id, attributes, created_at)
       VALUES (?, ?, ?, '{}', ?) ON CONFLICT DO NOTHING`,
    ),
  };
}

/** V8 compares texts that are a part of a longer one, as what was read from a file is, several times as slowly. */
function copy(text: string): string {
  return Buffer.from(text).toString();
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Of several links to one customer the first counts, so the order matters. */
function areOfDifferentCustomers(links: readonly CustomerLink[]): boolean {
  return new Set(links.map(({ stripeCustomerId }) => stripeCustomerId)).size === links.length;
}
