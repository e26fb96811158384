import { randomUUID } from 'node:crypto';
import type { Leases } from '../records/leases.ts';
import type { RecordStore } from '../records/record-store.ts';
import { type HandledEventType, type WebhookEvent, isHandled } from './webhook-event.ts';
import { TooManyWaitingError } from './webhook.errors.ts';

/** Handles an event. Handlers are idempotent: after a crash, an event is handled again. */
export type WebhookHandler = (event: WebhookEvent) => Promise<unknown>;

export type WebhookHandlers = Readonly<Record<HandledEventType, WebhookHandler>>;

/** Whether an event was handled now, handled before, or ignored. */
type WebhookOutcome = 'handled' | 'repeated' | 'ignored';

/** Longer than the 30 days during which Stripe lists an event and can send it again. */
const keptMs = 35 * 24 * 60 * 60_000;

/** A day of renewals is a burst of thousands of events, which must leave capacity of the store and of Stripe for users. */
const eventsAtOnce = 10;

/** Stripe has timed out by then and sends the event again. */
const patienceMs = 20_000;

/**
 * Handles each event once, over all processes that share the store. An event is recorded only after its handler
 * succeeded, so that Stripe's next delivery is handled after a failure or a crash.
 */
export class WebhookProcessor {
  private readonly limit = new ConcurrencyLimit(eventsAtOnce, patienceMs);

  constructor(
    private readonly handlers: WebhookHandlers,
    private readonly records: RecordStore,
    private readonly leases: Leases,
  ) {}

  /** @throws TooManyWaitingError, LeaseTakenError, StoreUnavailableError, and the errors of the handler */
  async process(event: WebhookEvent): Promise<WebhookOutcome> {
    const { id, type } = event;
    if (!isHandled(type)) return 'ignored';
    return this.limit.run(() =>
      this.leases.runExclusive(`event:${id}`, async (lease) => {
        if ((await this.records.find('webhook-event', id)) !== null) return 'repeated';
        await this.handlers[type](event);
        lease.ensureHeld();
        await this.records.insert('webhook-event', createEventRecord(event));
        return 'handled';
      }),
    );
  }
}

function createEventRecord({ id, type }: WebhookEvent) {
  const expiresAt = new Date(Date.now() + keptMs);
  return { key: id, nonce: randomUUID(), owner: null, content: { type }, expiresAt };
}

/** Limits concurrency; callers wait in FIFO order. */
export class ConcurrencyLimit {
  private readonly waiting = new Set<() => void>();

  constructor(
    private free: number,
    private readonly patienceMs: number,
  ) {}

  /** @throws TooManyWaitingError, and any error of the work */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await this.wait();
    try {
      return await work();
    } finally {
      const [next] = this.waiting;
      if (next === undefined) this.free += 1;
      else next();
    }
  }

  private wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        this.waiting.delete(begin);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(begin);
        reject(new TooManyWaitingError());
      }, this.patienceMs);
      this.waiting.add(begin);
    });
  }
}
