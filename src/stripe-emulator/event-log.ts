import { createId } from './ids.ts';

/** Something that happened, in the shape of Stripe's events. */
export interface EmulatorEvent {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string | null;
  readonly created: number;
  readonly data: { readonly object: object; readonly previous_attributes?: Record<string, unknown> };
  readonly livemode: false;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
}

/** Every state change, in order. Whoever delivers webhooks subscribes here. */
export class EventLog {
  readonly events: EmulatorEvent[] = [];
  private readonly listeners = new Set<(event: EmulatorEvent) => void>();
  private held: EmulatorEvent[] | null = null;
  private readonly now: () => number;
  /** The request being served, so that its events can name it. */
  request: {
    readonly id: string;
    readonly idempotencyKey: string | null;
    readonly apiVersion: string | null;
  } | null = null;

  constructor(now: () => number) {
    this.now = now;
  }

  record(type: string, object: object, previous?: Record<string, unknown>): void {
    const event: EmulatorEvent = {
      id: createId('evt'),
      object: 'event',
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

  private publish(event: EmulatorEvent): void {
    this.events.push(event);
    for (const listener of this.listeners) listener(event);
  }

  /** Calls the listener with every later event; the returned function ends that. */
  subscribe(listener: (event: EmulatorEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
