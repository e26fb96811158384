import type { Readable, Writable } from 'node:stream';
import { InvalidArgumentError, Option } from 'commander';
import type { Environment } from '../config/environment.ts';
import { redact } from '../logging/logger.ts';
import { describeKnownFailure, exitCodes, getStartExitCode } from '../process/start-failure.ts';
import { BillingError } from '../shared/errors.ts';

export interface Shell {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly columns?: number };
  readonly stderr: Writable;
  /** With the variables of a `.env` file. */
  loadEnvironment(): Environment;
  /** Without a `.env` file. */
  readProcessEnvironment(): Environment;
  exitCode: number;
  /** Why an output could not be written, which is reported already. */
  outputError?: unknown;
}

/** A command failed; the message is for the user of the command line. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(message);
  }
}

export function getExitCode(error: unknown): number {
  return error instanceof CommandError ? error.exitCode : getStartExitCode(error);
}

/** Describes a failure for an operator, without a stack. A client of the API gets less detail. */
export function describeFailure(error: unknown): string {
  if (error instanceof BillingError && error.cause instanceof Error && error.code.startsWith('STRIPE_')) {
    const isRefusal = error.code === 'STRIPE_MISCONFIGURED';
    const what = isRefusal ? 'Stripe refused the request' : 'Stripe does not answer as it should';
    return `${what}: ${redact(error.cause.message)}`;
  }
  return error instanceof Error ? (describeKnownFailure(error) ?? error.message) : 'The command failed.';
}

/** For a failed access to a file: names the file, and the system's code for the error, such as ENOENT. */
export function failOn(path: string, done: 'read' | 'written') {
  return (error: unknown): never => {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new CommandError(`${path} cannot be ${done} (${code}).`);
  };
}

/** An id in quotes, safe to print: invisible characters and control characters are escaped. */
export function quote(text: string): string {
  return escapeInvisible(JSON.stringify(text));
}

export function escapeInvisible(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** Rows in columns. @param widths the least widths of the columns */
export function toColumns(
  rows: readonly (readonly string[])[],
  widths: readonly number[] = columnWidths(rows),
): string {
  const pad = (cell: string, column: number): string => cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
}

export function columnWidths([first = [], ...rest]: readonly (readonly string[])[]): number[] {
  return first.map((cell, column) => Math.max(cell.length, ...rest.map((row) => row[column]?.length ?? 0)));
}

/** An option that is given in hours or days, such as 12h or 7d, and read as milliseconds. */
export function createTimeOption(flags: string, help: string, maxDays: number, byDefault: string): Option {
  const parse = (text: string): number => {
    const [, count, unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
    const hours = Number(count) * (unit === 'd' ? 24 : 1);
    if (count === undefined || hours > 24 * maxDays)
      throw new InvalidArgumentError(`Expected hours or days up to ${maxDays}d, such as 12h or 7d.`);
    return hours * 3_600_000;
  };
  return new Option(flags, help).default(parse(byDefault), byDefault).argParser(parse);
}
