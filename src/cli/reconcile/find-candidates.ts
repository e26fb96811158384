import type Stripe from 'stripe';
import type { CustomerDirectory } from '../../customers/customer-directory.ts';
import { findNamedUser } from '../../customers/named-customers.ts';
import { readPages } from '../../stripe/read-all.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';
import {
  type Candidate,
  type Findings,
  type ProductUser,
  type Proposal,
  proposeFor,
  toComparable,
} from './proposal.ts';

/** A customer at Stripe, as far as it matters here. */
type FoundCustomer = Omit<Candidate, 'linkedUser'>;

/** Customers by their address, in the form in which addresses are compared. */
export type CustomersByEmail = ReadonlyMap<string, readonly FoundCustomer[]>;

/** How many customers have been read, after each page of them. */
export type Watch = (count: number) => void;

/** Reads all customers that Stripe has, and keeps those with one of these addresses. */
export async function collectCustomers(
  stripe: StripeClient,
  users: readonly ProductUser[],
  watch: Watch,
): Promise<CustomersByEmail> {
  const found = new Map<string, FoundCustomer[]>(users.map(({ email }) => [toComparable(email), []]));
  let count = 0;
  const pages = readPages(stripe, (sdk, page, options) => sdk.customers.list(page, options));
  for await (const page of pages) {
    for (const customer of page) found.get(toComparable(customer.email ?? ''))?.push(toFound(customer));
    count += page.length;
    watch(count);
  }
  return found;
}

function toFound(customer: Stripe.Customer): FoundCustomer {
  const { id, name, created } = customer;
  return {
    id,
    name: name ?? null,
    createdAt: new Date(created * 1000),
    namedUser: findNamedUser(customer),
  };
}

const usersAtOnce = 50;

/** What to propose for the users, in their order. */
export async function* findProposals(
  directory: CustomerDirectory,
  users: readonly ProductUser[],
  customers: CustomersByEmail,
): AsyncGenerator<readonly Proposal[]> {
  const counts = new Map<string, number>();
  for (const { email } of users) counts.set(toComparable(email), (counts.get(toComparable(email)) ?? 0) + 1);
  for (let start = 0; start < users.length; start += usersAtOnce) {
    const findings = users.slice(start, start + usersAtOnce).map(async (user): Promise<Findings> => {
      const email = toComparable(user.email);
      const [mapping, candidates] = await Promise.all([
        directory.findByUserId(user.userId),
        Promise.all((customers.get(email) ?? []).map((customer) => addLink(directory, customer))),
      ]);
      return { user, mapping, candidates, sharedBy: counts.get(email) ?? 1 };
    });
    yield (await Promise.all(findings)).flatMap(proposeFor);
  }
}

async function addLink(directory: CustomerDirectory, customer: FoundCustomer): Promise<Candidate> {
  const mapping = await directory.findByStripeCustomerId(customer.id);
  return { ...customer, linkedUser: mapping?.userId ?? null };
}
