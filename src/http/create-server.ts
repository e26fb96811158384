import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { HttpConfig } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../logging/logger.ts';
import type { PrometheusMetrics } from '../telemetry/prometheus-metrics.ts';
import { type Identify, authenticateRequests } from './authentication.ts';
import { addGraphqlRoutes } from './graphql.routes.ts';
import { addHealthRoutes } from './health.routes.ts';
import { type HostedFetch, createHostedFetch } from './hosted-requests.ts';
import { type HttpServerOptions, createHttpServer } from './http-server.ts';
import { createMetricsServer } from './metrics-server.ts';
import { type RateLimits, createRateLimits, limitAddresses, limitSubjects } from './rate-limit.ts';
import type { Routes } from './routes.ts';

export interface ServerParts extends HttpServerOptions {
  readonly logger: Logger;
  readonly database: Pick<Database, 'ping'>;
  /** What `/metrics` serves, on a port of its own; null where metrics are off. */
  readonly metrics: PrometheusMetrics | null;
  readonly identify: Identify;
  /** What `/graphql` serves. */
  readonly schema: GraphQLSchema;
  /** All other routes. */
  readonly routes: readonly Routes[];
}

export interface Server {
  /** Listens, and returns the address: `http://127.0.0.1:4000`. */
  listen(): Promise<string>;
  /** Answers the request of a host, without listening. */
  readonly fetch: HostedFetch;
}

/** What closes the server's parts later. */
interface Closing {
  add(close: () => unknown): void;
}

/** The HTTP server with every route. `closing` closes it, also where this fails halfway. */
export async function createServer(
  config: HttpConfig,
  parts: ServerParts,
  closing: Closing,
): Promise<Server> {
  const { logger, schema, identify } = parts;
  const metricsServer = parts.metrics && createMetricsServer(parts.metrics);
  closing.add(() => metricsServer?.close());
  const limits = await createRateLimits(config, logger);
  closing.add(() => limits.close());
  const { server, closing: stop } = await createHttpServer(config, logger, parts);
  closing.add(() => server.close());
  addHealthRoutes(server, parts.database, stop, logger);
  const graphql: Routes = {
    audience: 'callers',
    add: (api) => addGraphqlRoutes(api, { schema, config, logger, limits }),
  };
  for (const routes of [...parts.routes, graphql]) {
    await server.register(async (own) => {
      protect(own, routes.audience, { limits, identify });
      await routes.add(own, limits);
    });
  }
  await server.ready();
  const hosted = createHostedFetch(server, config);
  closing.add(() => hosted.settle());
  const { host, port, metricsHost, metricsPort } = config;
  return {
    fetch: hosted.fetch,
    listen: async () => {
      await metricsServer?.listen({ host: metricsHost, port: metricsPort ?? 0 });
      return server.listen({ host, port });
    },
  };
}

interface Protection {
  readonly limits: RateLimits;
  readonly identify: Identify;
}

/** The address is counted before the token is checked, so bad tokens count as well. */
function protect(
  server: FastifyInstance,
  audience: Routes['audience'],
  { limits, identify }: Protection,
): void {
  if (audience === 'senders') return;
  limitAddresses(server, limits);
  if (audience === 'visitors') return;
  authenticateRequests(server, identify);
  limitSubjects(server, limits);
}
