import type { BreakerState } from '../telemetry/metrics.ts';
import { StripeUnavailableError } from './stripe.errors.ts';

const defaultOpenMs = 5_000;

/** What an attempt says of Stripe: it answered, it is out, or nothing. */
export type Verdict = 'answers' | 'is out' | 'unknown';

/**
 * Keeps calls from Stripe while it is out, so that each costs no time. After a while one is let through, and
 * what becomes of it decides for the rest. Of one process: others find out for themselves.
 *
 * Own code, since of the libraries cockatiel and opossum need Node 22 in the versions that are maintained.
 */
export class CircuitBreaker {
  private failures = 0;
  /** By the clock of `performance`; null while closed. */
  private openUntil: number | null = null;
  private isTrying = false;

  /**
   * @param failuresToOpen how many attempts in a row must fail before no more are made
   * @param openMs for how long none are made
   */
  constructor(
    private readonly failuresToOpen: number,
    private readonly openMs = defaultOpenMs,
  ) {}

  get state(): BreakerState {
    if (this.openUntil === null) return 'closed';
    return performance.now() < this.openUntil ? 'open' : 'half_open';
  }

  /** @throws StripeUnavailableError while Stripe is out, and what the work throws */
  async run<T>(work: () => Promise<T>, judge: (error: unknown) => Verdict): Promise<T> {
    const isTrial = this.enter();
    try {
      const result = await work();
      this.hear('answers', isTrial);
      return result;
    } catch (error) {
      this.hear(judge(error), isTrial);
      throw error;
    } finally {
      if (isTrial) this.isTrying = false;
    }
  }

  /** Whether this is the one attempt that is made to see how Stripe is. */
  private enter(): boolean {
    if (this.openUntil === null) return false;
    const leftMs = this.openUntil - performance.now();
    if (leftMs > 0 || this.isTrying) throw createHeldOffError(leftMs);
    this.isTrying = true;
    return true;
  }

  private hear(verdict: Verdict, isTrial: boolean): void {
    if (verdict === 'answers') {
      this.failures = 0;
      this.openUntil = null;
    } else if (verdict === 'is out') {
      this.failures += 1;
      // Attempts that began before it opened end while it is open, and hold nothing up for longer.
      const opens = this.openUntil === null && this.failures >= this.failuresToOpen;
      if (opens || isTrial) this.openUntil = performance.now() + this.openMs;
    }
  }
}

function createHeldOffError(leftMs: number): StripeUnavailableError {
  const cause = new Error('Stripe failed several times in a row, and is not asked for now');
  return new StripeUnavailableError(cause, Math.max(1, Math.ceil(leftMs / 1000)));
}
