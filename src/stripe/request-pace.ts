import { setTimeout as wait } from 'node:timers/promises';
import { StripeRateLimitedError } from './stripe.errors.ts';

const longestWaitMs = 1_000;
/** The share of a second's requests that may come early. At 20 a second, no second has more than 23. */
const burstShare = 1 / 10;

/**
 * Keeps the requests to each of Stripe's endpoints below a rate, by making them wait for their turn. Who would
 * wait for long is refused at once, and so no more than a second's requests wait at any time.
 */
export class RequestPace {
  private readonly queues = new Map<string, TurnQueue>();

  constructor(private readonly requestsPerSecond: number) {}

  get queueDepth(): number {
    return [...this.queues.values()].reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** Resolves when it is the request's turn. @throws StripeRateLimitedError when that is too far off */
  takeTurn(endpoint: string, patienceMs: number): Promise<void> {
    let queue = this.queues.get(endpoint);
    if (queue === undefined) this.queues.set(endpoint, (queue = new TurnQueue(this.requestsPerSecond)));
    return queue.takeTurn(Math.min(longestWaitMs, patienceMs));
  }
}

/**
 * Turns at even distances, of which a few may come early (GCRA). They are held to the clock as each begins, so
 * that a busy process, which wakes late, does not make up for it by a burst. The queues of libraries count by
 * fixed windows, in which two bursts can meet, or start what has waited only to give it up.
 */
class TurnQueue {
  waiting = 0;
  private readonly gapMs: number;
  private readonly burstMs: number;
  /** When the next turn would be if none came early. */
  private nextTurn = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(requestsPerSecond: number) {
    this.gapMs = 1000 / requestsPerSecond;
    this.burstMs = Math.floor(requestsPerSecond * burstShare) * this.gapMs;
  }

  async takeTurn(patienceMs: number): Promise<void> {
    const waitMs = this.getWait() + this.waiting * this.gapMs;
    if (waitMs > patienceMs) throw createTooBusyError(waitMs);
    if (waitMs <= 0 && this.waiting === 0) {
      this.begin();
      return;
    }
    this.waiting += 1;
    this.last = this.last.then(() => wait(Math.max(0, this.getWait()))).then(() => this.beginWaiting());
    return this.last;
  }

  private beginWaiting(): void {
    this.waiting -= 1;
    this.begin();
  }

  /** Below zero when a turn could have begun before now. */
  private getWait(): number {
    return this.nextTurn - this.burstMs - performance.now();
  }

  private begin(): void {
    this.nextTurn = Math.max(performance.now(), this.nextTurn) + this.gapMs;
  }
}

function createTooBusyError(waitMs: number): StripeRateLimitedError {
  return new StripeRateLimitedError(
    new Error('Too many requests wait for Stripe'),
    Math.max(1, Math.ceil(waitMs / 1000)),
  );
}
