import 'reflect-metadata';
import type { Features } from '../app.ts';
import { type CommandConfig, loadStoreConfig } from '../config/command-config.ts';
import { createLogger } from '../logging/logger.ts';
import type { Platform } from '../platform.ts';
import { OpenedParts } from '../shared/opened-parts.ts';
import type { Shell } from './shell.ts';

// Loading the platform and the features takes a second, so they are loaded only by the commands that use them.

/** Opens the service's platform while `use` runs. */
export async function withPlatform<T>(
  { stderr }: Pick<Shell, 'stderr'>,
  config: CommandConfig,
  use: (platform: Platform) => Promise<T>,
): Promise<T> {
  const { openPlatform } = await import('../platform.ts');
  const closing = new OpenedParts();
  try {
    return await use(await openPlatform(config, { logger: createLogger(config.logLevel, stderr) }, closing));
  } finally {
    await closing.close();
  }
}

/** Composes the service's features while `use` runs. */
export function withFeatures(
  shell: Shell,
  config: CommandConfig,
  use: (features: Features, platform: Platform) => Promise<void>,
): Promise<void> {
  return withPlatform(shell, config, async (platform) => {
    const { createFeatures } = await import('../app.ts');
    await use(createFeatures(platform, config, null), platform);
  });
}

/** Opens the mappings of a deployment while `use` runs. @throws ConfigurationError */
export async function withMappings(
  shell: Shell,
  use: (features: Features, config: CommandConfig, platform: Platform) => Promise<void>,
): Promise<void> {
  const config = loadStoreConfig(shell.loadEnvironment());
  await withFeatures(shell, config, (features, platform) => use(features, config, platform));
}

/** Ends the help of every command that opens the mappings. */
export const mappingsHelp = `
Reads DATABASE_URL, and STRIPE_SECRET_KEY or STRIPE_SCOPE. The mode of the key, or
the name of the scope, selects the links: test and live are kept apart.
`;
