import * as z from 'zod';
import type { StripeConfig } from '../config/config.ts';

export const webhookPath = '/webhooks/stripe';

export const handledEventTypes = [
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.pending_update_applied',
  'customer.subscription.pending_update_expired',
  'customer.subscription.trial_will_end',
  'subscription_schedule.created',
  'subscription_schedule.updated',
  'subscription_schedule.released',
  'subscription_schedule.canceled',
  'subscription_schedule.completed',
  'subscription_schedule.aborted',
  'customer.discount.created',
  'customer.discount.updated',
  'customer.discount.deleted',
  'customer.tax_id.created',
  'customer.tax_id.updated',
  'customer.tax_id.deleted',
  'customer.source.updated',
  'payment_method.attached',
  'payment_method.detached',
  'payment_method.updated',
  'payment_method.automatically_updated',
  'invoice.finalized',
  'invoice.updated',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.voided',
  'invoice.marked_uncollectible',
  'checkout.session.completed',
  'billing_portal.configuration.created',
  'billing_portal.configuration.updated',
  'billing_portal.session.created',
] as const;

/** A signed event of a handled type that cannot be read. It is answered with an error, so that Stripe keeps it. */
export class EventUnreadableError extends Error {
  override readonly name = 'EventUnreadableError';
  readonly code = 'EVENT_UNREADABLE';

  constructor() {
    super('The body is not a Stripe event that this service can read.');
  }
}

/** Old accounts have customers with custom ids. Users cannot be linked to them, but their events are valid. */
const customerId = z.string().regex(/^\P{Cc}{1,255}$/u);

const customerReference = z
  .union([customerId, z.object({ id: customerId }).transform(({ id }) => id)])
  .nullable()
  .catch(null);

const eventSchema = z
  .object({
    id: z.string().regex(/^evt_\w{1,200}$/),
    object: z.literal('event'),
    type: z.enum(handledEventTypes),
    created: z.int().min(0).max(1e11),
    account: z.string().nullish(),
    context: z.string().nullish(),
    data: z.object({
      object: z.object({
        id: z.string().nullable().catch(null),
        object: z.string().nullable().catch(null),
        customer: customerReference,
      }),
      previous_attributes: z.object({ customer: customerReference }).nullable().catch(null),
    }),
  })
  .transform(({ id, type, created, account, context, data: { object, previous_attributes: previous } }) => ({
    id,
    type,
    createdAt: new Date(created * 1000),
    /** Events of an organization's accounts name the account by `context`, and those of one account do not. */
    isOfOrganization: Boolean(context) && !account,
    /** The id of the event's object; null for the few objects that have none. */
    objectId: object.id,
    /** The customer that the object belongs to, or belonged to before the change. Null for other objects. */
    customerId:
      object.object === 'customer'
        ? customerReference.parse(object.id)
        : (object.customer ?? previous?.customer ?? null),
  }));

/** The ids of an event. Its other content is not used: the service reads the current state from Stripe. */
export type WebhookEvent = Readonly<z.output<typeof eventSchema>>;

/** The common fields of all event types. Other fields are read only from event types that this service handles. */
const envelopeSchema = z.object({
  object: z.literal('event'),
  type: z.string(),
  livemode: z.boolean(),
  account: z.string().nullish(),
});

/** Thin events (v2) name an object and have no data: https://docs.stripe.com/event-destinations#thin-events */
const thinEventSchema = z.object({ object: z.string().startsWith('v2.') });

export type EventOrigin = Pick<StripeConfig, 'livemode' | 'account'>;

export type IgnoredReason = 'thin' | 'other_type' | 'other_mode' | 'other_account';

/** Events for other services are valid and ignored: a Connect endpoint gets all accounts' events, a live one also test events. */
export function parseEvent(text: string, { livemode, account }: EventOrigin): WebhookEvent | IgnoredReason {
  const value = parseJson(text);
  if (thinEventSchema.safeParse(value).success) return 'thin';
  const event = read(envelopeSchema, value);
  if ((event.account ?? null) !== account) return 'other_account';
  if (event.livemode !== livemode) return 'other_mode';
  return (handledEventTypes as readonly string[]).includes(event.type) ? readEvent(value) : 'other_type';
}

export function readEvent(value: unknown): WebhookEvent {
  return read(eventSchema, value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EventUnreadableError();
  }
}

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const { success, data } = schema.safeParse(value);
  if (!success) throw new EventUnreadableError();
  return data;
}

export function requireId(id: string | null): string {
  if (id === null) throw new EventUnreadableError();
  return id;
}
