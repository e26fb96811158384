import type { CommandConfig } from '../config/command-config.ts';
import type { Logger } from '../logging/logger.ts';
import { type Platform, openPlatform } from '../platform.ts';
import { OpenedParts } from '../shared/opened-parts.ts';

/** Opens the service's platform while `use` runs. */
export async function withPlatform<T>(
  config: CommandConfig,
  logger: Logger,
  use: (platform: Platform) => Promise<T>,
): Promise<T> {
  const closing = new OpenedParts();
  try {
    return await use(await openPlatform(config, { logger }, closing));
  } finally {
    await closing.close();
  }
}
