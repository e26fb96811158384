import { randomUUID } from 'node:crypto';
import type { Leases } from '../records/leases.ts';
import type { RecordStore } from '../records/record-store.ts';
import { Turns } from './turns.ts';
import type { WebhookEvent } from './webhook-event.ts';
import { type HandledEventType, isHandled } from './webhook-event-types.ts';

/** Does what an event asks for. What it does may be done again, after a crash. */
export type WebhookHandler = (event: WebhookEvent) => Promise<unknown>;

export type WebhookHandlers = Readonly<Record<HandledEventType, WebhookHandler>>;

/** What became of an event: done now, done before, or nothing that this service acts on. */
type WebhookOutcome = 'handled' | 'repeated' | 'ignored';

/** Longer than the 30 days for which Stripe lists an event, and so can send it again. */
const keptMs = 35 * 24 * 60 * 60_000;

/** A day of renewals comes as a burst of thousands, which must leave the store and Stripe to users as well. */
const eventsAtOnce = 10;

/** Whoever sent it has given up by then, and will send it again. */
const patienceMs = 20_000;

/**
 * Lets each event take effect once, over all that share the store. One whose handler failed, or whose
 * process died, left no record, and is handled when it comes again.
 */
export class WebhookProcessor {
  private readonly turns = new Turns(eventsAtOnce, patienceMs);

  constructor(
    private readonly handlers: WebhookHandlers,
    private readonly records: RecordStore,
    private readonly leases: Leases,
  ) {}

  /** @throws TooManyWaitingError, LeaseTakenError, StoreUnavailableError, and what the handler throws */
  async process(event: WebhookEvent): Promise<WebhookOutcome> {
    const { id, type } = event;
    if (!isHandled(type)) return 'ignored';
    return this.turns.run(() =>
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
