import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CommandError } from './command-failure.ts';

/** A file that a command reads. */
export interface Source {
  readonly path: string;
  readonly stats: Stats;
}

/** @throws CommandError */
export async function getSource(path: string): Promise<Source> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new CommandError(`${path} cannot be read${describeCode(error)}.`);
  });
  if (stats.isDirectory()) throw new CommandError(`${path} is a folder: give a file.`);
  return { path, stats };
}

/** The system's name for what is wrong, such as ENOENT. */
export function describeCode(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? '' : ` (${code})`;
}
