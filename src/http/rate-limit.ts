import type { FastifyInstance } from 'fastify';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../auth/claims.ts';
import type { HttpConfig } from '../config/config.ts';
import type { RateLimit } from '../config/variable-values.ts';
import type { RequestContext } from '../graphql/context.ts';
import type { Logger } from '../logging/logger.ts';
import { BillingError } from '../shared/errors.ts';

/** The limit of an address is that of ten subjects: the users of a company or a mobile network share an address. */
const subjectsByAddress = 10;

/** A host did not say where its request came from. A few clients would use up one count for all such requests. */
export const unknownAddress = '';

export interface RateLimits {
  /** Null where RATE_LIMIT is off, like the limiter of addresses. */
  readonly subjects: RateLimiter | null;
  readonly addresses: RateLimiter | null;
  /** A limit of a feature's own, which applies also where RATE_LIMIT is off. */
  create(name: string, limit: RateLimit): RateLimiter;
  close(): void;
}

export async function createRateLimits(
  { rateLimit, redisUrl }: Pick<HttpConfig, 'rateLimit' | 'redisUrl'>,
  logger: Logger,
): Promise<RateLimits> {
  const url = rateLimit && redisUrl;
  // Loads the Redis client only when it is used, for a faster start.
  const loaded = url === null ? null : await import('./redis-limiter.ts');
  const shared = loaded && url ? await new loaded.SharedLimiters(url, logger).open() : null;
  const createLimiter = (name: string, limit: RateLimit): RateLimiter => {
    const inMemory = new BoundedMemoryLimiter(limit);
    return new RateLimiter(shared?.create(name, limit, inMemory) ?? inMemory);
  };
  const ofAddress = rateLimit && { ...rateLimit, requests: subjectsByAddress * rateLimit.requests };
  return {
    subjects: rateLimit && createLimiter('subject', rateLimit),
    addresses: ofAddress && createLimiter('address', ofAddress),
    create: createLimiter,
    close: () => shared?.close(),
  };
}

/** Counts every request by its address, if known. Register it before authentication, so that it also counts refused tokens. */
export function limitAddresses(server: FastifyInstance, { addresses }: RateLimits): void {
  if (addresses === null) return;
  server.addHook('onRequest', async ({ ip }) => {
    if (ip !== unknownAddress) await addresses.consume(toCountedNetwork(ip));
  });
}

/** Counts requests by the token's subject, across addresses. Register it after authentication. */
export function limitSubjects(server: FastifyInstance, { subjects }: RateLimits): void {
  if (subjects === null) return;
  server.addHook('onRequest', async ({ caller }) => {
    if (caller !== null) await subjects.consume(caller.userId);
  });
}

/** Counts what one GraphQL request asks for beyond its first field. */
export function createCharge({ subjects }: RateLimits, caller: Caller | null): RequestContext['charge'] {
  let isFirst = true;
  return async () => {
    if (!isFirst && caller !== null) await subjects?.consume(caller.userId);
    isFirst = false;
  };
}

/** The IPv4 address, or the first 64 bits of the IPv6 address, since one machine may have a whole /64 (RFC 6177). */
export function toCountedNetwork(address: string): string {
  // Some proxies add the port: `[2001:db8::1]:4711`, `192.0.2.1:4711`.
  const [, bracketed, beforePort] = /^\[(.*)\](?::\d+)?$|^([^:]*):\d+$/.exec(address) ?? [];
  const host = bracketed ?? beforePort ?? address;
  if (!ipaddr.isValid(host)) return host;
  // A dual-stack socket reports IPv4 clients as `::ffff:192.0.2.1`.
  const parsed = ipaddr.process(host);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const network = parsed.parts.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

const proxyHeaders = ['x-forwarded-for', 'forwarded', 'x-real-ip'];

/** All users behind an untrusted proxy count as one address. It only warns, because a client can send these headers itself. */
export function warnOfUntrustedProxy(
  server: FastifyInstance,
  { trustProxy, rateLimit }: Pick<HttpConfig, 'trustProxy' | 'rateLimit'>,
): void {
  if (trustProxy !== false || rateLimit === null) return;
  let warned = false;
  server.addHook('onRequest', ({ id: requestId, headers, log }, _reply, done) => {
    const header = warned ? undefined : proxyHeaders.find((name) => headers[name] !== undefined);
    if (header !== undefined) {
      warned = true;
      const message =
        'a request came through a proxy, but TRUST_PROXY is off: all users behind the proxy share the rate limit of one address';
      log.warn({ requestId, header }, message);
    }
    done();
  });
}

/** Limits the requests of a key. Keys are hashed: an address or a subject is personal data and may have any length. */
export class RateLimiter {
  constructor(private readonly limiter: Pick<RateLimiterAbstract, 'consume'>) {}

  async consume(key: string): Promise<void> {
    try {
      await this.limiter.consume(hash('sha256', key, 'base64url'));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const retryAfter = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      const message = 'Too many requests. Try again after `retryAfter` seconds.';
      throw new BillingError('RATE_LIMITED', message, { retryAfter });
    }
  }
}

/** About 25 MB. Only addresses can flood the limiter, since subjects need a token. */
const maxKeys = 50_000;

/** Counts in this process for a bounded number of keys. `RateLimiterMemory` alone keeps every key until its window ends. */
export class BoundedMemoryLimiter extends RateLimiterMemory {
  /** In the order in which their windows began. */
  private readonly keys: LRUCache<string, true>;

  constructor({ requests, perSeconds }: RateLimit, mostKeys = maxKeys) {
    super({ points: requests, duration: perSeconds });
    this.keys = new LRUCache({
      // `max` would reserve the memory of all keys at once, which takes time at the start.
      maxSize: mostKeys,
      sizeCalculation: () => 1,
      noDisposeOnSet: true,
      dispose: (_value, key) => void this.delete(key),
    });
  }

  override async consume(...args: Parameters<RateLimiterMemory['consume']>): Promise<RateLimiterRes> {
    const result = await super.consume(...args);
    if (result.isFirstInDuration) this.keys.set(String(args[0]), true);
    return result;
  }
}
