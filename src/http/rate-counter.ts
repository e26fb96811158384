import type { RateLimit } from '../config/variables.ts';
import { ExpiringMap } from '../expiring-map.ts';

/** Counts requests by key, each in a window of time that begins with the key's first. */
export interface RateCounter {
  /** Counts one request. Null while the key is within its limit, else the milliseconds until it may ask again. */
  count(key: string): number | null | Promise<number | null>;
}

/** Counters that several processes count in together. */
export interface SharedCounters {
  /** @param fallback counts while the others cannot be reached */
  createCounter(name: string, limit: RateLimit, fallback: RateCounter): RateCounter;
  close(): void;
}

/** About 15 MB. Only addresses can become so many, since subjects need a token. */
const maxKeys = 100_000;

/** Counts in this process. When it has too many keys it forgets the oldest, so that no flood takes all memory. */
export class MemoryCounter implements RateCounter {
  readonly #windows: ExpiringMap<{ requests: number }>;

  constructor(
    private readonly limit: RateLimit,
    options: { readonly maxKeys?: number } = {},
  ) {
    this.#windows = new ExpiringMap({
      lifetimeMs: limit.perSeconds * 1000,
      maxSize: options.maxKeys ?? maxKeys,
      clock: () => performance.now(),
    });
  }

  count(key: string): number | null {
    const { value, endsAt } = this.#windows.get(key) ?? this.#windows.set(key, { requests: 0 });
    value.requests += 1;
    return value.requests > this.limit.requests ? endsAt - performance.now() : null;
  }
}
