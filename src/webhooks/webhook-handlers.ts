import type Stripe from 'stripe';
import type { Account } from '../account/create-account.ts';
import { stripeItself } from '../audit/audit-trail.service.ts';
import type { LinkingConfig } from '../config/config.ts';
import type { Configurations } from '../configurations/create-configurations.ts';
import type { Customers } from '../customers/create-customers.ts';
import { type MappingIds, mappingIdsSchema } from '../customers/customer-directory.ts';
import {
  CustomerAlreadyLinkedError,
  MappingRemovedError,
  UserAlreadyLinkedError,
} from '../customers/customer.errors.ts';
import { findStripeCustomerOrDeleted } from '../customers/stripe-customer.ts';
import type { Platform } from '../platform.ts';
import { findById, isForbidden, isTooLarge } from '../stripe/stripe.errors.ts';
import { type WebhookEvent, requireId } from './webhook-event.ts';

export interface HandlerParts extends Pick<Platform, 'stripe' | 'audit' | 'leases' | 'logger'> {
  readonly customers: Customers;
  readonly account: Account;
  readonly configurations: Configurations;
  readonly linking: LinkingConfig;
}

/** Only the current state at Stripe counts, so most events refresh their customer. Idempotent: after a crash, an event is handled again. */
export async function handleEvent(event: WebhookEvent, parts: HandlerParts): Promise<void> {
  switch (event.type) {
    case 'customer.created':
    case 'customer.updated':
      await linkNamedUser(event, parts);
      break;
    case 'customer.deleted':
      // The mapping stays, and an operator decides what to do with it.
      await parts.account.sync.refresh(requireId(event.customerId));
      break;
    case 'checkout.session.completed':
      await linkPayer(event, parts);
      break;
    case 'billing_portal.configuration.created':
    case 'billing_portal.configuration.updated':
      // One replica receives the event. The caches of the others expire.
      parts.configurations.ids.forgetAll();
      break;
    case 'billing_portal.session.created':
      await noteSession(event, parts);
      break;
    default:
      // A payment method or an invoice may have no customer. A detached payment method names its previous customer.
      if (event.customerId !== null) await parts.account.sync.refresh(event.customerId);
  }
}

/** An event belongs to one account, so the key's account does not have those of an organization's other accounts. */
export async function isOwn(eventId: string, { stripe }: HandlerParts): Promise<boolean> {
  try {
    const reading = stripe.read((sdk, options) => sdk.events.retrieve(eventId, {}, options));
    return (await findById(eventId, reading)) !== null;
  } catch (error) {
    // An event that is too large to read is there, and a restricted key may lack the permission to read events.
    if (isTooLarge(error) || isForbidden(error)) return true;
    throw error;
  }
}

/** Links a customer with metadata that name a user under the operator's own key. */
async function linkNamedUser(event: WebhookEvent, parts: HandlerParts): Promise<void> {
  const id = requireId(event.customerId);
  const { metadataKey } = parts.linking;
  if (metadataKey !== null) {
    const customer = await findStripeCustomerOrDeleted(parts.stripe, id);
    if (customer === null) throw createMissingError();
    if (customer.deleted !== true) await linkByEvent(customer.metadata[metadataKey], id, event, parts);
  }
  await parts.account.sync.refresh(id);
}

async function linkPayer(event: WebhookEvent, parts: HandlerParts): Promise<void> {
  const id = requireId(event.objectId);
  const params = { expand: ['customer'] }; // It may have been deleted since.
  const reading = parts.stripe.read((sdk, options) => sdk.checkout.sessions.retrieve(id, params, options));
  const session = await findById(id, reading);
  if (session === null) throw createMissingError();
  const { customer } = session;
  if (customer === null) return;
  const { id: payer, deleted = false } = typeof customer === 'string' ? { id: customer } : customer;
  if (!deleted) await linkByEvent(findNamedUser(session, parts.linking), payer, event, parts);
  await parts.account.sync.refresh(payer);
}

/**
 * The user that the product's server created the session for. A payment link's session names no user: its
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

/** The key and the signing secret may belong to different sandboxes, so Stripe should send the event again. */
function createMissingError(): Error {
  return new Error(
    "Stripe does not have the event's object. Check that the key and the signing secret belong to the same sandbox.",
  );
}

/** Records a session, however it was opened. The session's URL is a credential and is not read. Stripe sends no later events. */
async function noteSession(event: WebhookEvent, { customers, audit }: HandlerParts): Promise<void> {
  const stripeCustomerId = requireId(event.customerId);
  const mapping = await customers.directory.findByStripeCustomerId(stripeCustomerId);
  const about = { userId: mapping?.userId, target: stripeCustomerId };
  const details = { sessionId: requireId(event.objectId) };
  const intent = { actor: stripeItself, action: 'report_portal_session', ...about, details } as const;
  await audit.note(intent, event.createdAt, event.id);
}

/** Never replaces a mapping or restores a removed one. @param userId from Stripe's object; an invalid id names no user */
async function linkByEvent(
  userId: string | undefined,
  stripeCustomerId: string,
  event: WebhookEvent,
  parts: HandlerParts,
): Promise<void> {
  const { success, data: link } = mappingIdsSchema.safeParse({ userId, stripeCustomerId });
  if (!success) return;
  // Several events may name the same user at once, but the trail needs one entry for one new mapping.
  await parts.leases.runExclusive(`customer:${stripeCustomerId}`, () => linkAlone(link, event, parts));
}

async function linkAlone(link: MappingIds, event: WebhookEvent, parts: HandlerParts): Promise<void> {
  const { audit, customers, logger } = parts;
  const { directory, mappings, conflicts } = customers;
  const { userId, stripeCustomerId } = link;
  const { id: eventId, type: eventType, createdAt } = event;
  const ofUser = await directory.findByUserId(userId);
  if (ofUser?.stripeCustomerId === stripeCustomerId) return;
  const about = { userId, target: stripeCustomerId, details: { eventId } };
  try {
    // The trail has no entry for a mapping that is known to be refused.
    if (!(await mappings.isAllowed(link))) throw new MappingRemovedError();
    if (ofUser !== null) throw new UserAlreadyLinkedError(userId);
    if ((await directory.findByStripeCustomerId(stripeCustomerId)) !== null)
      throw new CustomerAlreadyLinkedError(stripeCustomerId);
    const intent = { actor: stripeItself, action: 'link_customer_by_event', ...about } as const;
    await audit.record(intent, () => mappings.link(link));
  } catch (error) {
    // The lines do not contain the user's id: the user may have been erased.
    const facts = { eventId, eventType, stripeCustomerId };
    if (error instanceof MappingRemovedError)
      logger.info(facts, 'mapping not restored by an event: it was removed');
    else if (error instanceof UserAlreadyLinkedError || error instanceof CustomerAlreadyLinkedError) {
      logger.warn(
        facts,
        'customer conflict: a customer at Stripe names a user, but one of them is linked elsewhere; an administrator has to resolve it',
      );
      await conflicts.report(link, createdAt, stripeItself, eventId);
    } else throw error;
  }
}
