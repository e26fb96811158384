import type { CustomerSync } from '../customers/customer-sync.service.ts';
import { userIdMember } from '../customers/named-customers.ts';
import { findStripeCustomerOrDeleted } from '../customers/stripe-customer.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import type { EventLinks } from './event-links.ts';
import { getCustomerId } from './webhook-event.ts';
import type { WebhookHandler, WebhookHandlers } from './webhook-processor.service.ts';
import { EventObjectMissingError } from './webhook.errors.ts';

type CustomerHandlers = Pick<WebhookHandlers, 'customer.created' | 'customer.updated' | 'customer.deleted'>;

/** Links customers whose metadata names a user, and keeps linked ones up. */
export function createCustomerHandlers(
  stripe: StripeClient,
  links: EventLinks,
  sync: CustomerSync,
): CustomerHandlers {
  const linkAndRefresh: WebhookHandler = async (event) => {
    const id = getCustomerId(event);
    const customer = await findStripeCustomerOrDeleted(stripe, id);
    if (customer === null) throw new EventObjectMissingError();
    // Only a holder of the secret key writes metadata, and never the customer.
    if (customer.deleted !== true) await links.link(customer.metadata[userIdMember], id, event);
    await sync.refresh(id);
  };
  return {
    'customer.created': linkAndRefresh,
    'customer.updated': linkAndRefresh,
    // The link stays: who it was is still known, and an operator decides what becomes of it.
    'customer.deleted': (event) => sync.refresh(getCustomerId(event)),
  };
}
