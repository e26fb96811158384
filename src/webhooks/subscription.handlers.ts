import type { CustomerSync } from '../account/customer-sync.service.ts';
import { getCustomerId } from './webhook-event.ts';
import type { WebhookHandler, WebhookHandlers } from './webhook-processor.service.ts';

type SubscriptionHandlers = Pick<
  WebhookHandlers,
  Extract<keyof WebhookHandlers, `customer.subscription.${string}`>
>;

/** Every event of a subscription refreshes its customer: only the current state counts. */
export function createSubscriptionHandlers(sync: CustomerSync): SubscriptionHandlers {
  const refresh: WebhookHandler = (event) => sync.refresh(getCustomerId(event));
  return {
    'customer.subscription.created': refresh,
    'customer.subscription.updated': refresh,
    'customer.subscription.deleted': refresh,
    'customer.subscription.paused': refresh,
    'customer.subscription.resumed': refresh,
    'customer.subscription.pending_update_applied': refresh,
    'customer.subscription.pending_update_expired': refresh,
    'customer.subscription.trial_will_end': refresh,
  };
}
