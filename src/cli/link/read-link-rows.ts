import { type CustomerLink, customerLinkSchema } from '../../customers/customer-directory.ts';
import { type FaultyLine, readPairs } from '../read-csv-rows.ts';
import { quote } from '../shell.ts';

/** One line of a link file that is not empty: a link, or why it is none. Lines count from 1. */
export type LinkRow = { readonly line: number; readonly link: CustomerLink } | FaultyLine;

/**
 * What spreadsheets make of long numbers, with a decimal comma in some languages: 1.23E+17. Many users have the same id then.
 * Without a sign or a decimal point, as in 12e5, it may be an id in hexadecimal digits.
 */
const roundedNumber = /^-?\d+([.,]\d+E[+-]?|E[+-])\d{1,3}$/i;

/** Reads a CSV file of links in batches, each line for itself. */
export function readLinkRows(file: AsyncIterable<string>): AsyncIterable<readonly LinkRow[]> {
  return readPairs(file, ['user_id', 'stripe_customer_id'], (line, [userId, stripeCustomerId]) =>
    roundedNumber.test(userId)
      ? { line, fault: `a spreadsheet has rounded the user id ${quote(userId)}: save the column as text` }
      : toLinkRow(line, { userId, stripeCustomerId }),
  );
}

function toLinkRow(line: number, link: CustomerLink): LinkRow {
  const { data, error } = customerLinkSchema.safeParse(link);
  return data ? { line, link: data } : { line, fault: error.issues.map(({ message }) => message).join('; ') };
}
