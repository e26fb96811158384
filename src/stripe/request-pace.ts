import { setTimeout as wait } from 'node:timers/promises';
import { StripeRateLimitedError } from './stripe.errors.ts';

const longestWaitMs = 1_000;
/** The share of a second's requests that may come early. At 20 a second, no second has more than 22. */
const burstShare = 1 / 10;

/**
 * Keeps the requests to each of Stripe's endpoints below a rate, by making them wait for their turn. Who would
 * wait for long is refused at once, and so no more than a second's requests wait at any time.
 *
 * One number per endpoint says when its next turn is (GCRA), in place of a queue: those of libraries count by
 * fixed windows, in which two bursts can meet, or begin what waits only to give it up later.
 */
export class RequestPace {
  private waiting = 0;
  private readonly nextTurns = new Map<string, number>();
  private readonly gapMs: number;
  private readonly burstMs: number;

  constructor(requestsPerSecond: number) {
    this.gapMs = 1000 / requestsPerSecond;
    this.burstMs = Math.floor(requestsPerSecond * burstShare) * this.gapMs;
  }

  get queueDepth(): number {
    return this.waiting;
  }

  /** Resolves when it is the request's turn. @throws StripeRateLimitedError when that is too far off */
  async takeTurn(endpoint: string, patienceMs: number): Promise<void> {
    const now = performance.now();
    const turn = Math.max(now, this.nextTurns.get(endpoint) ?? 0);
    const waitMs = turn - this.burstMs - now;
    if (waitMs > Math.min(longestWaitMs, patienceMs)) throw createTooBusyError(waitMs);
    this.nextTurns.set(endpoint, turn + this.gapMs);
    if (waitMs <= 0) return;
    this.waiting += 1;
    await wait(waitMs);
    this.waiting -= 1;
  }
}

function createTooBusyError(waitMs: number): StripeRateLimitedError {
  return new StripeRateLimitedError(
    new Error('Too many requests wait for Stripe'),
    Math.max(1, Math.ceil(waitMs / 1000)),
  );
}
