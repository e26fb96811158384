import type { FastifyInstance, HookHandlerDoneFunction } from 'fastify';
import type { HttpConfig } from '../config/config.ts';
import type { RateLimit } from '../config/variables.ts';
import type { Logger } from '../logger.ts';
import { RateLimitedError } from './http.errors.ts';
import { toCountedNetwork } from './network-address.ts';
import { MemoryCounter, type RateCounter, type SharedCounters } from './rate-counter.ts';

/** How many subjects may ask as often as they like from one address: a company's or a mobile network's users share one. */
const subjectsByAddress = 10;

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
  const shared = redisUrl === null ? null : await openRedis(redisUrl, logger);
  const createCounter = (name: string, limit: RateLimit): RateCounter => {
    const inMemory = new MemoryCounter(limit);
    return shared === null ? inMemory : shared.createCounter(name, limit, inMemory);
  };
  return {
    subjects: createCounter('subject', rateLimit),
    addresses: createCounter('address', { ...rateLimit, requests: subjectsByAddress * rateLimit.requests }),
    close: () => shared?.close(),
  };
}

/** What speaks to Redis is loaded where it is used. */
async function openRedis(url: string, logger: Logger): Promise<SharedCounters> {
  const { openSharedCounters } = await import('./redis-counter.ts');
  return openSharedCounters(url, logger);
}

/** Counts every request by its address. Registered before authentication, it counts bad tokens as well. */
export function limitAddresses(server: FastifyInstance, { addresses }: RateLimits): void {
  if (addresses === null) return;
  server.addHook('onRequest', ({ ip }, _reply, done) => {
    decide(addresses.count(toCountedNetwork(ip)), done);
  });
}

/** Counts by the token's subject, from whatever addresses it asks. Needs authentication before it. */
export function limitSubjects(server: FastifyInstance, { subjects }: RateLimits): void {
  if (subjects === null) return;
  server.addHook('onRequest', ({ caller }, _reply, done) => {
    if (caller === null) done();
    else decide(subjects.count(caller.userId), done);
  });
}

/** A counter in this process answers at once, and needs no turn of promises. */
function decide(counted: ReturnType<RateCounter['count']>, done: HookHandlerDoneFunction): void {
  if (counted instanceof Promise) counted.then((waitMs) => done(toRefusal(waitMs)), done);
  else done(toRefusal(counted));
}

function toRefusal(waitMs: number | null): RateLimitedError | undefined {
  return waitMs === null ? undefined : new RateLimitedError(Math.max(1, Math.ceil(waitMs / 1000)));
}
