import { type RedisClientType, createClient } from '@redis/client';
import { setTimeout as wait } from 'node:timers/promises';
import { type RateLimiterAbstract, RateLimiterRedis } from 'rate-limiter-flexible';
import type { RateLimit } from '../config/variable-values.ts';
import type { Logger } from '../logging/logger.ts';

const answerTimeoutMs = 500; // How long a request waits for its count at most.
const retryMs = 1_000; // After a failure, one request per second tries Redis; the others do not wait for it.
const calmMs = 5_000; // An outage ends after this time without a failure: a server may refuse some commands and run others.
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
  /** The last failure of an outage whose end is not logged yet. */
  private failedAt: number | null = null;

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
    // While ready, it is the ping that failed, which a server may refuse to a user who may run scripts.
    this.client.on('error', (error: unknown) => this.client.isReady || this.reportFailure(error));
  }

  /** Tries to connect once and goes on in the background, so that the service also starts without Redis. */
  async open(): Promise<this> {
    await Promise.race([this.connect(), wait(openTimeoutMs, undefined, { ref: false })]);
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
      timer = setTimeout(() => reject(new Error('Redis did not answer in time')), answerTimeoutMs);
    });
    try {
      const answer = await Promise.race([this.client.eval(...command), timeout]);
      this.retryAt = null;
      if (this.failedAt !== null && performance.now() - this.failedAt > calmMs) {
        this.failedAt = null;
        this.logger.info('Redis reachable again, requests are counted there');
      }
      return answer;
    } catch (error) {
      // The connection may be dead without a sign, or lead to a former primary. `socketTimeout` would not end it, because
      // each command restarts it.
      if (failedBefore && this.client.isReady) {
        this.client.destroy();
        void this.connect();
      }
      this.reportFailure(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.client.destroy();
  }

  private async connect(): Promise<void> {
    await this.client.connect().catch((error: unknown) => this.reportFailure(error));
  }

  private reportFailure(error: unknown): void {
    if (this.failedAt === null)
      this.logger.warn({ error }, 'Redis unreachable, requests are counted in this process');
    this.failedAt = performance.now();
    this.retryAt = this.failedAt + retryMs;
  }
}

/** Runs a script that writes, as the limiters do. @throws Error of the client */
export async function tryRedis(url: string): Promise<void> {
  const socket = { connectTimeout: 5_000, socketTimeout: 5_000, reconnectStrategy: false } as const;
  const client = createClient({ url, socket });
  client.on('error', () => undefined); // The failed call reports it.
  try {
    await client.connect();
    const script = "return redis.call('set', KEYS[1], '', 'px', 1)";
    // Of a cluster, each server refuses the keys of the others.
    for (const n of [0, 1, 2, 3]) await client.eval(script, { keys: [`billing-portal:doctor-${n}`] });
  } finally {
    client.destroy();
  }
}
