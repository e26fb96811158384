import { boolean, integer } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { type Misbehavior, usualBehavior } from './misbehavior.ts';
import type { WebhookDeliveries } from './webhook-deliveries.ts';

/** Controls that make deliveries misbehave until a reset. Each call replaces the earlier settings. */
export function createMisbehaviorRoutes(deliveries: WebhookDeliveries): ApiRoute[] {
  const behave = (behavior: Misbehavior): object => {
    deliveries.misbehave(behavior);
    return { object: 'local_stripe.webhooks', ...behavior };
  };
  return [
    createRoute({
      method: 'POST',
      path: '/_control/webhooks',
      parameters: {
        copies: integer({ min: 1, max: 100 }),
        at_once: boolean(),
        delay_ms: integer({ min: 0 }),
        shuffle_ms: integer({ min: 0 }),
        seed: integer({ min: 0 }),
        drop_next: integer({ min: 0 }),
        drop_percent: integer({ min: 0, max: 100 }),
      },
      handle: ({ values }) =>
        behave({
          copies: values.copies ?? 1,
          atOnce: values.at_once ?? false,
          delayMs: values.delay_ms ?? 0,
          shuffleMs: values.shuffle_ms ?? 0,
          seed: values.seed ?? null,
          dropNext: values.drop_next ?? 0,
          dropPercent: values.drop_percent ?? 0,
        }),
    }),
    createRoute({
      method: 'DELETE',
      path: '/_control/webhooks',
      parameters: {},
      handle: () => behave(usualBehavior),
    }),
  ];
}
