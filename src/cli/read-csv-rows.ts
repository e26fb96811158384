import { CsvError, parse } from 'csv-parse/sync';

/** A line that cannot be read, and why. Lines count from 1. */
export interface FaultyLine {
  readonly line: number;
  readonly fault: string;
}

interface Line {
  readonly line: number;
  readonly text: string;
}

const linesPerBatch = 500;
/** Several times what a line's ids can take up. A longer line is one bad line, and never kept in memory as a whole. */
const maxLineLength = 4_000;

/** Turns the lines of a CSV file of pairs into what they stand for, in batches, and skips the headings, if any. */
export async function* readPairs<T>(
  file: AsyncIterable<string>,
  headings: readonly [string, string],
  read: (line: number, fields: readonly [string, string]) => T,
): AsyncGenerator<readonly (T | FaultyLine)[]> {
  const readFields = (line: number, fields: Fields | undefined): T | FaultyLine => {
    if (!fields) return { line, fault: 'its quotes do not match' };
    const [first, second, ...others] = fields;
    return first === undefined || second === undefined || others.length > 0
      ? { line, fault: `expected 2 fields, ${headings.join()}, and found ${fields.length}` }
      : read(line, [first, second]);
  };
  let delimiter: string | undefined;
  for await (const lines of readLines(file)) {
    const isStart = delimiter === undefined;
    delimiter ??= findDelimiter(lines, headings.length);
    const records = parseLines(lines, delimiter);
    const hasHeadings = isStart && records[0]?.join().toLowerCase() === headings.join();
    const rows = lines.map(({ line, text }, index) => {
      const fault = findFault(text);
      return fault === null ? readFields(line, records[index]) : { line, fault };
    });
    yield hasHeadings ? rows.slice(1) : rows;
  }
}

/** The lines of a file that comes in pieces, but for empty ones, without their ends: \n, \r\n or \r. */
async function* readLines(file: AsyncIterable<string>): AsyncGenerator<readonly Line[]> {
  let rest = '';
  let line = 0;
  let batch: Line[] = [];
  for await (const piece of file) {
    // A \r at the very end may be half of \r\n.
    const texts = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = texts.pop()?.slice(0, maxLineLength + 1) ?? '';
    for (const text of texts) {
      line += 1;
      if (text.trim() !== '') batch.push({ line, text });
      if (batch.length < linesPerBatch) continue;
      yield batch;
      batch = [];
    }
  }
  if (rest.trim() !== '') batch.push({ line: line + 1, text: rest.replace(/\r$/, '') });
  if (batch.length > 0) yield batch;
}

/** Spreadsheets save semicolons where the language has a decimal comma. */
function findDelimiter(lines: readonly Line[], width: number): string {
  const isDelimiter = (delimiter: string): boolean =>
    parseLines(lines.slice(0, 1), delimiter)[0]?.length === width;
  return !isDelimiter(',') && isDelimiter(';') ? ';' : ',';
}

type Fields = readonly string[] | null;

/** The fields of each line; null where its quotes do not match. */
function parseLines(lines: readonly Line[], delimiter: string): readonly Fields[] {
  const records = tryParse(lines, delimiter);
  // Fewer records than lines: a quote that is left open swallows the lines up to the next quote. So each line is parsed by itself.
  return records?.length === lines.length
    ? records
    : lines.map((line) => tryParse([line], delimiter)?.[0] ?? null);
}

function tryParse(lines: readonly Line[], delimiter: string): string[][] | null {
  try {
    // Trimming removes a byte order mark as well.
    return parse(lines.map(({ text }) => text).join('\n'), {
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

function findFault(text: string): string | null {
  if (text.length > maxLineLength) return `it is longer than ${maxLineLength} characters`;
  // The decoder puts this where bytes are not UTF-8: two users could become one.
  return text.includes('\uFFFD') ? 'it is not in UTF-8' : null;
}
