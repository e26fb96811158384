import { setTimeout as wait } from 'node:timers/promises';
import { StripeRateLimitedError } from './stripe.errors.ts';

const longestWaitMs = 1_000;
/** The share of a second's requests that may come early. At 20 per second, no second has more than 23. */
const burstShare = 1 / 10;

/**
 * Limits the rate of requests to each of Stripe's endpoints by making requests wait. A request that would wait for more
 * than a second fails immediately, so at most a second's requests wait at any time.
 */
export class RequestPace {
  private readonly queues = new Map<string, TurnQueue>();

  constructor(private readonly requestsPerSecond: number) {}

  get queueDepth(): number {
    return [...this.queues.values()].reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** Resolves when the request may be sent. @throws StripeRateLimitedError when the wait would be too long */
  takeTurn(endpoint: string, patienceMs: number): Promise<void> {
    let queue = this.queues.get(endpoint);
    if (queue === undefined) this.queues.set(endpoint, (queue = new TurnQueue(this.requestsPerSecond)));
    return queue.takeTurn(Math.min(longestWaitMs, patienceMs));
  }
}

/**
 * Spaces requests evenly and lets a few come early (GCRA). The clock is read when each request begins, so that a busy
 * process that wakes late does not catch up with a burst. Queues of libraries use fixed windows, where two bursts can
 * meet at a boundary, or start requests that have already timed out.
 */
class TurnQueue {
  waiting = 0;
  private readonly gapMs: number;
  private readonly burstMs: number;
  /** When the next request would be due if none came early. */
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

  /** Below zero when a request could have begun earlier. */
  private getWait(): number {
    return this.nextTurn - this.burstMs - performance.now();
  }

  private begin(): void {
    this.nextTurn = Math.max(performance.now(), this.nextTurn) + this.gapMs;
  }
}

function createTooBusyError(waitMs: number): StripeRateLimitedError {
  return new StripeRateLimitedError(
    new Error('Too many requests are waiting for Stripe'),
    Math.max(1, Math.ceil(waitMs / 1000)),
  );
}
