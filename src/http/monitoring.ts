import { type Server, type ServerResponse, createServer } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

const freshMs = 1_000; // Probes need no token, so they ask the database at most once a second.

/** `/healthz`: the process runs. `/readyz`: it can serve requests. */
export function addHealthRoutes(
  server: FastifyInstance,
  database: Pick<Database, 'ping'>,
  isClosing: () => boolean,
  logger: Logger,
): void {
  const isReady = createReadinessCheck(database, logger);
  server.get('/healthz', () => ({ status: 'ok' }));

  server.get('/readyz', async (_request, reply) => {
    const unavailable = (reason: string) => reply.code(503).send({ status: 'unavailable', reason });
    if (isClosing()) return unavailable('the service is stopping');
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

/** Scrapers need a few. Each connection may hold a thousand pipelined requests. */
const mostScrapers = 20;

/** Serves `/metrics` on a port of its own, by plain Node: a second Fastify instance took 4% of the start time. */
export function createMetricsServer(metrics: Pick<Metrics, 'render'>): Server {
  let shared: ReturnType<Metrics['render']> | null = null;
  // Pipelined requests arrive at once. A text for each of them would fill the memory.
  const render = () => (shared ??= metrics.render().finally(() => (shared = null)));
  const server = createServer(({ url = '', method = '' }, response) => {
    if (/^\/metrics(\?|$)/.test(url) && /^(GET|HEAD)$/.test(method)) void answer(render, response);
    else response.writeHead(404).end();
  });
  server.maxConnections = mostScrapers;
  // Longer than the usual interval between scrapes.
  server.keepAliveTimeout = 72_000;
  return server;
}

async function answer(render: Metrics['render'], response: ServerResponse): Promise<void> {
  try {
    const { contentType, text } = await render();
    const headers = { 'content-type': contentType, 'content-length': Buffer.byteLength(text) };
    response.writeHead(200, headers).end(text);
  } catch {
    response.writeHead(500).end();
  }
}
