import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';
import type { Logger } from '../logging/logger.ts';
import type { Closing } from './polite-close.ts';

/** Probes need no token, so they ask the database at most once a second. */
const freshMs = 1_000;

/** `/healthz`: the process runs. `/readyz`: it can serve requests. */
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
    if (closing.hasBegun()) return unavailable('the service is stopping');
    return (await isReady()) ? { status: 'ready' } : unavailable('the database is unreachable');
  });
}

/** Shares one check between all callers while it runs and for a second afterwards. Logs each change. */
function createReadinessCheck(database: Pick<Database, 'ping'>, logger: Logger): () => Promise<boolean> {
  let wasReady = true;
  let shared: Promise<boolean> | null = null;
  const check = async (): Promise<boolean> => {
    try {
      await database.ping();
      if (!wasReady) logger.info('database reachable again, service ready');
      wasReady = true;
    } catch (error) {
      if (wasReady) logger.warn({ error }, 'database unreachable, service not ready');
      wasReady = false;
    }
    setTimeout(() => (shared = null), freshMs).unref();
    return wasReady;
  };
  return () => (shared ??= check());
}
