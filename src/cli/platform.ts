import 'reflect-metadata';
import type { Features } from '../app.ts';
import type { CommandConfig } from '../config/command-config.ts';
import { type Logger, createLogger } from '../logging/logger.ts';
import { type Platform, openPlatform } from '../platform.ts';
import { OpenedParts } from '../shared/opened-parts.ts';
import type { Shell } from './shell.ts';

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

/** Composes the service's features while `use` runs. */
export async function withFeatures(
  shell: Shell,
  config: CommandConfig,
  use: (features: Features, platform: Platform) => Promise<void> | void,
): Promise<void> {
  const { createFeatures } = await import('../app.ts');
  await withPlatform(config, createLogger(config.logLevel, shell.stderr), async (platform) => {
    await use(createFeatures(platform, config, null), platform);
  });
}
