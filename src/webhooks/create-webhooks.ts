import type { CommandConfig } from '../config/command-config.ts';
import type { Feature, Platform } from '../platform.ts';
import { type HandlerParts, handleEvent, isOwn } from './webhook-handlers.ts';
import { WebhookProcessor, createEventLimit } from './webhook-processor.service.ts';
import { addWebhookRoutes } from './webhook.routes.ts';

/** Bounds how many forged deliveries from one address are logged and counted. */
const refusedDeliveriesLimit = { requests: 10, perSeconds: 3_600 };

/** Composes the handling of Stripe's events. There are no routes until a secret is set. */
export interface Webhooks extends Feature {
  readonly processor: WebhookProcessor;
}

export function createWebhooks(
  platform: Platform,
  features: Pick<HandlerParts, 'customers' | 'account' | 'configurations'>,
  { stripe: origin, linking, webhooks: { secrets } }: Pick<CommandConfig, 'stripe' | 'linking' | 'webhooks'>,
): Webhooks {
  const { now, telemetry, leases, database } = platform;
  const parts = { ...platform, ...features, linking };
  const processor = new WebhookProcessor((event) => handleEvent(event, parts), database.records, leases);
  const ownershipReads = createEventLimit();
  const routes: Feature['routes'] = [
    {
      audience: 'senders',
      add: (server, limits) =>
        addWebhookRoutes(server, {
          processor,
          isOwn: async (event) =>
            !event.isOfOrganization ||
            ownershipReads.run(async () => (await processor.isHandled(event)) || isOwn(event.id, parts)),
          secrets,
          origin,
          now,
          metrics: telemetry.metrics,
          refusals: limits.create('refused-delivery', refusedDeliveriesLimit),
        }),
    },
  ];
  return { processor, resolvers: [], ...(secrets.length > 0 ? { routes } : {}) };
}
