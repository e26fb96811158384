import { CsvError, parse } from 'csv-parse/sync';
import { type MappingIds, linksPerStep, mappingIdsSchema } from '../../customers/customer-directory.ts';
import { quote } from '../shell.ts';

/** A line of a link file: a link, or why the line is refused. Lines count from 1. */
export type LinkRow =
  { readonly line: number; readonly link: MappingIds } | { readonly line: number; readonly fault: string };

const headings = 'user_id,stripe_customer_id';

/** Reads a CSV file in batches and skips empty lines and the headings, if any. A faulty line affects no other line. */
export async function* readLinkRows(file: AsyncIterable<string>): AsyncGenerator<readonly LinkRow[]> {
  let delimiter: string | undefined;
  for await (const lines of readLines(file)) {
    const isStart = delimiter === undefined;
    const separator = (delimiter ??= findDelimiter(lines[0]?.text ?? ''));
    const records = lines.map(({ text }) => parseLine(text, separator));
    const rows = lines.map((line, index) => toRow(line, records[index] ?? null, separator));
    yield isStart && records[0]?.join().toLowerCase() === headings ? rows.slice(1) : rows;
  }
}

interface Line {
  readonly line: number;
  readonly text: string;
}

/** Several times the longest valid line. A longer line is refused, and only its beginning is kept in memory. */
const maxLineLength = 4_000;

/** The lines that are not empty, without their ends: \n, \r\n or \r. */
async function* readLines(file: AsyncIterable<string>): AsyncGenerator<readonly Line[]> {
  let rest = '';
  let line = 0;
  let batch: Line[] = [];
  for await (const piece of file) {
    // A \r at the very end may be the first half of \r\n.
    const texts = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = texts.pop()?.slice(0, maxLineLength + 1) ?? '';
    for (const text of texts) {
      line += 1;
      if (text.trim() !== '') batch.push({ line, text });
      if (batch.length < linksPerStep) continue;
      yield batch;
      batch = [];
    }
  }
  if (rest.trim() !== '') batch.push({ line: line + 1, text: rest.replace(/\r$/, '') });
  if (batch.length > 0) yield batch;
}

/** Spreadsheets use semicolons in languages with a decimal comma. */
function findDelimiter(first: string): string {
  const fits = (delimiter: string): boolean => parseLine(first, delimiter)?.length === 2;
  return !fits(',') && fits(';') ? ';' : ',';
}

/** The fields of a line; null when its quotes do not match. */
function parseLine(text: string, delimiter: string): readonly string[] | null {
  try {
    // `trim` also removes a byte order mark.
    const records = parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true, trim: true });
    return records[0] ?? null;
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

/**
 * A long number as spreadsheets round it, in some languages with a decimal comma: 1.23E+17. Different ids become equal.
 * Without a sign or a decimal point, as in 12e5, it may be an id in hexadecimal digits.
 */
const roundedNumber = /^-?\d+([.,]\d+E[+-]?|E[+-])\d{1,3}$/i;

function toRow({ line, text }: Line, fields: readonly string[] | null, delimiter: string): LinkRow {
  if (text.length > maxLineLength) return { line, fault: `it is longer than ${maxLineLength} characters` };
  // The decoder writes U+FFFD for bytes that are not UTF-8, so different ids could become equal. UTF-16 has zeros.
  if (/[\uFFFD\0]/.test(text)) return { line, fault: 'it is not in UTF-8' };
  if (fields === null) return { line, fault: 'its quotes do not match' };
  const [userId, stripeCustomerId] = fields;
  if (fields.length !== 2 || userId === undefined)
    return { line, fault: `expected 2 fields, ${headings.replace(',', delimiter)}; found ${fields.length}` };
  if (roundedNumber.test(userId))
    return { line, fault: `a spreadsheet has rounded the user id ${quote(userId)}: save the column as text` };
  const { data, error } = mappingIdsSchema.safeParse({ userId, stripeCustomerId });
  if (error) return { line, fault: error.issues.map(({ message }) => message).join('; ') };
  const doubt = findDoubt(userId);
  return doubt === null ? { line, link: data } : { line, fault: doubt };
}

/** Why tokens hardly carry a user id, such as one that was copied with more than its text: its link would be of no use. */
export function findDoubt(userId: string): string | null {
  // Decoders write U+FFFD for bytes that they cannot read, so different ids could become equal.
  if (userId.trim() === userId && !/[\p{Cc}\p{Cf}\uFFFD]/u.test(userId)) return null;
  return `the user id ${quote(userId)} has white space around it, or unreadable characters`;
}
