import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';

/** `/healthz` says that the process runs, `/readyz` that it can do its work. */
export function addHealthRoutes(server: FastifyInstance, database: Pick<Database, 'ping'>): void {
  server.get('/healthz', () => ({ status: 'ok' }));

  server.get('/readyz', async (_request, reply) => {
    try {
      await database.ping();
      return { status: 'ready' };
    } catch {
      return reply.code(503).send({ status: 'unavailable', reason: 'the database does not answer' });
    }
  });
}
