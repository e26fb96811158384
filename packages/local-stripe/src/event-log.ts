import { createId } from './ids.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** An event as Stripe returns it. */
export interface StripeEvent {
  readonly id: string;
  readonly object: 'event';
  /** The connected account; absent for events of the key's own account. */
  readonly account?: string;
  readonly api_version: string | null;
  readonly created: number;
  readonly data: { readonly object: object; readonly previous_attributes?: Record<string, unknown> };
  readonly livemode: false;
  /** The number of endpoints that have not received the event, including those that were given up. */
  pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
}

/** The object of an event. Many objects name their customer. */
interface RecordedObject {
  readonly id: string;
  readonly customer?: unknown;
}

export interface EventLogDump {
  readonly events: readonly StripeEvent[];
  readonly accounts: readonly (readonly [string, string])[];
}

/** Every event, in order. Webhook deliveries and the search index subscribe to it. */
export class EventLog {
  readonly events: StripeEvent[] = [];
  private readonly listeners = new Set<(event: StripeEvent) => void>();
  private held: StripeEvent[] | null = null;
  private readonly now: () => number;
  /** The current request, so that its events can name it. */
  request: RecordedRequest | null = null;
  /** The connected account of each object, for later events that no API request causes: on a page, or by the clock. */
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

  /** Holds events back until the request succeeds or fails. */
  hold(): void {
    this.held = [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const event of held) this.publish(event);
  }

  /** Runs something without recording its events. */
  muted<T>(run: () => T): T {
    const held = this.held;
    this.held = [];
    try {
      return run();
    } finally {
      this.held = held;
    }
  }

  discard(): void {
    this.held = null;
  }

  private publish(event: StripeEvent): void {
    this.events.push(event);
    for (const listener of this.listeners) listener(event);
  }

  dump(): EventLogDump {
    return { events: this.events, accounts: [...this.accounts] };
  }

  /** Adds events that were published before a restart. No listener hears of them again. */
  restore({ events, accounts }: EventLogDump): void {
    this.events.push(...events);
    for (const [id, account] of accounts) this.accounts.set(id, account);
  }

  /** Calls the listener with every later event. Returns a function that unsubscribes it. */
  subscribe(listener: (event: StripeEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
