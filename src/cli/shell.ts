import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../config/environment.ts';

/** What a command has around it: a process's streams and variables, or a test's. */
export interface Shell {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** With the variables of a `.env` file. */
  loadEnvironment(): Environment;
  /** Without a `.env` file. */
  readProcessEnvironment(): Environment;
  /** What the process ends with. */
  exitCode: number;
}

/** An id as a terminal can show it: in quotes, with what is invisible or moves the cursor spelt out. */
export function quote(text: string): string {
  return escapeInvisible(JSON.stringify(text));
}

export function escapeInvisible(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}
