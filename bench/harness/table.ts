export type Row = readonly string[];

/** A table for a terminal: the first column to the left, figures to the right. */
export function formatTable(columns: Row, rows: readonly Row[]): string {
  const widths = columns.map((_, at) => Math.max(...[columns, ...rows].map((row) => row[at]?.length ?? 0)));
  const format = (row: Row): string =>
    widths
      .map((width, at) => (at === 0 ? (row[at] ?? '').padEnd(width) : (row[at] ?? '').padStart(width)))
      .join('  ')
      .trimEnd();
  return [columns, widths.map((width) => '─'.repeat(width)), ...rows]
    .map((row) => `${format(row)}\n`)
    .join('');
}

/** The same table for a document, laid out as Prettier does. */
export function formatMarkdownTable(columns: Row, rows: readonly Row[]): string {
  const widths = columns.map((_, at) =>
    Math.max(3, ...[columns, ...rows].map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: Row): string =>
    `| ${widths.map((width, at) => (at === 0 ? (row[at] ?? '').padEnd(width) : (row[at] ?? '').padStart(width))).join(' | ')} |\n`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |\n`;
  return line(columns) + rule + rows.map(line).join('');
}
