import { setTimeout as wait } from 'node:timers/promises';
import { StripeRateLimitedError } from './stripe.errors.ts';

const longestWaitMs = 1_000;
/** How early a request may come. At 20 per second, no second has more than 23. */
const burstMs = 100;

/** Limits the rate of requests to each endpoint by letting them wait. One that would wait for over a second fails immediately. */
export class RequestPace {
  private readonly queues = new Map<string, TurnQueue>();

  constructor(private readonly requestsPerSecond: number) {}

  get queueDepth(): number {
    return [...this.queues.values()].reduce((sum, { waiters }) => sum + waiters.length, 0);
  }

  /** Holders take turns, however many requests each has waiting. @throws StripeRateLimitedError when the wait would be too long */
  takeTurn(endpoint: string, holder: string, timeoutMs: number): Promise<void> {
    let queue = this.queues.get(endpoint);
    if (queue === undefined) this.queues.set(endpoint, (queue = new TurnQueue(this.requestsPerSecond)));
    return queue.takeTurn(holder, timeoutMs);
  }
}

interface Waiter {
  readonly holder: string;
  /** Each holder has one turn in each round. */
  readonly round: number;
  /** When the request's whole time is over, by the clock of `performance`. */
  readonly deadline: number;
  readonly begin: () => void;
  readonly refuse: () => void;
}

/**
 * Spaces requests evenly and lets a few come early (GCRA). Waiting requests are sent in rounds, with one request of each
 * holder. The clock is read when each request begins, so that a busy process that wakes late does not catch up with a
 * burst. Queues of libraries use fixed windows, where two bursts can meet at a boundary, and know no holders.
 */
class TurnQueue {
  /** In the order of their turns. */
  readonly waiters: Waiter[] = [];
  private readonly gapMs: number;
  /** When the next request would be due if none came early. */
  private nextTurn = 0;
  /** The round of the last turn. */
  private round = 0;

  constructor(requestsPerSecond: number) {
    this.gapMs = 1000 / requestsPerSecond;
  }

  async takeTurn(holder: string, timeoutMs: number): Promise<void> {
    const latest = this.waiters.findLast((waiter) => waiter.holder === holder);
    const round = Math.max(this.round, latest?.round ?? 0) + 1;
    const place = this.waiters.findLastIndex((waiter) => waiter.round <= round) + 1;
    const waitMs = this.getWait(place);
    if (waitMs > Math.min(longestWaitMs, timeoutMs)) throw createTooBusyError(waitMs);
    const deadline = performance.now() + timeoutMs;
    await new Promise<void>((begin, reject) => {
      const refuse = (): void => reject(createTooBusyError(longestWaitMs));
      this.waiters.splice(place, 0, { holder, round, deadline, begin, refuse });
      // When too many wait, the last in the queue is refused: it belongs to a holder with the most requests.
      if (this.getWait(this.waiters.length - 1) > longestWaitMs) this.waiters.pop()?.refuse();
      if (this.waiters.length === 1) void this.serve();
    });
  }

  private async serve(): Promise<void> {
    for (let first = this.waiters[0]; first !== undefined; first = this.waiters[0]) {
      const waitMs = this.getWait(0);
      if (waitMs > 0) {
        await wait(waitMs);
        continue;
      }
      this.waiters.shift();
      this.round = first.round;
      // Requests of other holders went first, or the process was busy.
      if (performance.now() > first.deadline) first.refuse();
      else {
        this.nextTurn = Math.max(performance.now(), this.nextTurn) + this.gapMs;
        first.begin();
      }
    }
  }

  /** Until the turn at a place of the queue; below zero when a turn could have begun before now. */
  private getWait(place: number): number {
    return this.nextTurn - burstMs + place * this.gapMs - performance.now();
  }
}

function createTooBusyError(waitMs: number): StripeRateLimitedError {
  const cause = new Error('Too many requests are waiting for Stripe');
  return new StripeRateLimitedError(cause, Math.ceil(waitMs / 1000));
}

/** Path prefixes before the resource: `/v1/billing_portal/sessions`. */
const namespaces = new Set(['billing', 'billing_portal', 'checkout']);

/** Stripe limits `GET /v1/customers` and `GET /v1/customers/:id` apart: https://docs.stripe.com/rate-limits */
export function nameEndpoint(method: string, path: string): string {
  const [pathname = ''] = path.split('?', 1);
  const [, version = '', ...words] = pathname.split('/');
  const prefix = namespaces.has(words[0] ?? '') ? words.splice(0, 1) : [];
  // A path alternates resources and ids; these words take the place of an id.
  const isName = (word: string, index: number) => index % 2 === 0 || /^(search|create_preview)$/.test(word);
  const names = words.map((word, index) => (isName(word, index) ? word : ':id'));
  return `${method} /${[version, ...prefix, ...names].join('/')}`;
}

/** The customer that a request is about, so that one user's requests do not hold up others'; else the request itself. */
export function nameTurnHolder(path: string, body: string | null): string {
  const request = `${path} ${body ?? ''}`;
  return /\bcustomers?[=/](cus_\w+)/.exec(request)?.[1] ?? request;
}
