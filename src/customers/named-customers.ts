import type Stripe from 'stripe';
import { readAll } from '../stripe/read-all.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { findStripeCustomer } from './stripe-customer.ts';

/** The member of a customer's metadata that names the user whose it is. Only servers can write metadata. */
export const userIdMember = 'userId';

/** The user whom a customer's metadata names; null when it names nobody. */
export function findNamedUser({ metadata }: Pick<Stripe.Customer, 'metadata'>): string | null {
  return metadata[userIdMember] ?? null;
}

/** Finds customers at Stripe by the user whom their metadata names. */
export class NamedCustomers {
  constructor(private readonly stripe: StripeClient) {}

  /**
   * The ids of all customers that name the user now. Stripe's search lags by a minute, or more in an outage; its
   * list does not: https://docs.stripe.com/search#data-freshness
   * @param since from when on the list is read
   * @throws BillingError of the Stripe kind
   */
  async list(userId: string, since: Date): Promise<readonly string[]> {
    const [older, newer] = await Promise.all([this.search(userId), this.listNew(userId, since)]);
    const unseen = older.filter((id) => !newer.includes(id));
    const stillNaming = await Promise.all(unseen.map((id) => this.has(userId, id)));
    return [...newer, ...unseen.filter((_id, index) => stillNaming[index])];
  }

  /** Whether Stripe has this customer now, and it names the user. @throws BillingError of the Stripe kind */
  async has(userId: string, id: string): Promise<boolean> {
    const customer = await findStripeCustomer(this.stripe, id);
    return customer !== null && findNamedUser(customer) === userId;
  }

  /** Search also finds what differs in case, and what has been changed or deleted a moment ago. */
  private async search(userId: string): Promise<readonly string[]> {
    const query = `metadata['${userIdMember}']:'${escape(userId)}'`;
    const { data } = await this.stripe.read((sdk, options) =>
      sdk.customers.search({ query, limit: 100 }, options),
    );
    return data.map(({ id }) => id);
  }

  private async listNew(userId: string, since: Date): Promise<readonly string[]> {
    const created = { gte: Math.floor(since.getTime() / 1000) };
    const customers = await readAll(this.stripe, (sdk, page, options) =>
      sdk.customers.list({ ...page, created }, options),
    );
    return customers.filter((customer) => findNamedUser(customer) === userId).map(({ id }) => id);
  }
}

/** For a value in single quotes of Stripe's query language: https://docs.stripe.com/search#search-query-language */
function escape(value: string): string {
  return value.replace(/[\\']/g, '\\$&');
}
