import type { FastifyInstance } from 'fastify';
import type { HttpConfig } from '../config/config.ts';
import type { RateLimit } from '../config/variables.ts';
import type { Logger } from '../logging/logger.ts';
import { RequestBudget } from '../stripe/request-budget.ts';
import { toCountedNetwork } from './client-address.ts';
import { BoundedMemoryLimiter, RateLimiter } from './rate-limiter.ts';
import type { SharedLimiters } from './redis-limiter.ts';

/** The limit of an address is that of ten subjects: the users of a company or a mobile network share an address. */
const subjectsByAddress = 10;

export interface RateLimits {
  /** Null where RATE_LIMIT is off. */
  readonly subjects: RateLimiter | null;
  /** Null where RATE_LIMIT is off. */
  readonly addresses: RateLimiter | null;
  /** A limit of a feature's own, which applies also where RATE_LIMIT is off. */
  create(name: string, limit: RateLimit): RateLimiter;
  close(): void;
}

export async function createRateLimits(
  { rateLimit, redisUrl }: Pick<HttpConfig, 'rateLimit' | 'redisUrl'>,
  logger: Logger,
): Promise<RateLimits> {
  const shared = rateLimit === null || redisUrl === null ? null : await openRedis(redisUrl, logger);
  const createLimiter = (name: string, limit: RateLimit): RateLimiter => {
    const inMemory = new BoundedMemoryLimiter(limit);
    return new RateLimiter(shared?.create(name, limit, inMemory) ?? inMemory);
  };
  return {
    subjects: rateLimit && createLimiter('subject', rateLimit),
    addresses:
      rateLimit &&
      createLimiter('address', { ...rateLimit, requests: subjectsByAddress * rateLimit.requests }),
    create: createLimiter,
    close: () => shared?.close(),
  };
}

/** Loads the Redis client only when it is used, for a faster start. */
async function openRedis(url: string, logger: Logger): Promise<SharedLimiters> {
  const { openSharedLimiters } = await import('./redis-limiter.ts');
  return openSharedLimiters(url, logger);
}

/** Counts every request by its address. Register it before authentication, so that it also counts refused tokens. */
export function limitAddresses(server: FastifyInstance, { addresses }: RateLimits): void {
  if (addresses === null) return;
  server.addHook('onRequest', ({ ip }) => addresses.consume(toCountedNetwork(ip)));
}

/**
 * Counts requests by the token's subject, across addresses, and charges what they ask of Stripe to the same subject.
 * Register it after authentication.
 */
export function limitSubjects(server: FastifyInstance, { subjects }: RateLimits): void {
  const consume = subjects && ((subject: string) => subjects.consume(subject));
  if (consume !== null)
    server.addHook('onRequest', async ({ caller }) => {
      if (caller !== null) await consume(caller.userId);
    });
  // The callback's form: a promise would end the context in which the budget is found.
  server.addHook('onRequest', ({ caller }, _reply, done) => {
    if (caller === null) done();
    else new RequestBudget(caller.userId, consume).run(done);
  });
}
