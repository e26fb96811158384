import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { RateLimit } from '../config/variables.ts';

/** Counts requests by key, each in a window of time that begins with the key's first. */
export interface RateCounter {
  /** Counts one request. Null while the key is within its limit, else the milliseconds until it may ask again. */
  count(key: string): Promise<number | null>;
}

/** About 30 MB. Only addresses can become so many, since subjects need a token. */
const maxKeys = 100_000;

/** Counts in this process. When it has too many keys it forgets the oldest, so that no flood takes all memory. */
export class MemoryCounter implements RateCounter {
  readonly #limiter: RateLimiterMemory;
  readonly #limit: RateLimit;
  readonly #maxKeys: number;
  /** In the order in which their windows began. */
  readonly #keys = new Set<string>();

  constructor(limit: RateLimit, options: { readonly maxKeys?: number } = {}) {
    this.#limiter = new RateLimiterMemory({ points: limit.requests, duration: limit.perSeconds });
    this.#limit = limit;
    this.#maxKeys = options.maxKeys ?? maxKeys;
  }

  async count(key: string): Promise<number | null> {
    // What `consume` does, without a refusal that has to be caught.
    const { consumedPoints, msBeforeNext, isFirstInDuration } = await this.#limiter.penalty(key);
    if (isFirstInDuration) await this.#keep(key);
    return consumedPoints > this.#limit.requests ? msBeforeNext : null;
  }

  async #keep(key: string): Promise<void> {
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size > this.#maxKeys) await this.#forgetOldest();
  }

  /** A tenth at a time: what has been taken off a Set's beginning is passed over by each who asks for its first. */
  async #forgetOldest(): Promise<void> {
    for (const key of this.#keys) {
      if (this.#keys.size <= 0.9 * this.#maxKeys) return;
      this.#keys.delete(key);
      await this.#limiter.delete(key);
    }
  }
}
