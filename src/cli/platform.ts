import type { CommandConfig } from '../config/command-config.ts';
import { createLogger } from '../logging/logger.ts';
import { type Platform, openPlatform } from '../platform.ts';
import { OpenedParts } from '../shared/opened-parts.ts';
import type { Shell } from './shell.ts';

/** Opens the platform of the service for as long as `use` takes. What goes wrong beside the command's own work is on stderr. */
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
