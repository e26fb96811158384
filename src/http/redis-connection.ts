import { type RedisClientType, createClient } from '@redis/client';
import type { Logger } from '../logging/logger.ts';

/** How long a request waits for its count at most. */
const answerTimeoutMs = 500;
/** After a failure, one request per second tries Redis; the others do not wait for it. */
const retryMs = 1_000;
const connectTimeoutMs = 2_000;
const longestReconnectMs = 2_000;

const options = {
  disableOfflineQueue: true,
  // Detects an idle connection that was cut silently.
  pingInterval: 5_000,
  socket: {
    connectTimeout: connectTimeoutMs,
    socketTimeout: 10_000,
    reconnectStrategy: (attempts: number) => Math.min(50 * 2 ** attempts, longestReconnectMs),
  },
};

type Eval = RedisClientType['eval'];

/**
 * The part of a Redis client that `RateLimiterRedis` uses, with a timeout for each command. After a failure it is not
 * ready for a second. The start and the end of an outage are logged once.
 */
export class RedisConnection {
  private readonly client: RedisClientType;
  private readonly logger: Logger;
  private retryAt: number | null = null;

  constructor(url: string, logger: Logger) {
    this.client = createClient({ url, ...options });
    this.logger = logger;
    this.client.on('error', (error: unknown) => this.reportFailure(error));
  }

  /** Tries to connect once and goes on in the background, so that the service also starts without Redis. */
  async open(): Promise<void> {
    const tried = new Promise<void>((resolve) => {
      this.client.once('ready', resolve).once('error', () => resolve());
      setTimeout(resolve, connectTimeoutMs).unref();
    });
    void this.client.connect().catch((error: unknown) => this.reportFailure(error));
    await tried;
    if (!this.client.isReady) this.reportFailure(new Error('Redis did not answer in time'));
  }

  get isReady(): boolean {
    return this.client.isReady && (this.retryAt === null || performance.now() >= this.retryAt);
  }

  async eval(...command: Parameters<Eval>): ReturnType<Eval> {
    try {
      const answer = await withTimeout(this.client.eval(...command));
      this.reportSuccess();
      return answer;
    } catch (error) {
      this.reportFailure(error);
      throw error;
    }
  }

  close(): void {
    this.client.destroy();
  }

  private reportFailure(error: unknown): void {
    if (this.retryAt === null)
      this.logger.warn({ error }, 'Redis unreachable, requests are counted in this process');
    this.retryAt = performance.now() + retryMs;
  }

  private reportSuccess(): void {
    if (this.retryAt !== null) this.logger.info('Redis reachable again, requests are counted there');
    this.retryAt = null;
  }
}

async function withTimeout<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Redis did not answer in time')), answerTimeoutMs);
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
