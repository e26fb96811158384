import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { SetupError } from '../shared/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the variables of this process. Only this file reads `process.env`. */
export function readProcessEnvironment(): Environment {
  return { ...process.env };
}

/** The variables of this process and, for names that it does not set, of `.env`. @throws SetupError when `.env` cannot be read */
export function loadEnvironment(): Environment {
  const file = existsSync('.env') ? parseEnv(decodeText(readEnvFile())) : {};
  return { ...file, ...readProcessEnvironment() };
}

function readEnvFile(): Buffer {
  try {
    return readFileSync('.env');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new SetupError(
      `.env cannot be read (${code}): make it a file that this user may read, or remove it.`,
    );
  }
}

/** Editors and shells on Windows write a byte order mark, which would become part of the first name. */
export function decodeText(bytes: Buffer): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  // The decoder drops the byte order mark of its encoding.
  return new TextDecoder(encoding).decode(bytes);
}
