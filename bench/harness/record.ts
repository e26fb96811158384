import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { outputFolder, root } from './build.ts';
import { findUnpinnedReason } from './cores.ts';
import { type Figures, goalColumns, judgeFigures } from './goals.ts';
import { type Row, formatMarkdownTable, formatTable } from './table.ts';

export type CommandName = 'bench' | 'start' | 'scale';

/** A part of a document that a command writes: between `<!-- NAME -->` and `<!-- /NAME -->`. */
export interface Section {
  readonly file: string;
  readonly name: string;
  readonly columns: Row;
  readonly rows: readonly Row[];
  readonly note: string;
}

/** What a command found, kept as JSON; and, when it is told to, put into the documents. */
export interface Findings {
  readonly command: CommandName;
  readonly options: object;
  readonly figures: Figures;
  /** What raw had of the same. */
  readonly ofRaw?: Figures;
  readonly details: object;
  readonly sections: readonly Section[];
}

/** Prints and keeps findings; with `intoDocuments`, in the tables of docs/ too. */
export function recordFindings(findings: Findings, intoDocuments: boolean): void {
  const { command, options, figures, ofRaw = {}, details, sections } = findings;
  // What a run of a part did not look at stays as it was found.
  const before = readFigures(command);
  const kept = { figures: { ...before.figures, ...figures }, ofRaw: { ...before.ofRaw, ...ofRaw } };
  mkdirSync(outputFolder, { recursive: true });
  writeFileSync(
    fileOf(command),
    `${JSON.stringify({ machine: describeMachine(), options, ...kept, details }, null, 2)}\n`,
  );
  for (const { columns, rows, note } of sections) {
    process.stdout.write(`\n${formatTable(columns, rows)}${note}\n`);
  }
  process.stdout.write(`\n${formatTable(goalColumns, judgeFigures(figures, ofRaw))}`);
  if (!intoDocuments) return;
  for (const section of [...sections, createGoalsSection()]) writeSection(section);
}

function createGoalsSection(): Section {
  const commands: readonly CommandName[] = ['bench', 'start', 'scale'];
  const kept = commands.map(readFigures);
  const merge = (each: readonly Figures[]): Figures => Object.assign({}, ...each) as Figures;
  return {
    file: 'docs/performance.md',
    name: 'goals',
    columns: goalColumns,
    rows: judgeFigures(merge(kept.map(({ figures }) => figures)), merge(kept.map(({ ofRaw }) => ofRaw))),
    note: '',
  };
}

function readFigures(command: CommandName): { readonly figures: Figures; readonly ofRaw: Figures } {
  if (!existsSync(fileOf(command))) return { figures: {}, ofRaw: {} };
  const kept = JSON.parse(readFileSync(fileOf(command), 'utf8')) as { figures: Figures; ofRaw?: Figures };
  return { figures: kept.figures, ofRaw: kept.ofRaw ?? {} };
}

function fileOf(command: CommandName): string {
  return join(outputFolder, `${command}.json`);
}

export function writeSection({ file, name, columns, rows, note }: Section): void {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  const begin = `<!-- ${name} -->`;
  const end = `<!-- /${name} -->`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for "${name}": ${begin} … ${end}`);
  const table = `${formatMarkdownTable(columns, rows)}${note === '' ? '' : `\n${note}\n`}`;
  writeFileSync(path, `${text.slice(0, from)}${begin}\n\n${table}\n${text.slice(to)}`);
}

export function describeMachine(): string {
  const [cpu] = cpus();
  const unpinned = findUnpinnedReason();
  const pinned = unpinned === null ? 'pinned' : `not pinned: ${unpinned}`;
  return `Node ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${pinned}`;
}
