import { once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { HttpConfig } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../logging/logger.ts';
import type { OpenedParts } from '../shared/opened-parts.ts';
import { type Identify, authenticateRequests } from './authentication.ts';
import { addGraphqlRoutes } from './graphql.routes.ts';
import { type HostedFetch, createHostedFetch } from './hosted-requests.ts';
import { type HttpServerOptions, createHttpServer, goOnTogether } from './http-server.ts';
import { addHealthRoutes, createMetricsServer } from './monitoring.ts';
import { OpenWork } from './open-work.ts';
import { type RateLimits, createRateLimits, limitAddresses, limitSubjects } from './rate-limit.ts';

/** Routes of a feature, and what applies to them before the feature's own code. */
export interface Routes {
  /**
   * `callers` authenticate by a token, and count against RATE_LIMIT by their address and their subject. `visitors` do
   * not sign in, and count by their address. `senders` prove who they are in another way, and the routes count them.
   */
  readonly audience: 'callers' | 'visitors' | 'senders';
  /** Called once, with a server of its own: hooks and parsers that it adds apply to these routes only. */
  add(server: FastifyInstance, limits: RateLimits): void | Promise<void>;
}

interface ServerParts extends HttpServerOptions {
  readonly logger: Logger;
  readonly database: Pick<Database, 'ping'>;
  readonly identify: Identify;
  readonly schema: GraphQLSchema;
  readonly routes: readonly Routes[];
}

export interface HttpEntrances {
  readonly fetch: HostedFetch;
  /** Closing waits for what is tracked. */
  readonly track: OpenWork['track'];
  readonly listen: () => Promise<string>;
}

/** The HTTP server with every route. `closing` closes it, also where this fails halfway. */
export async function createServer(
  config: HttpConfig,
  parts: ServerParts,
  closing: OpenedParts,
): Promise<HttpEntrances> {
  const { logger, schema, identify } = parts;
  const { metrics } = parts.telemetry;
  const metricsServer = metrics && createMetricsServer(metrics);
  closing.add(() => {
    metricsServer?.close();
    metricsServer?.closeAllConnections();
  });
  const limits = await createRateLimits(config, logger);
  closing.add(() => limits.close());
  const { server, isClosing } = await createHttpServer(config, logger, parts);
  closing.add(() => server.close());
  addHealthRoutes(server, parts.database, isClosing, logger);
  const graphql: Routes = {
    audience: 'callers',
    add: (api) => addGraphqlRoutes(api, { schema, config, logger, limits }),
  };
  for (const routes of [...parts.routes, graphql]) {
    await server.register(async (own) => {
      // The address is counted before the token is checked, so bad tokens count as well.
      if (routes.audience !== 'senders') limitAddresses(own, limits);
      if (routes.audience === 'callers') {
        authenticateRequests(own, identify);
        // Node checks signatures on other threads, which end at different times.
        goOnTogether(own);
        limitSubjects(own, limits);
      }
      await routes.add(own, limits);
    });
  }
  await server.ready();
  const answer = createHostedFetch(server, config);
  const hosted = new OpenWork();
  closing.add(() => hosted.settle());
  const { host, port, metricsHost, metricsPort } = config;
  return {
    track: hosted.track,
    fetch: (request, facts) => hosted.track(answer(request, facts)),
    listen: async () => {
      const metricsAddress = { host: metricsHost, port: metricsPort ?? 0 };
      if (metricsServer) await once(metricsServer.listen(metricsAddress), 'listening');
      return server.listen({ host, port });
    },
  };
}
