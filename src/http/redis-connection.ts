import { type RedisClientType, createClient } from '@redis/client';
import type { Logger } from '../logging/logger.ts';

/** The longest that a request waits for its count. */
const answerTimeoutMs = 500;
/** After a failure, one request each second tries Redis. The others do not wait for it. */
const retryMs = 1_000;
const connectTimeoutMs = 2_000;
const longestReconnectMs = 2_000;

const options = {
  disableOfflineQueue: true,
  // Notices an idle connection that was cut silently, and reconnects.
  pingInterval: 5_000,
  socket: {
    connectTimeout: connectTimeoutMs,
    socketTimeout: 10_000,
    reconnectStrategy: (attempts: number) => Math.min(50 * 2 ** attempts, longestReconnectMs),
  },
};

type Eval = RedisClientType['eval'];

/**
 * The part of a Redis client that `RateLimiterRedis` uses, with a time limit for each command. It is not ready for a
 * second after a failure. The log reports the begin and the end of an outage once.
 */
export class RedisConnection {
  readonly #client: RedisClientType;
  readonly #logger: Logger;
  #retryAt: number | null = null;

  constructor(url: string, logger: Logger) {
    this.#client = createClient({ url, ...options });
    this.#logger = logger;
    this.#client.on('error', (error: unknown) => this.#reportFailure(error));
  }

  /** Tries once to connect, and continues in the background: a service starts without its Redis too. */
  async open(): Promise<void> {
    const tried = new Promise<void>((resolve) => {
      this.#client.once('ready', resolve).once('error', () => resolve());
      setTimeout(resolve, connectTimeoutMs).unref();
    });
    void this.#client.connect().catch((error: unknown) => this.#reportFailure(error));
    await tried;
    if (!this.#client.isReady) this.#reportFailure(new Error('Redis did not answer in time'));
  }

  get isReady(): boolean {
    return this.#client.isReady && (this.#retryAt === null || performance.now() >= this.#retryAt);
  }

  async eval(...command: Parameters<Eval>): ReturnType<Eval> {
    try {
      const answer = await withTimeout(this.#client.eval(...command));
      this.#reportSuccess();
      return answer;
    } catch (error) {
      this.#reportFailure(error);
      throw error;
    }
  }

  close(): void {
    this.#client.destroy();
  }

  #reportFailure(error: unknown): void {
    if (this.#retryAt === null)
      this.#logger.warn(
        { error },
        'Redis does not answer: requests are counted in this process until it does',
      );
    this.#retryAt = performance.now() + retryMs;
  }

  #reportSuccess(): void {
    if (this.#retryAt !== null) this.#logger.info('Redis answers again: requests are counted there');
    this.#retryAt = null;
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
