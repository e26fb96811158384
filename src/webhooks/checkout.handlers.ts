import type Stripe from 'stripe';
import type { CustomerSync } from '../customers/customer-sync.service.ts';
import { userIdMember } from '../customers/named-customers.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { isMissing } from '../stripe/stripe.errors.ts';
import type { EventLinks } from './event-links.ts';
import { getObjectId } from './webhook-event.ts';
import type { WebhookHandlers } from './webhook-processor.service.ts';
import { EventObjectMissingError } from './webhook.errors.ts';

interface CheckoutOptions {
  /** Whether `client_reference_id` of a session that a server made may name a user. */
  readonly linkByClientReferenceId: boolean;
}

/** Links the customer that a Checkout session made or used to the user that the session names. */
export function createCheckoutHandlers(
  stripe: StripeClient,
  links: EventLinks,
  sync: CustomerSync,
  { linkByClientReferenceId }: CheckoutOptions,
): Pick<WebhookHandlers, 'checkout.session.completed'> {
  return {
    'checkout.session.completed': async (event) => {
      const session = await getSession(stripe, getObjectId(event));
      const { customer, metadata } = session;
      if (customer === null) return;
      const id = typeof customer === 'string' ? customer : customer.id;
      const reference = linkByClientReferenceId ? findOwnReference(session) : undefined;
      await links.link(metadata?.[userIdMember] ?? reference, id, event);
      await sync.refresh(id);
    },
  };
}

/** A payment link takes it from the address that the payer's browser opens: there it says nothing about who pays. */
function findOwnReference(session: Stripe.Checkout.Session): string | undefined {
  return session.payment_link === null ? (session.client_reference_id ?? undefined) : undefined;
}

/** @throws EventObjectMissingError, and the errors of Stripe */
async function getSession(stripe: StripeClient, id: string): Promise<Stripe.Checkout.Session> {
  try {
    return await stripe.read((sdk, options) => sdk.checkout.sessions.retrieve(id, {}, options));
  } catch (error) {
    throw isMissing(error, 'session') || isMissing(error, 'id') ? new EventObjectMissingError() : error;
  }
}
