import { type CustomerLink, customerLinkSchema } from '../../customers/customer-directory.ts';
import { readPairs } from '../read-csv-rows.ts';

/** One line of a link file that is not empty: a link, or why it is none. Lines count from 1. */
export type LinkRow =
  { readonly line: number; readonly link: CustomerLink } | { readonly line: number; readonly fault: string };

/** Reads a CSV file of links in batches, each line for itself. */
export function readLinkRows(text: AsyncIterable<string>): AsyncIterable<readonly LinkRow[]> {
  return readPairs(text, ['user_id', 'stripe_customer_id'], (line, [userId, stripeCustomerId]) =>
    toLinkRow(line, { userId, stripeCustomerId }),
  );
}

function toLinkRow(line: number, link: CustomerLink): LinkRow {
  const { data, error } = customerLinkSchema.safeParse(link);
  return data ? { line, link: data } : { line, fault: error.issues.map(({ message }) => message).join('; ') };
}
