import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';
import type { Closing } from './polite-close.ts';

/** `/healthz` says that the process runs, `/readyz` that it can do its work. */
export function addHealthRoutes(
  server: FastifyInstance,
  database: Pick<Database, 'ping'>,
  closing: Closing,
): void {
  server.get('/healthz', () => ({ status: 'ok' }));

  server.get('/readyz', async (_request, reply) => {
    if (closing.hasBegun())
      return reply.code(503).send({ status: 'unavailable', reason: 'the service stops' });
    try {
      await database.ping();
      return { status: 'ready' };
    } catch {
      return reply.code(503).send({ status: 'unavailable', reason: 'the database does not answer' });
    }
  });
}
