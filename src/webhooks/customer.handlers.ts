import type { LinkingConfig } from '../config/config.ts';
import type { CustomerSync } from '../account/customer-sync.service.ts';
import { findStripeCustomerOrDeleted } from '../customers/stripe-customer.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import type { EventLinks } from './event-links.ts';
import { getCustomerId } from './webhook-event.ts';
import type { WebhookHandler, WebhookHandlers } from './webhook-processor.service.ts';
import { EventObjectMissingError } from './webhook.errors.ts';

type CustomerHandlers = Pick<WebhookHandlers, 'customer.created' | 'customer.updated' | 'customer.deleted'>;

/** Links customers whose metadata names a user under the operator's own key, and refreshes linked ones. */
export function createCustomerHandlers(
  stripe: StripeClient,
  links: EventLinks,
  sync: CustomerSync,
  { metadataKey }: LinkingConfig,
): CustomerHandlers {
  const linkAndRefresh: WebhookHandler = async (event) => {
    const id = getCustomerId(event);
    const customer = await findStripeCustomerOrDeleted(stripe, id);
    if (customer === null) throw new EventObjectMissingError();
    if (customer.deleted !== true && metadataKey !== null)
      await links.link(customer.metadata[metadataKey], id, event);
    await sync.refresh(id);
  };
  return {
    'customer.created': linkAndRefresh,
    'customer.updated': linkAndRefresh,
    // The link stays: who it was is still known, and an operator decides what becomes of it.
    'customer.deleted': (event) => sync.refresh(getCustomerId(event)),
  };
}
