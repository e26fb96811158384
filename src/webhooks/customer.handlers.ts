import type { LinkingConfig } from '../config/config.ts';
import type { CustomerSync } from '../account/customer-sync.service.ts';
import { findStripeCustomerOrDeleted } from '../customers/stripe-customer.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import type { EventMappings } from './event-mappings.ts';
import { getCustomerId } from './webhook-event.ts';
import type { WebhookHandler, WebhookHandlers } from './webhook-processor.service.ts';
import { EventObjectMissingError } from './webhook.errors.ts';

type CustomerHandlers = Pick<WebhookHandlers, 'customer.created' | 'customer.updated' | 'customer.deleted'>;

/** Links customers with metadata that names a user under the operator's own key, and refreshes linked customers. */
export function createCustomerHandlers(
  stripe: StripeClient,
  links: EventMappings,
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
    // The mapping stays, and an operator decides what to do with it.
    'customer.deleted': (event) => sync.refresh(getCustomerId(event)),
  };
}
