import { type RedisClientType, createClient } from '@redis/client';
import type { Logger } from '../logger.ts';

/** A request waits no longer than this for its count. */
const answerTimeoutMs = 500;
/** While Redis does not answer, it is asked this seldom: the requests between do not wait for it. */
const retryMs = 1_000;
const connectTimeoutMs = 2_000;
const longestReconnectMs = 2_000;

/** A connection to a Redis that may be away at any time, which is told in the log once. */
export interface RedisConnection {
  readonly client: RedisClientType;
  /** What Redis answers; null while it does not. */
  ask<T>(command: () => Promise<T>): Promise<T | null>;
  close(): void;
}

/** Tries once to connect, and then goes on trying: a service starts without its Redis too. */
export async function connectRedis(url: string, logger: Logger): Promise<RedisConnection> {
  const client: RedisClientType = createClient({
    url,
    disableOfflineQueue: true,
    // An idle connection that has been cut silently is noticed, and made anew.
    pingInterval: 5_000,
    socket: {
      connectTimeout: connectTimeoutMs,
      socketTimeout: 10_000,
      reconnectStrategy: (attempts) => Math.min(50 * 2 ** attempts, longestReconnectMs),
    },
  });
  let askAgainAt: number | null = null;
  const reportFailure = (error: unknown): void => {
    if (askAgainAt === null)
      logger.warn({ error }, 'Redis does not answer: requests are counted in this process until it does');
    askAgainAt = Date.now() + retryMs;
  };
  const reportSuccess = (): void => {
    if (askAgainAt !== null) logger.info('Redis answers again: requests are counted there');
    askAgainAt = null;
  };

  client.on('error', reportFailure);
  const tried = new Promise<void>((resolve) => {
    client.once('ready', resolve).once('error', () => resolve());
    setTimeout(resolve, connectTimeoutMs).unref();
  });
  void client.connect().catch(reportFailure);
  await tried;
  return {
    client,
    ask: async (command) => {
      if (askAgainAt !== null && Date.now() < askAgainAt) return null;
      try {
        const answer = await withTimeout(command());
        reportSuccess();
        return answer;
      } catch (error) {
        reportFailure(error);
        return null;
      }
    },
    close: () => client.destroy(),
  };
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
