import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the variables of this process. Only this file reads `process.env`. */
export function readProcessEnvironment(): Environment {
  return { ...process.env };
}

/** Returns the variables of this process and, for names that the process does not set, of `.env` in the working folder. */
export function loadEnvironment(): Environment {
  const file = existsSync('.env') ? parseEnv(decode(readFileSync('.env'))) : {};
  return { ...file, ...readProcessEnvironment() };
}

/** Editors and shells on Windows write a byte order mark, which would become part of the first name. */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  // The decoder drops the byte order mark of its encoding.
  return new TextDecoder(encoding).decode(bytes);
}
