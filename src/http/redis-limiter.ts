import { type RedisClientType, createClient } from '@redis/client';
import { once } from 'node:events';
import { type RateLimiterAbstract, RateLimiterRedis } from 'rate-limiter-flexible';
import type { RateLimit } from '../config/variable-values.ts';
import type { Logger } from '../logging/logger.ts';

const answerTimeoutMs = 500; // How long a request waits for its count at most.
const retryMs = 1_000; // After a failure, one request per second tries Redis; the others do not wait for it.
const openTimeoutMs = 2_000;

type Eval = RedisClientType['eval'];

/**
 * Rate limiters that share their counts in Redis with all other replicas. The class also implements the part of a Redis
 * client that `RateLimiterRedis` uses, with a timeout for each command. After a failure the client is not ready for a
 * second. The start and the end of an outage are logged once.
 */
export class SharedLimiters {
  private readonly client: RedisClientType;
  private retryAt: number | null = null;

  constructor(
    url: string,
    private readonly logger: Logger,
  ) {
    this.client = createClient({
      url,
      disableOfflineQueue: true,
      // Detects an idle connection that was cut silently.
      pingInterval: 5_000,
      socket: {
        socketTimeout: 10_000,
        reconnectStrategy: retryMs, // By default, the client gives up after a `socketTimeout`.
      },
    });
    this.client.on('error', (error: unknown) => this.reportFailure(error));
  }

  /** Tries to connect once and goes on in the background, so that the service also starts without Redis. */
  async open(): Promise<this> {
    const signal = AbortSignal.timeout(openTimeoutMs);
    const tried = once(this.client, 'ready', { signal }).catch(() => undefined);
    this.connect();
    await tried;
    if (!this.client.isReady) this.reportFailure(new Error('Redis did not answer in time'));
    return this;
  }

  /** @param name separates the keys of different limiters. @param inMemory counts while Redis is unreachable */
  create(name: string, limit: RateLimit, inMemory: RateLimiterAbstract): RateLimiterAbstract {
    return new RateLimiterRedis({
      storeClient: this,
      useRedisPackage: true,
      rejectIfRedisNotReady: true,
      keyPrefix: `billing-portal:${name}`,
      points: limit.requests,
      duration: limit.perSeconds,
      insuranceLimiter: inMemory,
    });
  }

  get isReady(): boolean {
    return this.client.isReady && (this.retryAt === null || performance.now() >= this.retryAt);
  }

  async eval(...command: Parameters<Eval>): ReturnType<Eval> {
    // The others do not wait for a Redis that may still hang.
    const failedBefore = this.retryAt !== null;
    if (failedBefore) this.retryAt = performance.now() + retryMs;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error('Redis did not answer in time'));
        // The connection may be dead without a sign. `socketTimeout` would not end it, because each command restarts it.
        if (failedBefore) this.replaceConnection();
      }, answerTimeoutMs);
    });
    try {
      const answer = await Promise.race([this.client.eval(...command), timeout]);
      if (this.retryAt !== null) this.logger.info('Redis reachable again, requests are counted there');
      this.retryAt = null;
      return answer;
    } catch (error) {
      this.reportFailure(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.client.destroy();
  }

  private replaceConnection(): void {
    this.client.destroy();
    this.connect();
  }

  private connect(): void {
    void this.client.connect().catch((error: unknown) => this.reportFailure(error));
  }

  private reportFailure(error: unknown): void {
    if (this.retryAt === null)
      this.logger.warn({ error }, 'Redis unreachable, requests are counted in this process');
    this.retryAt = performance.now() + retryMs;
  }
}

/** Runs a script that writes, as the limiters do. @throws Error of the client */
export async function tryRedis(url: string): Promise<void> {
  const socket = { connectTimeout: 5_000, socketTimeout: 5_000, reconnectStrategy: false } as const;
  const client = createClient({ url, socket });
  client.on('error', () => undefined); // The failed call reports it.
  try {
    await client.connect();
    await client.eval("return redis.call('set', KEYS[1], '', 'px', 1)", { keys: ['billing-portal:doctor'] });
  } finally {
    client.destroy();
  }
}
