import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';
import type { Logger } from '../logger.ts';
import type { Closing } from './polite-close.ts';

/** `/healthz` says that the process runs, `/readyz` that it can do its work. */
export function addHealthRoutes(
  server: FastifyInstance,
  database: Pick<Database, 'ping'>,
  closing: Closing,
  logger: Logger,
): void {
  let wasReady = true;
  server.get('/healthz', () => ({ status: 'ok' }));

  server.get('/readyz', async (_request, reply) => {
    if (closing.hasBegun())
      return reply.code(503).send({ status: 'unavailable', reason: 'the service stops' });
    try {
      await database.ping();
      if (!wasReady) logger.info('the database answers again: the service is ready');
      wasReady = true;
      return { status: 'ready' };
    } catch (error) {
      // Probes come every few seconds.
      if (wasReady) logger.warn({ error }, 'the database does not answer: the service is not ready');
      wasReady = false;
      return reply.code(503).send({ status: 'unavailable', reason: 'the database does not answer' });
    }
  });
}
