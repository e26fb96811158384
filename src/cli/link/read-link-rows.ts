import { CsvError, parse } from 'csv-parse/sync';
import { type CustomerLink, customerLinkSchema } from '../../customers/customer-directory.ts';

/** One line of a link file that is not empty: a link, or why it is none. Lines count from 1. */
export type LinkRow =
  { readonly line: number; readonly link: CustomerLink } | { readonly line: number; readonly fault: string };

const rowsPerBatch = 500;
/** Several times what two ids can take up. What is longer is one bad line, and never all held in memory. */
const maxLineLength = 4_000;
const headings = ['user_id', 'stripe_customer_id'];

/** Reads a CSV file of links in batches, each line for itself: a bad one costs no other. */
export async function* readLinkRows(text: AsyncIterable<string>): AsyncGenerator<readonly LinkRow[]> {
  let line = 0;
  let mayBeHeadings = true;
  for await (const lines of splitLines(text)) {
    for (let start = 0; start < lines.length; start += rowsPerBatch) {
      const rows: LinkRow[] = [];
      const batch = lines.slice(start, start + rowsPerBatch);
      for (const [index, fields] of parseLines(batch).entries()) {
        line += 1;
        if (isBlank(batch[index])) continue;
        if (!(mayBeHeadings && isHeadings(fields))) rows.push(toRow(line, batch[index], fields));
        mayBeHeadings = false;
      }
      if (rows.length > 0) yield rows;
    }
  }
}

/** The lines of a text that comes in pieces, without their ends: \n, \r\n or \r. */
async function* splitLines(text: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const piece of text) {
    // A \r at the very end may be half of \r\n.
    const lines: string[] = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()?.slice(0, maxLineLength + 1) ?? '';
    yield lines;
  }
  if (rest) yield [rest.replace(/\r$/, '')];
}

type Fields = readonly string[] | null;

/** The fields of each line; null where its quotes do not match. */
function parseLines(lines: readonly string[]): readonly Fields[] {
  const records = tryParse(lines);
  // Fewer records than lines: a quote was left open, and all up to the next one was taken for one field.
  return records?.length === lines.length ? records : lines.map((line) => tryParse([line])?.[0] ?? null);
}

function tryParse(lines: readonly string[]): string[][] | null {
  try {
    // Trimming takes off the byte order mark, too, which Windows puts before UTF-8.
    return parse(`${lines.join('\n')}\n`, { record_delimiter: '\n', relax_column_count: true, trim: true });
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

function isBlank(line = ''): boolean {
  return line.trim() === '';
}

function isHeadings(fields: Fields): boolean {
  return fields?.join().toLowerCase() === headings.join();
}

function toRow(line: number, text = '', fields: Fields): LinkRow {
  if (text.length > maxLineLength) return { line, fault: `it is longer than ${maxLineLength} characters` };
  // What the decoder puts where bytes are not UTF-8: two users could become one.
  if (text.includes('\uFFFD')) return { line, fault: 'it is not in UTF-8' };
  if (fields === null) return { line, fault: 'its quotes do not match' };
  if (fields.length !== 2) {
    return { line, fault: `expected 2 fields, ${headings.join()}, and found ${fields.length}` };
  }
  const [userId, stripeCustomerId] = fields;
  const { data, error } = customerLinkSchema.safeParse({ userId, stripeCustomerId });
  return data ? { line, link: data } : { line, fault: error.issues.map(({ message }) => message).join('; ') };
}
