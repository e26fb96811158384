import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { ConfigurationError, type HttpConfig } from '../config/config.ts';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { createDocumentStore } from '../graphql/document-store.ts';
import { createFailureLog, formatError } from '../graphql/format-error.ts';
import { limitOperations } from '../graphql/operation-limits.ts';
import { toSubgraph } from '../graphql/schema-variants.ts';
import { loadTrustedDocuments, requireTrustedDocuments } from '../graphql/trusted-documents.ts';
import type { Logger } from '../logging/logger.ts';
import { createErrorHandler } from './error-response.ts';
import { createExplorerPage } from './explorer.routes.ts';
import { type RateLimits, createCharge } from './rate-limit.ts';

/** A query of every field in the schema has about 850 tokens. */
const maxQueryTokens = 1_000;
/** Each error may repeat the same long name. */
const maxValidationErrors = 25;

interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly config: Pick<HttpConfig, 'landingPage' | 'introspection' | 'trustedDocuments' | 'federation'>;
  readonly logger: Logger;
  readonly limits: RateLimits;
}

/** `/graphql`: operations by POST, queries and the explorer by GET. */
export async function addGraphqlRoutes(
  server: FastifyInstance,
  { schema, config, logger, limits }: GraphqlOptions,
): Promise<void> {
  const { introspection, trustedDocuments, federation } = config;
  const apollo = new ApolloServer<RequestContext>({
    schema: federation ? toSubgraph(schema) : schema,
    logger,
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    formatError,
    parseOptions: { maxTokens: maxQueryTokens },
    validationRules: [limitOperations],
    validationOptions: { maxErrors: maxValidationErrors },
    documentStore: createDocumentStore(),
    persistedQueries: false,
    stopOnTerminationSignals: false,
    plugins: [
      createFailureLog(logger),
      // Every response is no-store. The plugin would wrap every field to compute a cache lifetime.
      ApolloServerPluginCacheControlDisabled(),
      // It would load the code of Apollo's usage reports.
      ApolloServerPluginInlineTraceDisabled(),
      await createLandingPage(server, config.landingPage),
      ...(trustedDocuments === null ? [] : [await createDocumentRule(trustedDocuments, schema)]),
    ],
  });
  await apollo.start();
  // Apollo Server imports it at the first operation. If that failed once, such as without free file descriptors, it would
  // fail until a restart.
  await import('graphql');
  server.addHook('onClose', () => apollo.stop());
  server.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    handler: fastifyApolloHandler(apollo, {
      context: ({ id: requestId, caller }) =>
        Promise.resolve({ requestId, caller, charge: createCharge(limits, caller) }),
    }),
    // HEAD is refused like other methods, with our error.
    exposeHeadRoute: false,
    // Introspection and the landing page work without a token. Without them, a request needs a token before its body is read.
    onRequest: (request, _reply, done) => {
      if (!introspection) getCaller(request);
      done();
    },
    errorHandler: createErrorHandler('graphql'),
  });
}

function createLandingPage(
  server: FastifyInstance,
  landingPage: HttpConfig['landingPage'],
): ApolloServerPlugin | Promise<ApolloServerPlugin> {
  if (landingPage === 'graphiql') return createExplorerPage(server);
  return landingPage === 'sandbox'
    ? ApolloServerPluginLandingPageLocalDefault({ footer: false })
    : ApolloServerPluginLandingPageDisabled();
}

async function createDocumentRule(
  { files, exemptRole }: NonNullable<HttpConfig['trustedDocuments']>,
  schema: GraphQLSchema,
): Promise<ApolloServerPlugin<RequestContext>> {
  try {
    return requireTrustedDocuments(await loadTrustedDocuments(files, schema), exemptRole);
  } catch (error) {
    const fault = error instanceof Error ? error.message : 'unreadable';
    throw new ConfigurationError([`TRUSTED_DOCUMENTS: ${fault}`]);
  }
}
