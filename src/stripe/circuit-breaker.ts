import type { BreakerState } from '../telemetry/metrics.ts';
import { StripeUnavailableError } from './stripe.errors.ts';

/** Failures of attempts that are made at once may be one hiccup, over before they are tried again. */
const shortestOutageMs = 1_000;
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
  /** When the first of them began, or the last answer came if that was later. */
  private failingSince = 0;
  private answeredAt = 0;
  /** By the clock of `performance`; null while closed. */
  private openUntil: number | null = null;
  private isTrying = false;

  /**
   * @param failuresToOpen how many attempts in a row must fail before no more are made
   * @param openMs for how long none are made
   * @param outageMs for how long they must have failed
   */
  constructor(
    private readonly failuresToOpen: number,
    private readonly openMs = defaultOpenMs,
    private readonly outageMs = shortestOutageMs,
  ) {}

  get state(): BreakerState {
    if (this.openUntil === null) return 'closed';
    return performance.now() < this.openUntil ? 'open' : 'half_open';
  }

  /** @throws StripeUnavailableError while Stripe is out, and what the work throws */
  async run<T>(work: () => Promise<T>, judge: (error: unknown) => Verdict): Promise<T> {
    const isTrial = this.enter();
    const startedAt = performance.now();
    try {
      const result = await work();
      this.hearAnswer();
      return result;
    } catch (error) {
      const verdict = judge(error);
      if (verdict === 'answers') this.hearAnswer();
      if (verdict === 'is out') this.hearFailure(startedAt, isTrial);
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

  private hearAnswer(): void {
    this.failures = 0;
    this.answeredAt = performance.now();
    this.openUntil = null;
  }

  private hearFailure(startedAt: number, isTrial: boolean): void {
    if (this.failures === 0) this.failingSince = Math.max(startedAt, this.answeredAt);
    this.failures += 1;
    const now = performance.now();
    const isOut = this.failures >= this.failuresToOpen && now - this.failingSince >= this.outageMs;
    // Attempts that began before it opened end while it is open, and hold nothing up for longer.
    if (isTrial || (isOut && this.openUntil === null)) this.openUntil = now + this.openMs;
  }
}

function createHeldOffError(leftMs: number): StripeUnavailableError {
  const cause = new Error('Stripe failed several times in a row, and is not asked for now');
  return new StripeUnavailableError(cause, Math.max(1, Math.ceil(leftMs / 1000)));
}
