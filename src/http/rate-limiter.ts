import { hash } from 'node:crypto';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimit } from '../config/variables.ts';
import { RateLimitedError } from './http.errors.ts';

/** Limits the requests of a key. Keys are hashed: an address or a subject is personal data and may have any length. */
export class RateLimiter {
  constructor(private readonly limiter: Pick<RateLimiterAbstract, 'consume'>) {}

  /** Counts one request. @throws RateLimitedError */
  async consume(key: string): Promise<void> {
    try {
      await this.limiter.consume(hash('sha256', key, 'base64url'));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new RateLimitedError(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)));
    }
  }
}

/** About 25 MB. Only addresses can flood the limiter, since subjects need a token. */
const maxKeys = 50_000;

/** Counts in this process for a bounded number of keys. `RateLimiterMemory` alone keeps every key until its window ends. */
export class BoundedMemoryLimiter extends RateLimiterMemory {
  /** Ordered by the start of their windows. */
  private readonly keysByAge = new Set<string>();
  private readonly mostKeys: number;

  constructor({ requests, perSeconds }: RateLimit, options: { readonly maxKeys?: number } = {}) {
    super({ points: requests, duration: perSeconds });
    this.mostKeys = options.maxKeys ?? maxKeys;
  }

  override async consume(...args: Parameters<RateLimiterMemory['consume']>): Promise<RateLimiterRes> {
    const result = await super.consume(...args);
    if (result.isFirstInDuration) await this.remember(String(args[0]));
    return result;
  }

  private async remember(key: string): Promise<void> {
    this.keysByAge.delete(key);
    this.keysByAge.add(key);
    if (this.keysByAge.size <= this.mostKeys) return;
    // Many keys at a time: a Set finds its first member slowly after deletions at its start.
    const oldest = [...this.keysByAge].slice(0, Math.ceil(this.mostKeys / 10));
    for (const forgotten of oldest) this.keysByAge.delete(forgotten);
    await Promise.all(oldest.map((forgotten) => this.delete(forgotten)));
  }
}
