import type { FastifyInstance } from 'fastify';
import { hash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../auth/claims.ts';
import type { HttpConfig } from '../config/config.ts';
import type { RateLimit } from '../config/variables.ts';
import type { RequestContext } from '../graphql/context.ts';
import type { Logger } from '../logging/logger.ts';
import { parseUrl } from '../shared/urls.ts';
import { RateLimitedError } from './http.errors.ts';
import type { SharedLimiters } from './redis-limiter.ts';

/** The limit of an address is that of ten subjects: the users of a company or a mobile network share an address. */
const subjectsByAddress = 10;

/** A host did not say where its request came from. One count for all such requests would be used up by a few clients. */
export const unknownAddress = '';

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

/**
 * Returns the key that an address is rate-limited by: the IPv4 address, or the first 64 bits of the IPv6 address. Each
 * site gets at least a /64 (RFC 6177), so limits per IPv6 address would give one machine 2^64 limits.
 */
export function toCountedNetwork(address: string): string {
  if (isIPv4(address)) return address;
  const [withoutZone = ''] = address.split('%');
  // The URL parser normalizes every address and separates the port that some proxies add.
  const host =
    parseUrl(`http://${isIPv6(withoutZone) ? `[${withoutZone}]` : withoutZone}`)?.hostname ?? address;
  if (!host.startsWith('[')) return host;
  const groups = expand(host.slice(1, -1));
  const isMapped = groups.slice(0, 6).join() === '0,0,0,0,0,ffff';
  return isMapped ? toIPv4(groups.slice(6)) : `${groups.slice(0, 4).join(':')}::/64`;
}

/** Returns all eight groups of an IPv6 address, including the zeros that `::` abbreviates. */
function expand(address: string): string[] {
  const [head = [], tail = []] = address
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
}

/** A dual-stack socket reports IPv4 clients as `::ffff:192.0.2.1`. */
function toIPv4(groups: readonly string[]): string {
  return groups
    .map((group) => parseInt(group, 16))
    .flatMap((value) => [value >> 8, value & 255])
    .join('.');
}

/** The headers in which proxies pass on the client's address. */
const proxyHeaders = ['x-forwarded-for', 'forwarded', 'x-real-ip'];

/**
 * Warns once when a request seems to come through an untrusted proxy: all users behind the proxy then count as one
 * address. It only warns, because a client can send these headers itself.
 */
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
      log.warn(
        { requestId, header },
        'a request came through a proxy, but TRUST_PROXY is off: all users behind the proxy share the rate limit of one address',
      );
    }
    done();
  });
}

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
