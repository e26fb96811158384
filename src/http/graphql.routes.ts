import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { ConfigurationError, type HttpConfig } from '../config/config.ts';
import type { RequestContext } from '../graphql/context.ts';
import { createDocumentStore } from '../graphql/document-store.ts';
import { createFailureLog, formatError } from '../graphql/format-error.ts';
import { limitOperations, requireServedOperationType } from '../graphql/operation-limits.ts';
import { loadTrustedDocuments, requireTrustedDocuments } from '../graphql/trusted-documents.ts';
import { toSubgraph } from '../graphql/schema-variants.ts';
import type { Logger } from '../logging/logger.ts';
import { requireCaller } from './authentication.ts';
import { createErrorHandler } from './error-response.ts';
import { createExplorerPage, createSandboxPage } from './explorer.routes.ts';
import { type RateLimits, createCharge } from './rate-limit.ts';
import { requireHost } from './strict-requests.ts';

/** A query of every field in the schema has about 850 tokens. */
const maxQueryTokens = 1_000;
/** Each error may repeat the same long name. */
const maxValidationErrors = 25;

export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly config: Pick<HttpConfig, 'landingPage' | 'introspection' | 'trustedDocuments' | 'federation'>;
  readonly logger: Logger;
  readonly limits: RateLimits;
}

/** `/graphql`: operations by POST, queries and the explorer by GET. */
export async function addGraphqlRoutes(server: FastifyInstance, options: GraphqlOptions): Promise<void> {
  const apollo = createApolloServer(options, [
    await createLandingPage(server, options.config),
    ...(await createDocumentRules(options)),
  ]);
  await apollo.start();
  server.addHook('onClose', () => apollo.stop());
  const handler = fastifyApolloHandler(apollo, {
    context: ({ id: requestId, caller }) =>
      Promise.resolve({ requestId, caller, charge: createCharge(options.limits, caller) }),
  });
  server.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    handler,
    // HEAD is refused like other methods, with our error.
    exposeHeadRoute: false,
    // Introspection and the landing page work without a token. Without them, a request needs a token before its body is read.
    onRequest: options.config.introspection ? requireHost : [requireHost, requireCaller],
    errorHandler: createErrorHandler('graphql'),
  });
}

async function createLandingPage(
  server: FastifyInstance,
  { landingPage }: GraphqlOptions['config'],
): Promise<ApolloServerPlugin> {
  if (landingPage === 'graphiql') return createExplorerPage(server);
  return landingPage === 'sandbox' ? createSandboxPage() : ApolloServerPluginLandingPageDisabled();
}

async function createDocumentRules({
  schema,
  config: { trustedDocuments },
}: GraphqlOptions): Promise<ApolloServerPlugin<RequestContext>[]> {
  if (trustedDocuments === null) return [];
  const { files, exemptRole } = trustedDocuments;
  try {
    return [requireTrustedDocuments(await loadTrustedDocuments(files, schema), exemptRole)];
  } catch (error) {
    const fault = error instanceof Error ? error.message : 'unreadable';
    throw new ConfigurationError([`TRUSTED_DOCUMENTS: ${fault}`]);
  }
}

function createApolloServer(
  { schema, config, logger }: GraphqlOptions,
  plugins: readonly ApolloServerPlugin<RequestContext>[],
): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema: config.federation ? toSubgraph(schema) : schema,
    logger,
    introspection: config.introspection,
    hideSchemaDetailsFromClientErrors: !config.introspection,
    includeStacktraceInErrorResponses: false,
    formatError,
    parseOptions: { maxTokens: maxQueryTokens },
    validationRules: [requireServedOperationType, limitOperations],
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
      ...plugins,
    ],
  });
}
