import { randomUUID } from 'node:crypto';
import { type GraphQLFieldResolver, GraphQLObjectType, GraphQLSchema, defaultFieldResolver } from 'graphql';
import type { Caller } from '../auth/claims.ts';
import type { RequestContext } from './context.ts';

/**
 * Copies the schema for a host's own GraphQL server.
 * @param identify finds the caller in the host's context, once for each context
 */
export function createHostSchema(
  schema: GraphQLSchema,
  identify: (hostContext: unknown) => Promise<Caller | null>,
): GraphQLSchema {
  const contexts = new WeakMap<object, Promise<RequestContext>>();

  const toContext = async (hostContext: unknown): Promise<RequestContext> => ({
    requestId: randomUUID(),
    caller: await identify(hostContext),
    // The host limits the rate of its own operations.
    charge: () => Promise.resolve(),
  });
  const findContext = (hostContext: unknown): Promise<RequestContext> => {
    if (typeof hostContext !== 'object' || hostContext === null) return toContext(hostContext);
    const context = contexts.get(hostContext) ?? toContext(hostContext);
    contexts.set(hostContext, context);
    return context;
  };

  // Only root fields use the context.
  const copyRoot = (root: GraphQLObjectType | null | undefined): GraphQLObjectType | null => {
    if (!root) return null;
    const { fields, ...config } = root.toConfig();
    const hosted = Object.entries(fields).map(([name, field]) => {
      const inner: GraphQLFieldResolver<unknown, RequestContext> = field.resolve ?? defaultFieldResolver;
      const resolve: GraphQLFieldResolver<unknown, unknown> = async (source, args, context, info) =>
        await inner(source, args, await findContext(context), info);
      return [name, { ...field, resolve }] as const;
    });
    return new GraphQLObjectType({ ...config, fields: Object.fromEntries(hosted) });
  };

  return new GraphQLSchema({
    ...schema.toConfig(),
    types: [],
    query: copyRoot(schema.getQueryType()),
    mutation: copyRoot(schema.getMutationType()),
  });
}
