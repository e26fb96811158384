import { createHash } from 'node:crypto';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RateLimit } from '../config/variables.ts';
import type { Logger } from '../logger.ts';
import type { RateCounter, SharedCounters } from './rate-counter.ts';
import { type RedisConnection, connectRedis } from './redis-connection.ts';

/** Connects to a Redis that counts for every process that uses it. */
export async function openSharedCounters(url: string, logger: Logger): Promise<SharedCounters> {
  const connection = await connectRedis(url, logger);
  return {
    createCounter: (name, limit, fallback) => new RedisCounter(connection, name, limit, fallback),
    close: () => connection.close(),
  };
}

/**
 * Counts in Redis, together with every other process that does, and by its fallback while Redis does not answer:
 * an outage neither refuses requests nor holds them up.
 */
class RedisCounter implements RateCounter {
  readonly #limiter: RateLimiterRedis;

  constructor(
    private readonly connection: RedisConnection,
    /** Keeps counters apart. */
    name: string,
    private readonly limit: RateLimit,
    private readonly fallback: RateCounter,
  ) {
    this.#limiter = new RateLimiterRedis({
      storeClient: connection.client,
      useRedisPackage: true,
      keyPrefix: `billing-portal:${name}`,
      points: limit.requests,
      duration: limit.perSeconds,
    });
  }

  async count(key: string): Promise<number | null> {
    const result = await this.connection.ask(() => this.#limiter.penalty(hash(key)));
    if (result === null) return this.fallback.count(key);
    return result.consumedPoints > this.limit.requests ? result.msBeforeNext : null;
  }
}

/** Who asks how often is nothing that others who use this Redis need to know. */
function hash(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
