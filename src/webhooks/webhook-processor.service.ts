import type { Leases } from '../records/leases.ts';
import { type RecordStore, createRecord } from '../records/record-store.ts';
import type { WebhookEvent } from './webhook-event.ts';

/** Longer than the 30 days during which Stripe lists an event and can send it again. */
const keptMs = 35 * 24 * 60 * 60_000;

/** A day of renewals is a burst of thousands of events, which must leave capacity of the store and of Stripe for users. */
const eventsAtOnce = 10;

/** Stripe has timed out by then and sends the event again. */
const patienceMs = 20_000;

export function createEventLimit(): ConcurrencyLimit {
  return new ConcurrencyLimit(eventsAtOnce, patienceMs);
}

/** Handles each event once, over all processes. Only a handled event is recorded: after a crash, Stripe's next delivery is handled. */
export class WebhookProcessor {
  private readonly limit = createEventLimit();

  constructor(
    private readonly handle: (event: WebhookEvent) => Promise<void>,
    private readonly records: RecordStore,
    private readonly leases: Leases,
  ) {}

  /** @throws LeaseTakenError, StoreUnavailableError, and errors of the handler */
  process(event: WebhookEvent): Promise<'handled' | 'repeated'> {
    const { id: key, type } = event;
    return this.limit.run(() =>
      this.leases.runExclusive(`event:${key}`, async () => {
        if (await this.isHandled(event)) return 'repeated';
        await this.handle(event);
        const expiresAt = new Date(Date.now() + keptMs);
        await this.records.insert('webhook-event', createRecord(key, { content: { type }, expiresAt }));
        return 'handled';
      }),
    );
  }

  async isHandled({ id }: WebhookEvent): Promise<boolean> {
    return (await this.records.find('webhook-event', id)) !== null;
  }
}

/** Limits concurrency; callers wait in FIFO order. */
export class ConcurrencyLimit {
  private readonly waiting = new Set<() => void>();

  constructor(
    private free: number,
    private readonly patienceMs: number,
  ) {}

  /** @throws an error after too long a wait, and any error of the work */
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
        reject(new Error('Too many events are waiting'));
      }, this.patienceMs);
      this.waiting.add(begin);
    });
  }
}
