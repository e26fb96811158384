import 'reflect-metadata';
import { type Features, createFeatures } from '../app.ts';
import type { CommandConfig } from '../config/command-config.ts';
import { createLogger } from '../logging/logger.ts';
import type { Platform } from '../platform.ts';
import { withPlatform } from './platform.ts';
import type { Shell } from './shell.ts';

/** Composes the service's features while `use` runs. */
export async function withFeatures(
  shell: Shell,
  config: CommandConfig,
  use: (features: Features, platform: Platform) => Promise<void> | void,
): Promise<void> {
  await withPlatform(config, createLogger(config.logLevel, shell.stderr), async (platform) => {
    await use(createFeatures(platform, config, null), platform);
  });
}
