import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../config/environment.ts';

/** The streams and variables of the process, or of a test. */
export interface Shell {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** With the variables of a `.env` file. */
  loadEnvironment(): Environment;
  /** Without a `.env` file. */
  readProcessEnvironment(): Environment;
  /** The exit code of the process. */
  exitCode: number;
}

/** An id in quotes, safe to print: invisible characters and control characters are escaped. */
export function quote(text: string): string {
  return escapeInvisible(JSON.stringify(text));
}

export function escapeInvisible(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** Ends the help of every command that opens the database. */
export const storeHelp = `
Reads DATABASE_URL, and STRIPE_SECRET_KEY or STRIPE_SCOPE. The mode of the key, or
the name of the scope, selects the links: test and live are kept apart.
`;
