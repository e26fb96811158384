import { type FastifyInstance, fastify } from 'fastify';
import type { PrometheusMetrics } from '../telemetry/prometheus-metrics.ts';

/** Serves `/metrics` and nothing else, on a port that only those reach who watch the service. */
export function createMetricsServer(metrics: PrometheusMetrics): FastifyInstance {
  const server = fastify({ logger: false, forceCloseConnections: true });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metrics.render();
    return reply.type(contentType).send(text);
  });
  return server;
}
