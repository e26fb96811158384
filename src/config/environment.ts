import { existsSync } from 'node:fs';

/** Variables by name, as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The variables of this process, with those of a `.env` file in the working folder where the process sets
 * none itself. The only place that reads `process.env`.
 */
export function loadEnvironment(): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return { ...process.env };
}
