import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** Variables by name, as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of this process alone. Only this file reads `process.env`. */
export function readProcessEnvironment(): Environment {
  return { ...process.env };
}

/** The variables of this process and, for names that it does not set itself, of the `.env` file in the working folder. */
export function loadEnvironment(): Environment {
  const file = existsSync('.env') ? parseEnv(decode(readFileSync('.env'))) : {};
  return { ...file, ...readProcessEnvironment() };
}

/** Editors and shells on Windows begin files with a byte order mark, which would become a part of the first name. */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  // A decoder drops the mark of its encoding.
  return new TextDecoder(encoding).decode(bytes);
}
