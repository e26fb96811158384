import { type Stats, createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { AuditAction } from '../../audit/audit-log.ts';
import { commandLine } from '../../audit/audit-trail.service.ts';
import { loadStoreConfig } from '../../config/command-config.ts';
import type { CustomerDirectory, LinkOutcome, MappingIds } from '../../customers/customer-directory.ts';
import { createLogger } from '../../logging/logger.ts';
import { exitCodes } from '../../process/start-failure.ts';
import { CommandError } from '../command-failure.ts';
import { type Shell, quote, toColumns } from '../shell.ts';
import { type Step, runSteps } from '../steps.ts';
import { type LinkRow, readLinkRows } from './read-link-rows.ts';

interface ImportRequest {
  readonly from: string;
  /** Where refused lines are reported, instead of on stderr. */
  readonly errors?: string | undefined;
  readonly json: boolean;
}

/** Links every line of a file, reports the refused lines, and prints the totals. */
export async function importLinkFile(shell: Shell, { from, errors, json }: ImportRequest): Promise<void> {
  const source = await getSource(from);
  const refusalFile = errors === undefined ? null : await openRefusalFile(errors, source);
  try {
    const { withPlatform } = await import('../platform.ts');
    const config = loadStoreConfig(shell.loadEnvironment());
    await withPlatform(config, createLogger(config.logLevel, shell.stderr), ({ audit, database }) =>
      audit.record({ actor: commandLine, action: AuditAction.IMPORT_CUSTOMERS }, () =>
        runImport(shell, database.customers, { from, size: source.size, refusalFile, json }),
      ),
    );
  } finally {
    await refusalFile?.close();
  }
}

async function getSource(path: string): Promise<Stats> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new CommandError(`${path} cannot be read${describeCode(error)}.`);
  });
  if (stats.isDirectory()) throw new CommandError(`${path} is a folder: give a file.`);
  return stats;
}

/** The system's code for the error, such as ENOENT. */
function describeCode(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? '' : ` (${code})`;
}

async function openRefusalFile(path: string, source: Stats): Promise<FileHandle> {
  const existing = await stat(path).catch(() => null);
  if (existing?.ino === source.ino && existing.dev === source.dev)
    throw new CommandError('--errors names the file to import: give another file.');
  return open(path, 'w', 0o600).catch((error: unknown) => {
    throw new CommandError(`${path} cannot be written${describeCode(error)}.`);
  });
}

interface Import {
  readonly from: string;
  readonly size: number;
  readonly refusalFile: FileHandle | null;
  readonly json: boolean;
}

async function runImport(
  shell: Shell,
  directory: CustomerDirectory,
  { from, size, refusalFile, json }: Import,
): Promise<void> {
  const totals = { linked: 0, unchanged: 0, refused: 0 };
  let lastLine = 0;
  const describeTotals = (): string =>
    `linked ${totals.linked}, unchanged ${totals.unchanged}, refused ${totals.refused}`;
  async function* steps(): AsyncGenerator<Step> {
    const text = createReadStream(from, 'utf8');
    // What a batch reports is already stored.
    for await (const rows of readLinkRows(text)) {
      const outcomes = await directory.linkMany(rows.filter(hasLink).map(({ link }) => link));
      const refusals = listRefusals(rows, outcomes);
      const report = json ? toJsonLines(refusals) : toLines(refusals, totals.refused === 0);
      totals.linked += outcomes.filter((outcome) => outcome === 'linked').length;
      totals.unchanged += outcomes.filter((outcome) => outcome === 'unchanged').length;
      totals.refused += refusals.length;
      lastLine = rows.at(-1)?.line ?? lastLine;
      if (refusalFile === null) shell.stderr.write(report);
      else await refusalFile.appendFile(report);
      yield { status: describeTotals(), share: text.bytesRead / size };
    }
  }
  await runSteps(shell, {
    steps,
    summarize: () => (json ? JSON.stringify(totals) : describeTotals()),
    describeStop: (reason) =>
      `Stopped after line ${lastLine}: ${reason}\nRun it again to continue: what was linked stays linked.`,
  });
  if (totals.refused > 0) shell.exitCode = exitCodes.failed;
}

interface Refusal {
  readonly line: number;
  readonly reason: string;
}

function listRefusals(rows: readonly LinkRow[], outcomes: readonly LinkOutcome[]): Refusal[] {
  const left = [...outcomes];
  return rows.flatMap((row) => {
    const reason = hasLink(row) ? describeTaken(row.link, left.shift()) : row.fault;
    return reason === null ? [] : [{ line: row.line, reason }];
  });
}

function hasLink(row: LinkRow): row is Extract<LinkRow, { link: MappingIds }> {
  return 'link' in row;
}

function describeTaken(link: MappingIds, outcome: LinkOutcome | undefined): string | null {
  if (outcome === 'user_taken') return `user ${quote(link.userId)} is linked to another customer`;
  if (outcome === 'customer_taken') return `customer ${link.stripeCustomerId} is linked to another user`;
  return null;
}

function toJsonLines(refusals: readonly Refusal[]): string {
  return refusals.map((refusal) => `${JSON.stringify(refusal)}\n`).join('');
}

/** Wide enough for line numbers of six digits. */
const columnWidths = [6];

/** Refused lines in columns, with headings above the first. */
function toLines(refusals: readonly Refusal[], isFirst: boolean): string {
  const rows = refusals.map(({ line, reason }) => [String(line), reason]);
  return toColumns(isFirst && rows.length > 0 ? [['LINE', 'REASON'], ...rows] : rows, columnWidths);
}
