import type { CommandConfig } from '../config/command-config.ts';
import type { Feature, Platform } from '../platform.ts';
import type { ReturnUrls } from '../return-urls/return-urls.ts';
import { ConfigurationAdminResolver, FeedbackOptionResolver } from './configuration-admin.resolver.ts';
import { ConfigurationAdmin } from './configuration-admin.service.ts';
import { ConfigurationIdCache } from './configuration-id-cache.service.ts';
import { StripeConfigurations } from './stripe-configurations.service.ts';

export interface Configurations extends Pick<Feature, 'resolvers'> {
  /** Those of this deployment's namespace. */
  readonly atStripe: StripeConfigurations;
  readonly ids: ConfigurationIdCache;
}

export function createConfigurations(
  { stripe, audit, now }: Platform,
  returnUrls: ReturnUrls,
  { policies: { namespace } }: Pick<CommandConfig, 'policies'>,
): Configurations {
  const atStripe = new StripeConfigurations(stripe, namespace, now);
  const ids = new ConfigurationIdCache(atStripe, now);
  return {
    atStripe,
    ids,
    resolvers: [
      new ConfigurationAdminResolver(new ConfigurationAdmin({ stripe, returnUrls, audit, ids })),
      new FeedbackOptionResolver(atStripe),
    ],
  };
}
