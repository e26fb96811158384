import type Stripe from 'stripe';
import type { LinkingConfig } from '../config/config.ts';
import type { CustomerSync } from '../account/customer-sync.service.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { isMissing } from '../stripe/stripe.errors.ts';
import type { EventMappings } from './event-mappings.ts';
import { getObjectId } from './webhook-event.ts';
import type { WebhookHandlers } from './webhook-processor.service.ts';
import { EventObjectMissingError } from './webhook.errors.ts';

/** Links the user that a Checkout session names to the session's customer. */
export function createCheckoutHandlers(
  stripe: StripeClient,
  links: EventMappings,
  sync: CustomerSync,
  linking: LinkingConfig,
): Pick<WebhookHandlers, 'checkout.session.completed'> {
  return {
    'checkout.session.completed': async (event) => {
      const session = await getSession(stripe, getObjectId(event));
      const { customer } = session;
      if (customer === null) return;
      const id = typeof customer === 'string' ? customer : customer.id;
      await links.link(findNamedUser(session, linking), id, event);
      await sync.refresh(id);
    },
  };
}

/**
 * Returns the user that the product's server created the session for. A payment link's session names no user: its
 * client_reference_id comes from the payer's URL, and its metadata is the same for every payer.
 */
function findNamedUser(
  session: Stripe.Checkout.Session,
  { metadataKey, byClientReferenceId }: LinkingConfig,
): string | undefined {
  if (session.payment_link !== null) return undefined;
  const named = metadataKey === null ? undefined : session.metadata?.[metadataKey];
  return named ?? (byClientReferenceId ? (session.client_reference_id ?? undefined) : undefined);
}

/** @throws EventObjectMissingError, and the errors of Stripe */
async function getSession(stripe: StripeClient, id: string): Promise<Stripe.Checkout.Session> {
  try {
    return await stripe.read((sdk, options) => sdk.checkout.sessions.retrieve(id, {}, options));
  } catch (error) {
    throw isMissing(error, 'session') || isMissing(error, 'id') ? new EventObjectMissingError() : error;
  }
}
