import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';
import type { Logger } from '../logging/logger.ts';
import type { Closing } from './polite-close.ts';

/** Probes come every few seconds, and need no token: the database is asked at most once a second. */
const freshMs = 1_000;

/** `/healthz` says that the process runs, `/readyz` that it can do its work. */
export function addHealthRoutes(
  server: FastifyInstance,
  database: Pick<Database, 'ping'>,
  closing: Closing,
  logger: Logger,
): void {
  const isReady = createReadinessCheck(database, logger);
  server.get('/healthz', () => ({ status: 'ok' }));

  server.get('/readyz', async (_request, reply) => {
    const unavailable = (reason: string) => reply.code(503).send({ status: 'unavailable', reason });
    if (closing.hasBegun()) return unavailable('the service stops');
    return (await isReady()) ? { status: 'ready' } : unavailable('the database does not answer');
  });
}

/** Shares one check between all callers, while it is under way and for a second after. Logs each change. */
function createReadinessCheck(database: Pick<Database, 'ping'>, logger: Logger): () => Promise<boolean> {
  let wasReady = true;
  let shared: Promise<boolean> | null = null;
  const check = async (): Promise<boolean> => {
    try {
      await database.ping();
      if (!wasReady) logger.info('the database answers again: the service is ready');
      wasReady = true;
    } catch (error) {
      if (wasReady) logger.warn({ error }, 'the database does not answer: the service is not ready');
      wasReady = false;
    }
    setTimeout(() => (shared = null), freshMs).unref();
    return wasReady;
  };
  return () => (shared ??= check());
}
