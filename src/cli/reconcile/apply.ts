import { Readable } from 'node:stream';
import type { CustomerDirectory, CustomerLink } from '../../customers/customer-directory.ts';
import { findNamedUser } from '../../customers/named-customers.ts';
import { findStripeCustomer } from '../../customers/stripe-customer.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';
import { type ImportedBatch, importLinks } from '../link/import-links.ts';
import { importLinkFile } from '../link/import-link-file.ts';
import type { LinkRow } from '../link/read-link-rows.ts';
import { type Shell, quote } from '../shell.ts';
import type { Store } from '../store.ts';
import { createPacedStripe } from '../paced-stripe.ts';
import { toComparable } from './proposal.ts';
import { type AcceptedRow, type RefusedRow, readAcceptedRows } from './read-proposals.ts';

/** With what may come at once, these are fewer than 20 in any second. */
const readsPerSecond = 16;
const rowsAtOnce = 10;

/** Links what a person has accepted, after another look at Stripe. Run again, it goes on where it stopped. */
export function applyProposals(shell: Shell, from: string, errors: string | undefined): Promise<void> {
  return importLinkFile(shell, { from, errors }, linkAccepted);
}

/** In small steps: what was asked of Stripe once need not be asked again after a stop. */
async function* linkAccepted(
  text: AsyncIterable<string>,
  { config, database }: Store,
): AsyncGenerator<ImportedBatch> {
  const stripe = createPacedStripe(config.stripe, readsPerSecond);
  try {
    for await (const rows of readAcceptedRows(text)) {
      for (let start = 0; start < rows.length; start += rowsAtOnce) {
        const chunk = rows.slice(start, start + rowsAtOnce);
        const verified = await Promise.all(chunk.map((row) => verify(row, database.customers, stripe)));
        yield* importLinks(database.customers, Readable.from([verified]));
      }
    }
  } finally {
    await stripe.close();
  }
}

async function verify(
  row: AcceptedRow | RefusedRow,
  directory: CustomerDirectory,
  stripe: StripeClient,
): Promise<LinkRow> {
  if ('fault' in row) return row;
  const { line, link, email } = row;
  const mapping = await directory.findByUserId(link.userId);
  // Whether the user is linked to this one or to another, Stripe has nothing to add.
  const fault = mapping === null ? await findFault(stripe, link, email) : null;
  return fault === null ? { line, link } : { line, fault };
}

/** Why Stripe's customer is not to be linked, after all. */
async function findFault(
  stripe: StripeClient,
  { userId, stripeCustomerId }: CustomerLink,
  email: string,
): Promise<string | null> {
  const customer = await findStripeCustomer(stripe, stripeCustomerId);
  if (customer === null) return `Stripe does not have customer ${stripeCustomerId}, or no longer`;
  if (toComparable(customer.email ?? '') !== toComparable(email))
    return `customer ${stripeCustomerId} does not have the address ${quote(email)}`;
  const named = findNamedUser(customer) ?? userId;
  return named === userId ? null : `customer ${stripeCustomerId} names user ${quote(named)} in its metadata`;
}
