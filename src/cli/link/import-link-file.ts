import { createReadStream } from 'node:fs';
import { type FileHandle, access, constants, open, stat } from 'node:fs/promises';
import { commandLine } from '../../audit/audit-trail.service.ts';
import type { CustomerDirectory, LinkOutcome, MappingIds } from '../../customers/customer-directory.ts';
import { exitCodes } from '../../process/start-failure.ts';
import { withMappings } from '../features.ts';
import { CommandError, type Shell, failOn, quote, toColumns } from '../shell.ts';
import { runSteps } from '../steps.ts';
import { type LinkRow, readLinkRows } from './read-link-rows.ts';

export interface ImportOptions {
  readonly from: string;
  /** Where refused lines are reported, instead of on stderr. */
  readonly errors?: string | undefined;
  readonly json?: boolean | undefined;
}

export async function importLinkFile(shell: Shell, options: ImportOptions): Promise<void> {
  const { from, errors } = options;
  await access(from, constants.R_OK).catch(failOn(from, 'read'));
  const source = await stat(from);
  if (source.isDirectory()) throw new CommandError(`${from} is a folder: give a file.`);
  const existing = errors === undefined ? null : await stat(errors).catch(() => null);
  if (existing?.ino === source.ino && existing.dev === source.dev)
    throw new CommandError('--errors names the file to import: give another file.');
  await withMappings(shell, async ({ customers: { directory } }, _config, { audit }) => {
    // Not before the database is open: this empties the report of an earlier run.
    const refusalFile =
      errors === undefined ? null : await open(errors, 'w', 0o600).catch(failOn(errors, 'written'));
    try {
      await audit.record({ actor: commandLine, action: 'import_customers' }, () =>
        linkFile(shell, directory, options, refusalFile),
      );
    } finally {
      await refusalFile?.close();
    }
  });
}

async function linkFile(
  shell: Shell,
  directory: CustomerDirectory,
  { from, errors = '', json }: ImportOptions,
  refusalFile: FileHandle | null,
): Promise<void> {
  const totals = { linked: 0, unchanged: 0, refused: 0 };
  let lastLine = 0;
  const describeTotals = (): string =>
    `linked ${totals.linked}, unchanged ${totals.unchanged}, refused ${totals.refused}`;
  async function* steps(): AsyncGenerator<string> {
    // What a batch reports is already stored.
    for await (const rows of readLinkRows(createReadStream(from, 'utf8'))) {
      const outcomes = await directory.linkMany(rows.flatMap((row) => ('link' in row ? [row.link] : [])));
      const refusals = listRefusals(rows, outcomes);
      const report = json ? toJsonLines(refusals) : toLines(refusals, totals.refused === 0);
      totals.linked += outcomes.filter((outcome) => outcome === 'linked').length;
      totals.unchanged += outcomes.filter((outcome) => outcome === 'unchanged').length;
      totals.refused += refusals.length;
      lastLine = rows.at(-1)?.line ?? lastLine;
      if (refusalFile === null) shell.stderr.write(report);
      else await refusalFile.appendFile(report).catch(failOn(errors, 'written'));
      yield describeTotals();
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

/** @param outcomes of the rows with a link, in their order */
function listRefusals(rows: readonly LinkRow[], outcomes: readonly LinkOutcome[]): Refusal[] {
  const left = [...outcomes];
  return rows.flatMap((row) => {
    const reason = 'link' in row ? describeTaken(row.link, left.shift()) : row.fault;
    return reason === null ? [] : [{ line: row.line, reason }];
  });
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

function toLines(refusals: readonly Refusal[], isFirst: boolean): string {
  const rows = refusals.map(({ line, reason }) => [String(line), reason]);
  return toColumns(isFirst && rows.length > 0 ? [['LINE', 'REASON'], ...rows] : rows, columnWidths);
}
