import { type RateLimiterAbstract, RateLimiterRedis } from 'rate-limiter-flexible';
import type { RateLimit } from '../config/variables.ts';
import type { Logger } from '../logging/logger.ts';
import { RedisConnection } from './redis-connection.ts';

/** Rate limiters that share their counts in Redis with all other replicas. */
export interface SharedLimiters {
  /**
   * @param name separates the keys of different limiters
   * @param inMemory counts while Redis is unreachable
   */
  create(name: string, limit: RateLimit, inMemory: RateLimiterAbstract): RateLimiterAbstract;
  close(): void;
}

export async function openSharedLimiters(url: string, logger: Logger): Promise<SharedLimiters> {
  const connection = new RedisConnection(url, logger);
  await connection.open();
  return {
    create: (name, { requests, perSeconds }, inMemory) =>
      new RateLimiterRedis({
        storeClient: connection,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        keyPrefix: `billing-portal:${name}`,
        points: requests,
        duration: perSeconds,
        insuranceLimiter: inMemory,
      }),
    close: () => connection.close(),
  };
}
