import { createId } from './ids.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** Something that happened, in the shape of Stripe's events. */
export interface StripeEvent {
  readonly id: string;
  readonly object: 'event';
  /** The connected account that it happened on; absent on the key's own. */
  readonly account?: string;
  readonly api_version: string | null;
  readonly created: number;
  readonly data: { readonly object: object; readonly previous_attributes?: Record<string, unknown> };
  readonly livemode: false;
  /** How many endpoints have not got it, those that were given up included. */
  pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
}

/** What an event is about; many objects name their customer. */
interface RecordedObject {
  readonly id: string;
  readonly customer?: unknown;
}

/** Every state change, in order. Whoever delivers webhooks subscribes here. */
export class EventLog {
  readonly events: StripeEvent[] = [];
  private readonly listeners = new Set<(event: StripeEvent) => void>();
  private held: StripeEvent[] | null = null;
  private readonly now: () => number;
  /** The request being served, so that its events can name it. */
  request: RecordedRequest | null = null;
  /** On which connected account an object was made, for what later happens to it on a page or by the clock. */
  private readonly accounts = new Map<string, string>();

  constructor(now: () => number) {
    this.now = now;
  }

  record(type: string, object: RecordedObject, previous?: Record<string, unknown>): void {
    const account = this.accountOf(object);
    const event: StripeEvent = {
      id: createId('evt'),
      object: 'event',
      ...(account === undefined ? {} : { account }),
      api_version: this.request?.apiVersion ?? null,
      created: this.now(),
      data: { object: structuredClone(object), ...(previous ? { previous_attributes: previous } : {}) },
      livemode: false,
      pending_webhooks: 0,
      request: { id: this.request?.id ?? null, idempotency_key: this.request?.idempotencyKey ?? null },
      type,
    };
    if (this.held) this.held.push(event);
    else this.publish(event);
  }

  private accountOf({ id, customer }: RecordedObject): string | undefined {
    const account =
      this.request?.stripeAccount ?? this.accounts.get(id) ?? this.accounts.get(String(customer));
    if (account !== undefined) this.accounts.set(id, account);
    return account;
  }

  /** Holds events back until it is known whether what they tell of will last. */
  hold(): void {
    this.held = [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const event of held) this.publish(event);
  }

  discard(): void {
    this.held = null;
  }

  private publish(event: StripeEvent): void {
    this.events.push(event);
    for (const listener of this.listeners) listener(event);
  }

  /** Calls the listener with every later event; the returned function ends that. */
  subscribe(listener: (event: StripeEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
