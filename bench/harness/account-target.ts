import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, print, separateOperations, visit } from 'graphql';
import { root } from './build.ts';
import type { Asked } from './load.ts';
import { type Target, type TargetOptions, createService } from './targets.ts';

/** Few enough that the warm-up stores the snapshot of each. */
const mostUsers = 2_000;

/** The same service, asked for an account page. Only the first answer for each user asks the stub; the others are from a snapshot. */
export async function createAccountTarget(options: TargetOptions): Promise<Target> {
  const service = await createService({ ...options, users: Math.min(options.users, mostUsers) });
  const body = JSON.stringify({ query: readAccountQuery() });
  const requests = service.asked.requests.map((request) => ({ ...request, body }));
  return {
    ...service,
    name: 'account',
    title: 'this service, an account page',
    asked: { ...service.asked, requests, isRight: hasAccount },
  };
}

/** What Stripe is asked for each time. */
const asked = new Set(['invoices', 'nextCharge', 'hostedInvoiceUrl']);

/** The query of docs/examples.graphql as far as a snapshot answers it, with the id by which an answer is checked. */
function readAccountQuery(): string {
  const examples = parse(readFileSync(join(root, 'docs/examples.graphql'), 'utf8'));
  const { Account: account } = separateOperations(examples);
  if (account === undefined) throw new Error('docs/examples.graphql has no query Account');
  const kept = visit(account, {
    Field: ({ name }) => (asked.has(name.value) ? null : undefined),
    // A variable is of the invoices.
    VariableDefinition: () => null,
  });
  // Drops the fragments that are no longer spread.
  const { Account: query = kept } = separateOperations(kept);
  return print(query).replace('billingCustomer {', 'billingCustomer { id ');
}

const hasAccount: Asked['isRight'] = (answer, customer) => {
  const { data } = JSON.parse(answer) as {
    data?: { billingCustomer?: { id?: unknown; subscriptions?: unknown[] } | null };
  };
  const { id, subscriptions } = data?.billingCustomer ?? {};
  return id === customer && subscriptions?.length === 1;
};
