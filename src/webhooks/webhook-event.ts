import { z } from 'zod';
import { WebhookRefusedError } from './webhook.errors.ts';

/** What is believed of an event: who and what it is about. How that is now, Stripe is asked. */
export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  readonly createdAt: Date;
  readonly livemode: boolean;
  /** The connected account it happened on; null for the key's own. */
  readonly account: string | null;
  /** Stripe's id of what it is about; null for the few things that have none. */
  readonly objectId: string | null;
  /** The customer it is about, or whose it was before; null when there is none. */
  readonly customerId: string | null;
}

/** Old accounts chose ids of their own for customers, whom nobody can be linked to: their events are read all the same. */
const customerIdSchema = z.string().regex(/^\P{Cc}{1,255}$/u);

const customerReference = z
  .union([customerIdSchema, z.object({ id: customerIdSchema }).transform(({ id }) => id)])
  .nullable()
  .catch(null);

const eventSchema = z.object({
  id: z.string().regex(/^evt_\w{1,200}$/),
  object: z.literal('event'),
  type: z.string().regex(/^[\w.]{1,200}$/),
  created: z.int().min(0).max(1e11),
  livemode: z.boolean(),
  account: z.string().nullish(),
  data: z.object({
    object: z.object({
      id: z.string().nullable().catch(null),
      object: z.string().nullable().catch(null),
      customer: customerReference,
    }),
    previous_attributes: z.object({ customer: customerReference }).nullable().catch(null),
  }),
});

/** Reads one of Stripe's events, of whatever type. @throws WebhookRefusedError */
export function readEvent(value: unknown): WebhookEvent {
  const { success, data: event } = eventSchema.safeParse(value);
  if (!success) throw new WebhookRefusedError('EVENT_UNREADABLE');
  const { object, previous_attributes: previous } = event.data;
  return {
    id: event.id,
    type: event.type,
    createdAt: new Date(event.created * 1000),
    livemode: event.livemode,
    account: event.account ?? null,
    objectId: object.id,
    customerId:
      object.object === 'customer'
        ? customerReference.parse(object.id)
        : (object.customer ?? previous?.customer ?? null),
  };
}

/** @throws WebhookRefusedError */
export function parseEvent(body: Buffer): WebhookEvent {
  return readEvent(parseJson(body.toString('utf8')));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WebhookRefusedError('EVENT_UNREADABLE');
  }
}

/** @throws WebhookRefusedError when the event happened in another world than the one that this service acts on */
export function checkOrigin(
  event: WebhookEvent,
  expected: { readonly livemode: boolean; readonly account: string | null },
): void {
  if (event.livemode !== expected.livemode) throw new WebhookRefusedError('WRONG_MODE');
  if (event.account !== expected.account) throw new WebhookRefusedError('WRONG_ACCOUNT');
}

/** @throws WebhookRefusedError when the event is about no customer */
export function getCustomerId({ customerId }: WebhookEvent): string {
  if (customerId === null) throw new WebhookRefusedError('EVENT_UNREADABLE');
  return customerId;
}

/** @throws WebhookRefusedError when it is about nothing that has an id */
export function getObjectId({ objectId }: WebhookEvent): string {
  if (objectId === null) throw new WebhookRefusedError('EVENT_UNREADABLE');
  return objectId;
}
