import type { CustomerLink } from '../../customers/customer-directory.ts';
import { CommandError } from '../command-failure.ts';
import { toLinkRow } from '../link/read-link-rows.ts';
import { type CsvRow, readCsvRows } from '../read-csv-rows.ts';
import { createCheck, proposalHeadings, unguard } from './proposal.ts';

export interface AcceptedRow {
  readonly line: number;
  readonly link: CustomerLink;
  /** The address that the user and the customer had in common when it was proposed. */
  readonly email: string;
}

export interface RefusedRow {
  readonly line: number;
  readonly fault: string;
}

const needed = ['user_id', 'email', 'stripe_customer_id', 'check', 'accept'] as const;

/** Where the columns are: a person may have moved them, and added some. */
type Columns = Readonly<Record<(typeof needed)[number], number>>;

/** Reads the lines that a person has accepted, in batches. @throws CommandError when it is another file */
export async function* readAcceptedRows(
  text: AsyncIterable<string>,
): AsyncGenerator<readonly (AcceptedRow | RefusedRow)[]> {
  let columns: Columns | undefined;
  for await (const rows of readCsvRows(text, { mayHaveSemicolons: true })) {
    const own = columns === undefined ? rows.slice(1) : rows;
    const known = (columns ??= getColumns(rows[0]));
    const accepted = own.flatMap((row) => readRow(row, known) ?? []);
    if (accepted.length > 0) yield accepted;
  }
}

function getColumns(row: CsvRow | undefined): Columns {
  const names = row !== undefined && 'fields' in row ? row.fields.map((name) => name.toLowerCase()) : [];
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new CommandError(
      `The first line names no column ${missing.join(', ')}: expected ${proposalHeadings.join()}.`,
    );
  return Object.fromEntries(needed.map((name) => [name, names.indexOf(name)])) as Columns;
}

/** Null when a person did not accept it. */
function readRow(row: CsvRow, columns: Columns): AcceptedRow | RefusedRow | null {
  if ('fault' in row) return row;
  const { line, fields } = row;
  const read = (column: keyof Columns): string => unguard(fields[columns[column]] ?? '');
  const answer = read('accept').trim().toLowerCase();
  if (answer === '' || answer === 'no') return null;
  if (answer !== 'yes') return { line, fault: 'accept is yes, no or empty' };
  const [userId, email, stripeCustomerId] = [read('user_id'), read('email'), read('stripe_customer_id')];
  if (read('check') !== createCheck(userId, email, stripeCustomerId))
    return { line, fault: 'user_id, email or stripe_customer_id is not as it was proposed' };
  const linked = toLinkRow(line, { userId, stripeCustomerId });
  return 'fault' in linked ? linked : { ...linked, email };
}
