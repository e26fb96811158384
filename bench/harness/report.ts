import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { outputFolder, root } from './build.ts';
import { findUnpinnedReason } from './measured-process.ts';
import { type Row, formatMarkdownTable, formatTable } from './table.ts';

/** A table of a document, between `<!-- NAME -->` and `<!-- /NAME -->`. */
export interface Section {
  readonly name: string;
  readonly columns: Row;
  readonly rows: readonly Row[];
  readonly note: string;
}

/** Prints tables and keeps them as JSON; with `record`, also writes them into the document. */
export function writeSections(file: string, sections: readonly Section[], record: boolean): void {
  mkdirSync(outputFolder, { recursive: true });
  for (const section of sections) {
    const { name, columns, rows, note } = section;
    process.stdout.write(`\n${formatTable(columns, rows)}${note}\n`);
    writeFileSync(join(outputFolder, `${name}.json`), `${JSON.stringify(section, null, 2)}\n`);
    if (record) writeSection(join(root, file), section);
  }
}

function writeSection(path: string, { name, columns, rows, note }: Section): void {
  const text = readFileSync(path, 'utf8');
  const begin = `<!-- ${name} -->`;
  const end = `<!-- /${name} -->`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no place for "${name}": ${begin} … ${end}`);
  const table = `${formatMarkdownTable(columns, rows)}\n${note}\n`;
  writeFileSync(path, `${text.slice(0, from)}${begin}\n\n${table}\n${text.slice(to)}`);
}

export function describeMachine(): string {
  const [cpu] = cpus();
  const unpinned = findUnpinnedReason();
  const pinned = unpinned === null ? 'pinned' : `not pinned: ${unpinned}`;
  return `Node ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${pinned}`;
}

/** Three significant digits, or all digits of a large number. */
export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
