import { type Stats, createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { AuditAction } from '../../audit/audit-action.ts';
import { commandLine } from '../../audit/audit-trail.service.ts';
import { loadStoreConfig } from '../../config/command-config.ts';
import type { CustomerDirectory } from '../../customers/customer-directory.ts';
import { createLogger } from '../../logging/logger.ts';
import { exitCodes } from '../../process/start-failure.ts';
import { CommandError, describeFailure, getExitCode } from '../command-failure.ts';
import { startProgress } from '../progress.ts';
import type { Shell } from '../shell.ts';
import { listenForStop } from '../stop-signal.ts';
import { type ImportedBatch, type Refusal, importLinks } from './import-links.ts';
import { readLinkRows } from './read-link-rows.ts';

interface ImportRequest {
  readonly from: string;
  /** Where refused lines are reported, instead of on stderr. */
  readonly errors?: string | undefined;
  readonly json: boolean;
}

interface ImportTotals {
  readonly linked: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly lastLine: number;
}

/** Links every line of a file, reports the refused lines, and prints the totals. */
export async function importLinkFile(shell: Shell, { from, errors, json }: ImportRequest): Promise<void> {
  const source = await getSource(from);
  const refusalFile = errors === undefined ? null : await openRefusalFile(errors, source.stats);
  try {
    const intent = { actor: commandLine, action: AuditAction.IMPORT_CUSTOMERS } as const;
    const { withPlatform } = await import('../platform.ts');
    const config = loadStoreConfig(shell.loadEnvironment());
    const logger = createLogger(config.logLevel, shell.stderr);
    await withPlatform(config, logger, ({ audit, database }) =>
      audit.record(intent, () => runImport(shell, database.customers, { source, refusalFile, json })),
    );
  } finally {
    await refusalFile?.close();
  }
}

interface Source {
  readonly path: string;
  readonly stats: Stats;
}

async function getSource(path: string): Promise<Source> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new CommandError(`${path} cannot be read${describeCode(error)}.`);
  });
  if (stats.isDirectory()) throw new CommandError(`${path} is a folder: give a file.`);
  return { path, stats };
}

/** The system's code for the error, such as ENOENT. */
function describeCode(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? '' : ` (${code})`;
}

async function openRefusalFile(path: string, source: Stats): Promise<FileHandle> {
  const existing = await stat(path).catch(() => null);
  if (existing?.ino === source.ino && existing.dev === source.dev) {
    throw new CommandError('--errors names the file to import: give another file.');
  }
  return open(path, 'w', 0o600).catch((error: unknown) => {
    throw new CommandError(`${path} cannot be written${describeCode(error)}.`);
  });
}

interface Import {
  readonly source: Source;
  readonly refusalFile: FileHandle | null;
  readonly json: boolean;
}

async function runImport(
  shell: Shell,
  directory: CustomerDirectory,
  { source, refusalFile, json }: Import,
): Promise<void> {
  const text = createReadStream(source.path, 'utf8');
  const progress = startProgress(shell.stderr, source.stats.size);
  const stop = listenForStop();
  let totals: ImportTotals = { linked: 0, unchanged: 0, refused: 0, lastLine: 0 };
  try {
    for await (const batch of importLinks(directory, readLinkRows(text))) {
      const refusals = json ? toJsonLines(batch.refusals) : toLines(batch.refusals, totals.refused === 0);
      totals = addBatch(totals, batch);
      if (refusalFile !== null) await refusalFile.appendFile(refusals);
      else if (refusals !== '') progress.write(refusals);
      progress.update(text.bytesRead, describeTotals(totals));
      stop.throwIfReceived();
    }
  } catch (error) {
    throw new CommandError(
      `Stopped after line ${totals.lastLine}: ${describeFailure(error)}\n` +
        'Run it again to continue: what was linked stays linked.',
      getExitCode(error),
    );
  } finally {
    stop.release();
    progress.stop();
    shell.stdout.write(json ? toJsonTotals(totals) : `${describeTotals(totals)}\n`);
  }
  if (totals.refused > 0) shell.exitCode = exitCodes.failed;
}

function addBatch(totals: ImportTotals, batch: ImportedBatch): ImportTotals {
  return {
    linked: totals.linked + batch.linked,
    unchanged: totals.unchanged + batch.unchanged,
    refused: totals.refused + batch.refusals.length,
    lastLine: batch.lastLine,
  };
}

function describeTotals({ linked, unchanged, refused }: ImportTotals): string {
  return `linked ${linked}, unchanged ${unchanged}, refused ${refused}`;
}

function toJsonTotals({ linked, unchanged, refused }: ImportTotals): string {
  return `${JSON.stringify({ linked, unchanged, refused })}\n`;
}

function toJsonLines(refusals: readonly Refusal[]): string {
  return refusals.map(({ line, reason }) => `${JSON.stringify({ line, reason })}\n`).join('');
}

/** Wide enough for line numbers of six digits. */
const lineColumnWidth = 8;

/** Refused lines in columns, with headings above the first. */
function toLines(refusals: readonly Refusal[], isFirst: boolean): string {
  const rows = refusals.map(({ line, reason }) => [String(line), reason] as const);
  if (isFirst && rows.length > 0) rows.unshift(['LINE', 'REASON']);
  return rows.map(([line, reason]) => `${line.padEnd(lineColumnWidth)}${reason}\n`).join('');
}
