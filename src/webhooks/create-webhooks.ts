import type { Account } from '../account/create-account.ts';
import type { CommandConfig } from '../config/command-config.ts';
import type { Configurations } from '../configurations/create-configurations.ts';
import type { Customers } from '../customers/create-customers.ts';
import type { Routes } from '../http/routes.ts';
import type { Platform } from '../platform.ts';
import { createCheckoutHandlers } from './checkout.handlers.ts';
import { createCustomerHandlers } from './customer.handlers.ts';
import { EventMappings } from './event-mappings.ts';
import { createPaymentMethodHandlers } from './payment-method.handlers.ts';
import { createPortalHandlers } from './portal.handlers.ts';
import { createSubscriptionHandlers } from './subscription.handlers.ts';
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
  const handlers = {
    ...createCustomerHandlers(stripe, links, sync, config.linking),
    ...createSubscriptionHandlers(sync),
    ...createPaymentMethodHandlers(sync),
    ...createCheckoutHandlers(stripe, links, sync, config.linking),
    ...createPortalHandlers({ directory, audit, configurations: ids }),
  };
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
