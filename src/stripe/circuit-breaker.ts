import type { BreakerState } from '../telemetry/metrics.ts';
import { StripeUnavailableError } from './stripe.errors.ts';

/** Failures within less time may come from concurrent attempts during one brief hiccup. */
const shortestOutageMs = 1_000;
const defaultOpenMs = 5_000;

/** What an attempt shows about Stripe. */
export type Verdict = 'answers' | 'is out' | 'unknown';

/**
 * Fails calls immediately while Stripe is down. After a while, one trial call goes through and decides whether the
 * breaker closes. Each process has its own breaker.
 *
 * It is our own code, because the maintained versions of cockatiel and opossum need Node 22.
 */
export class CircuitBreaker {
  private failures = 0;
  /** When the first failed attempt began, or when the last answer came if that was later. */
  private failingSince = 0;
  private answeredAt = 0;
  /** By the clock of `performance`; null while closed. */
  private openUntil: number | null = null;
  private isTrying = false;

  /**
   * @param failuresToOpen how many attempts in a row must fail before the breaker opens
   * @param openMs how long the breaker stays open
   * @param outageMs over how long the attempts must have failed
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

  /** @throws StripeUnavailableError while the breaker is open, and any error of the work */
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

  /** Returns whether this attempt is the trial. @throws StripeUnavailableError while the breaker is open */
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
    // A late failure of an attempt that began before the breaker opened does not extend the open time.
    if (isTrial || (isOut && this.openUntil === null)) this.openUntil = now + this.openMs;
  }
}

function createHeldOffError(leftMs: number): StripeUnavailableError {
  const cause = new Error('Stripe failed several times in a row, so no requests are sent for now');
  return new StripeUnavailableError(cause, Math.max(1, Math.ceil(leftMs / 1000)));
}
