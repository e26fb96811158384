import type Stripe from 'stripe';
import { readAll } from '../stripe/reads.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { findById } from '../stripe/stripe.errors.ts';

/** Returns null for an unknown or deleted customer. @throws BillingError of the Stripe kind */
export async function findStripeCustomer(
  stripe: StripeClient,
  id: string,
  params: Stripe.CustomerRetrieveParams = {},
): Promise<Stripe.Customer | null> {
  const customer = await findStripeCustomerOrDeleted(stripe, id, params);
  return customer?.deleted === true ? null : customer;
}

/** Returns null for an unknown customer. Stripe still knows deleted customers. @throws BillingError of the Stripe kind */
export async function findStripeCustomerOrDeleted(
  stripe: StripeClient,
  id: string,
  params: Stripe.CustomerRetrieveParams = {},
): Promise<Stripe.Customer | Stripe.DeletedCustomer | null> {
  const reading = stripe.read((sdk, options) => sdk.customers.retrieve(id, params, options));
  // Stripe names the id in the path `id`.
  return findById(id, reading, 'id');
}

/** Metadata of customers at Stripe, each entry of which names a user. */
export type NamingMetadata = Readonly<Record<string, string>>;

/**
 * Returns the ids of all customers that have one of the entries now. Stripe's search lags by a minute, or more in an
 * outage; its list does not: https://docs.stripe.com/search#data-freshness
 * @param since where the list begins
 */
export async function listNamed(
  stripe: StripeClient,
  metadata: NamingMetadata,
  since: Date,
): Promise<readonly string[]> {
  const entries = Object.entries(metadata);
  if (entries.length === 0) return [];
  const created = { gte: Math.floor(since.getTime() / 1000) };
  const [recent, ...found] = await Promise.all([
    readAll(stripe, (sdk, page, options) => sdk.customers.list({ ...page, created }, options)),
    ...entries.map(([key, value]) => search(stripe, key, value)),
  ]);
  const newer = recent.filter((customer) => hasOne(customer, metadata)).map(({ id }) => id);
  const unseen = [...new Set(found.flat())].filter((id) => !newer.includes(id));
  const stillThere = await Promise.all(unseen.map((id) => isNamed(stripe, metadata, id)));
  return [...newer, ...unseen.filter((_id, index) => stillThere[index])];
}

/** Whether the customer exists now and has one of the entries. @throws BillingError of the Stripe kind */
export async function isNamed(stripe: StripeClient, metadata: NamingMetadata, id: string): Promise<boolean> {
  const customer = await findStripeCustomer(stripe, id);
  return customer !== null && hasOne(customer, metadata);
}

/** The search also returns values that differ in case, and customers that were just changed or deleted. */
async function search(stripe: StripeClient, key: string, value: string): Promise<readonly string[]> {
  // https://docs.stripe.com/search#search-query-language
  const query = `metadata['${key}']:'${value.replace(/[\\']/g, '\\$&')}'`;
  const { data } = await stripe.read((sdk, options) => sdk.customers.search({ query, limit: 100 }, options));
  return data.map(({ id }) => id);
}

function hasOne({ metadata }: Stripe.Customer, wanted: NamingMetadata): boolean {
  return Object.entries(wanted).some(([key, value]) => metadata[key] === value);
}
