import { CsvError, parse } from 'csv-parse/sync';

/** One line of a CSV file that is not empty: its fields, or why it has none. Lines count from 1. */
export type CsvRow =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly fault: string };

export interface CsvOptions {
  /** Whether a first line with semicolons and no comma says that those stand between fields, as some programs save it. */
  readonly mayHaveSemicolons?: boolean;
}

const rowsPerBatch = 500;
/** Several times what a line's ids can take up. What is longer is one bad line, and never all held in memory. */
const maxLineLength = 4_000;

/** Reads a CSV file in batches, each line for itself: a bad one costs no other. */
export async function* readCsvRows(
  text: AsyncIterable<string>,
  { mayHaveSemicolons = false }: CsvOptions = {},
): AsyncGenerator<readonly CsvRow[]> {
  let line = 0;
  let delimiter = mayHaveSemicolons ? undefined : ',';
  for await (const lines of splitLines(text)) {
    for (let start = 0; start < lines.length; start += rowsPerBatch) {
      const rows: CsvRow[] = [];
      const batch = lines.slice(start, start + rowsPerBatch);
      delimiter ??= findDelimiter(batch);
      for (const [index, fields] of parseLines(batch, delimiter ?? ',').entries()) {
        line += 1;
        if (!isBlank(batch[index])) rows.push(toRow(line, batch[index], fields));
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

/** Undefined when there are but empty lines. */
function findDelimiter(lines: readonly string[]): string | undefined {
  const first = lines.find((line) => !isBlank(line));
  return first === undefined ? undefined : first.includes(';') && !first.includes(',') ? ';' : ',';
}

type Fields = readonly string[] | null;

/** The fields of each line; null where its quotes do not match. */
function parseLines(lines: readonly string[], delimiter: string): readonly Fields[] {
  // The same as the parser finds, in a sixth of the time.
  if (!lines.some((line) => line.includes('"')))
    return lines.map((line) => line.split(delimiter).map((field) => field.trim()));
  const records = tryParse(lines, delimiter);
  // Fewer records than lines: a quote was left open, and all up to the next one was taken for one field.
  return records?.length === lines.length
    ? records
    : lines.map((line) => tryParse([line], delimiter)?.[0] ?? null);
}

function tryParse(lines: readonly string[], delimiter: string): string[][] | null {
  try {
    // Trimming takes off the byte order mark, too, which Windows puts before UTF-8.
    return parse(`${lines.join('\n')}\n`, {
      delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
      trim: true,
    });
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

function isBlank(line = ''): boolean {
  return line.trim() === '';
}

function toRow(line: number, text = '', fields: Fields): CsvRow {
  if (text.length > maxLineLength) return { line, fault: `it is longer than ${maxLineLength} characters` };
  // What the decoder puts where bytes are not UTF-8: two users could become one.
  if (text.includes('\uFFFD')) return { line, fault: 'it is not in UTF-8' };
  return fields === null ? { line, fault: 'its quotes do not match' } : { line, fields };
}

/** Turns rows of two columns into what they stand for, and passes over their headings, if any. */
export async function* readPairs<T>(
  text: AsyncIterable<string>,
  headings: readonly [string, string],
  read: (line: number, fields: readonly [string, string]) => T,
): AsyncGenerator<readonly (T | { readonly line: number; readonly fault: string })[]> {
  let mayBeHeadings = true;
  for await (const rows of readCsvRows(text)) {
    const own = mayBeHeadings && isHeadings(rows[0], headings) ? rows.slice(1) : rows;
    mayBeHeadings = false;
    if (own.length === 0) continue;
    yield own.map((row) => {
      if ('fault' in row) return row;
      const { line, fields } = row;
      const [first, second, ...others] = fields;
      if (first === undefined || second === undefined || others.length > 0) {
        return { line, fault: `expected 2 fields, ${headings.join()}, and found ${fields.length}` };
      }
      return read(line, [first, second]);
    });
  }
}

function isHeadings(row: CsvRow | undefined, headings: readonly string[]): boolean {
  return row !== undefined && 'fields' in row && row.fields.join().toLowerCase() === headings.join();
}
