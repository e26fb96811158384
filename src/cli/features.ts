import type { Features } from '../app.ts';
import { type CommandConfig, loadStoreConfig } from '../config/command-config.ts';
import { createLogger } from '../logging/logger.ts';
import type { Platform } from '../platform.ts';
import { OpenedParts } from '../shared/opened-parts.ts';
import type { Shell } from './shell.ts';

export async function withFeatures(
  { stderr }: Pick<Shell, 'stderr'>,
  config: CommandConfig,
  use: (features: Features, platform: Platform) => Promise<void>,
): Promise<void> {
  // Loading them takes a second, so only the commands that use them do.
  const { createFeatures } = await import('../app.ts');
  const { openPlatform } = await import('../platform.ts');
  const closing = new OpenedParts();
  try {
    const platform = await openPlatform(config, { logger: createLogger(config.logLevel, stderr) }, closing);
    await use(createFeatures(platform, config, null), platform);
  } finally {
    await closing.close();
  }
}

export async function withMappings(
  shell: Shell,
  use: (features: Features, config: CommandConfig, platform: Platform) => Promise<void>,
): Promise<void> {
  const config = loadStoreConfig(shell.loadEnvironment());
  await withFeatures(shell, config, (features, platform) => use(features, config, platform));
}

export const mappingsHelp = `
Reads DATABASE_URL, and STRIPE_SECRET_KEY or STRIPE_SCOPE. The mode of the key, or
the name of the scope, selects the links: test and live are kept apart.
`;
