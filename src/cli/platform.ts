import type { CommandConfig } from '../config/command-config.ts';
import { createLogger } from '../logging/logger.ts';
import { type Platform, openPlatform } from '../platform.ts';
import { OpenedParts } from '../shared/opened-parts.ts';
import type { Shell } from './shell.ts';

/** Opens the service's platform while `use` runs. Its logs go to stderr. */
export async function withPlatform(
  shell: Shell,
  config: CommandConfig,
  use: (platform: Platform) => Promise<void>,
): Promise<void> {
  const closing = new OpenedParts();
  try {
    await use(await openPlatform(config, { logger: createLogger(config.logLevel, shell.stderr) }, closing));
  } finally {
    await closing.close();
  }
}
