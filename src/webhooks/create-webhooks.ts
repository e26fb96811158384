import type { Account } from '../account/create-account.ts';
import type { CommandConfig } from '../config/command-config.ts';
import type { Configurations } from '../configurations/create-configurations.ts';
import type { Customers } from '../customers/create-customers.ts';
import type { Routes } from '../http/routes.ts';
import type { Platform } from '../platform.ts';
import { EventMappings } from './event-mappings.ts';
import { createHandlers } from './webhook-handlers.ts';
import { WebhookProcessor } from './webhook-processor.service.ts';
import { addWebhookRoutes } from './webhook.routes.ts';

/** Composes the handling of Stripe's events. */
export interface Webhooks {
  readonly processor: WebhookProcessor;
  readonly resolvers: readonly [];
  /** Empty until a secret is set. */
  readonly routes: readonly Routes[];
}

interface WebhooksParts {
  readonly customers: Customers;
  readonly account: Account;
  readonly configurations: Configurations;
}

export function createWebhooks(
  platform: Platform,
  { customers, account: { sync }, configurations: { ids } }: WebhooksParts,
  config: Pick<CommandConfig, 'stripe' | 'linking' | 'webhooks'>,
): Webhooks {
  const { database, stripe, audit, leases, logger, now, telemetry } = platform;
  const { directory, automaticLinks, conflicts } = customers;
  const { secrets } = config.webhooks;
  const { livemode, account } = config.stripe;
  const links = new EventMappings({ directory, links: automaticLinks, conflicts, audit, leases, logger });
  const { linking } = config;
  const handlers = createHandlers({ stripe, directory, links, sync, audit, configurations: ids, linking });
  const processor = new WebhookProcessor(handlers, database.records, leases);
  const routes: Routes = {
    audience: 'senders',
    add: (server, limits) =>
      addWebhookRoutes(server, {
        processor,
        secrets,
        origin: { livemode, account },
        now,
        metrics: telemetry.metrics,
        refusals: limits.create('refused-delivery', refusedDeliveriesLimit),
      }),
  };
  return { processor, resolvers: [], routes: secrets.length > 0 ? [routes] : [] };
}

/** Bounds how many forged deliveries from one address are logged and counted. */
const refusedDeliveriesLimit = { requests: 10, perSeconds: 3_600 };
