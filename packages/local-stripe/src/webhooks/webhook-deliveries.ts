import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { StripeEvent } from '../event-log.ts';
import { Mischief, type Misbehavior, usualBehavior } from './misbehavior.ts';
import type { WebhookEndpoints } from './webhook-endpoints.ts';
import type { WebhookSender } from './webhook-sender.ts';

/** One event for one endpoint. */
interface Delivery {
  readonly event: StripeEvent;
  readonly payload: string;
  readonly endpointId: string;
  delivered: boolean;
}

/** Collected events, to be sent in random order. */
class ShuffleWindow {
  readonly deliveries: Delivery[] = [];
  private readonly closing = new AbortController();

  constructor(readonly mischief: Mischief) {}

  close(): void {
    this.closing.abort();
  }

  async closed(): Promise<void> {
    const { shuffleMs } = this.mischief.behavior;
    await wait(shuffleMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }
}

/** Delivers events to endpoints in the background, and retries until the answer is a 2xx. */
export class WebhookDeliveries {
  private readonly pending = new Set<Promise<void>>();
  private readonly ended = new AbortController();
  private mischief = new Mischief(usualBehavior);
  private window: ShuffleWindow | null = null;

  constructor(
    private readonly endpoints: WebhookEndpoints,
    private readonly sender: WebhookSender,
    private readonly retryDelaysMs: readonly number[],
  ) {
    // Every delivery that waits listens; Node warns from eleven listeners on.
    setMaxListeners(0, this.ended.signal);
  }

  /** Replaces the misbehavior from now on. Collected events are sent immediately. */
  misbehave(behavior: Misbehavior): void {
    this.window?.close();
    this.window = null;
    this.mischief = new Mischief(behavior);
  }

  /** Starts to deliver an event to every endpoint that listens for it. */
  take(event: StripeEvent): void {
    if (this.ended.signal.aborted) return;
    const receivers = this.endpoints.wanting(event);
    event.pending_webhooks = receivers.length;
    // Stripe signs indented JSON: a receiver that parses it and serializes it again cannot verify the signature.
    const payload = JSON.stringify(event, null, 2);
    for (const { endpoint } of receivers) {
      if (this.mischief.drops()) continue;
      this.schedule({ event, payload, endpointId: endpoint.id, delivered: false });
    }
  }

  /** Resolves once every event is delivered or given up, including events that deliveries cause. */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  async close(): Promise<void> {
    this.ended.abort();
    this.window?.close();
    this.sender.close();
    await this.settled();
  }

  private schedule(delivery: Delivery): void {
    if (this.mischief.behavior.shuffleMs === 0) {
      this.inBackground(this.deliver([delivery], this.mischief.behavior));
      return;
    }
    if (!this.window) {
      this.window = new ShuffleWindow(this.mischief);
      this.inBackground(this.deliverShuffled(this.window));
    }
    this.window.deliveries.push(delivery);
  }

  private async deliverShuffled(window: ShuffleWindow): Promise<void> {
    await window.closed();
    if (this.window === window) this.window = null;
    const { mischief, deliveries } = window;
    await this.deliver(mischief.shuffled(deliveries), mischief.behavior);
  }

  private async deliver(deliveries: readonly Delivery[], behavior: Misbehavior): Promise<void> {
    const { copies, atOnce, delayMs } = behavior;
    if (delayMs > 0) await this.pause(delayMs);
    const sends = deliveries.flatMap((delivery) => Array<Delivery>(copies).fill(delivery));
    if (atOnce) await Promise.all(sends.map((delivery) => this.sendWithRetries(delivery)));
    else for (const delivery of sends) await this.sendWithRetries(delivery);
  }

  /** Tries once now. Retries wait in the background and delay no other delivery. */
  private async sendWithRetries(delivery: Delivery): Promise<void> {
    if (!(await this.send(delivery))) this.inBackground(this.retry(delivery));
  }

  private async retry(delivery: Delivery): Promise<void> {
    for (const delayMs of this.retryDelaysMs) {
      await this.pause(delayMs);
      if (await this.send(delivery)) return;
    }
  }

  private async send(delivery: Delivery): Promise<boolean> {
    this.ended.signal.throwIfAborted();
    const receiver = this.endpoints.findEnabled(delivery.endpointId);
    if (!receiver) return false;
    const arrived = await this.sender.send(receiver.endpoint.url, delivery.payload, receiver.secret);
    if (arrived && !delivery.delivered) {
      delivery.delivered = true;
      delivery.event.pending_webhooks -= 1;
    }
    return arrived;
  }

  private async pause(milliseconds: number): Promise<void> {
    await wait(milliseconds, undefined, { signal: this.ended.signal });
  }

  private inBackground(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        if (!this.ended.signal.aborted) throw error;
      })
      .finally(() => this.pending.delete(tracked));
    this.pending.add(tracked);
  }
}
