import type { FastifyInstance } from 'fastify';
import type { HttpConfig } from '../config/config.ts';
import type { RateLimit } from '../config/variables.ts';
import { BillingError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { toCountedNetwork } from './network-address.ts';
import { MemoryCounter, type RateCounter } from './rate-counter.ts';
import type { RedisConnection } from './redis-connection.ts';
import { RedisCounter } from './redis-counter.ts';

/** How many subjects may ask as often as they like from one address: a company's or a mobile network's users share one. */
const subjectsByAddress = 10;

/** A caller asked more often than RATE_LIMIT allows. */
export class RateLimitedError extends BillingError {
  constructor(retryAfter: number) {
    super('RATE_LIMITED', 'Too many requests. Try again after the time that retryAfter gives, in seconds.', {
      retryAfter,
    });
  }
}

/** What requests are counted by. Null where limits are off. */
export interface RateLimits {
  readonly subjects: RateCounter | null;
  readonly addresses: RateCounter | null;
  close(): void;
}

export async function createRateLimits(
  { rateLimit, redisUrl }: Pick<HttpConfig, 'rateLimit' | 'redisUrl'>,
  logger: Logger,
): Promise<RateLimits> {
  if (rateLimit === null) return { subjects: null, addresses: null, close: () => undefined };
  const redis = redisUrl === null ? null : await openRedis(redisUrl, logger);
  const createCounter = (name: string, limit: RateLimit): RateCounter => {
    const inMemory = new MemoryCounter(limit);
    return redis === null ? inMemory : new RedisCounter(redis, name, limit, inMemory);
  };
  return {
    subjects: createCounter('subject', rateLimit),
    addresses: createCounter('address', { ...rateLimit, requests: subjectsByAddress * rateLimit.requests }),
    close: () => redis?.close(),
  };
}

/** Its client is loaded where it is used. */
async function openRedis(url: string, logger: Logger): Promise<RedisConnection> {
  const { connectRedis } = await import('./redis-connection.ts');
  return connectRedis(url, logger);
}

/** Counts every request by its address. Registered before authentication, it counts bad tokens as well. */
export function limitAddresses(server: FastifyInstance, { addresses }: RateLimits): void {
  if (addresses === null) return;
  server.addHook('onRequest', ({ ip }) => count(addresses, toCountedNetwork(ip)));
}

/** Counts by the token's subject, from whatever addresses it asks. Needs authentication before it. */
export function limitSubjects(server: FastifyInstance, { subjects }: RateLimits): void {
  if (subjects === null) return;
  server.addHook('onRequest', async ({ caller }) => {
    if (caller !== null) await count(subjects, caller.userId);
  });
}

/** @throws RateLimitedError */
async function count(counter: RateCounter, key: string): Promise<void> {
  const waitMs = await counter.count(key);
  if (waitMs !== null) throw new RateLimitedError(Math.max(1, Math.ceil(waitMs / 1000)));
}
