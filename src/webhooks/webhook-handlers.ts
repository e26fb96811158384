import type Stripe from 'stripe';
import type { CustomerSync } from '../account/customer-sync.service.ts';
import { AuditAction } from '../audit/audit-log.ts';
import { type AuditTrail, stripeItself } from '../audit/audit-trail.service.ts';
import type { LinkingConfig } from '../config/config.ts';
import type { ConfigurationIdCache } from '../configurations/configuration-id-cache.service.ts';
import type { CustomerDirectory } from '../customers/customer-directory.ts';
import { findStripeCustomerOrDeleted } from '../customers/stripe-customer.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { isMissing } from '../stripe/stripe.errors.ts';
import type { EventMappings } from './event-mappings.ts';
import {
  type RefreshingEventType,
  type WebhookEvent,
  getCustomerId,
  getObjectId,
  refreshingEventTypes,
} from './webhook-event.ts';
import type { WebhookHandler, WebhookHandlers } from './webhook-processor.service.ts';
import { EventObjectMissingError } from './webhook.errors.ts';

export interface HandlerParts {
  readonly stripe: StripeClient;
  readonly directory: CustomerDirectory;
  readonly links: EventMappings;
  readonly sync: CustomerSync;
  readonly audit: AuditTrail;
  readonly configurations: Pick<ConfigurationIdCache, 'forgetAll'>;
  readonly linking: LinkingConfig;
}

/** What happens at each event: only the current state at Stripe counts, so most events refresh their customer. */
export function createHandlers(parts: HandlerParts): WebhookHandlers {
  const { sync, configurations } = parts;
  /** A payment method or an invoice may have no customer. A detached payment method names its previous customer. */
  const refreshIfAny: WebhookHandler = ({ customerId }) =>
    customerId === null ? Promise.resolve(null) : sync.refresh(customerId);
  const linkAndRefresh: WebhookHandler = (event) => linkNamedUser(event, parts);
  // One replica receives the event. The caches of the others expire.
  const forget: WebhookHandler = () => {
    configurations.forgetAll();
    return Promise.resolve();
  };
  const refreshing = refreshingEventTypes.map((type) => [type, refreshIfAny] as const);
  return {
    ...(Object.fromEntries(refreshing) as Record<RefreshingEventType, WebhookHandler>),
    'customer.created': linkAndRefresh,
    'customer.updated': linkAndRefresh,
    // The mapping stays, and an operator decides what to do with it.
    'customer.deleted': (event) => sync.refresh(getCustomerId(event)),
    'checkout.session.completed': (event) => linkPayer(event, parts),
    'billing_portal.configuration.created': forget,
    'billing_portal.configuration.updated': forget,
    'billing_portal.session.created': (event) => noteSession(event, parts),
  };
}

/** Links a customer with metadata that name a user under the operator's own key. */
async function linkNamedUser(event: WebhookEvent, { stripe, links, sync, linking }: HandlerParts) {
  const id = getCustomerId(event);
  const customer = await findStripeCustomerOrDeleted(stripe, id);
  if (customer === null) throw new EventObjectMissingError();
  if (customer.deleted !== true && linking.metadataKey !== null)
    await links.link(customer.metadata[linking.metadataKey], id, event);
  await sync.refresh(id);
}

/** Links the user that a Checkout session names to the session's customer. */
async function linkPayer(event: WebhookEvent, { stripe, links, sync, linking }: HandlerParts) {
  const session = await getSession(stripe, getObjectId(event));
  const { customer } = session;
  if (customer === null) return;
  const id = typeof customer === 'string' ? customer : customer.id;
  await links.link(findNamedUser(session, linking), id, event);
  await sync.refresh(id);
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

/**
 * Records a portal session, however it was opened. The event's session URL is a credential and is not read. Stripe has
 * no later events about a session.
 */
async function noteSession(event: WebhookEvent, { directory, audit }: HandlerParts): Promise<void> {
  const stripeCustomerId = getCustomerId(event);
  const mapping = await directory.findByStripeCustomerId(stripeCustomerId);
  await audit.note({
    actor: stripeItself,
    action: AuditAction.REPORT_PORTAL_SESSION,
    userId: mapping?.userId,
    target: stripeCustomerId,
    details: { sessionId: getObjectId(event) },
    cause: event.id,
    at: event.createdAt,
  });
}
