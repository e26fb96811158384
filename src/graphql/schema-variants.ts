import { randomUUID } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import {
  type GraphQLFieldResolver,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  defaultFieldResolver,
  printSchema,
} from 'graphql';
import type { Caller } from '../auth/claims.ts';
import { BillingError } from '../shared/errors.ts';
import type { RequestContext } from './context.ts';
import { mapEntries, replaceRoots, wrapOperations } from './schema.ts';

interface HostSchemaOptions {
  /** Finds the caller in the host's context, once for each execution. */
  readonly identify: (hostContext: unknown) => Promise<Caller | null>;
  /** Gets the work of each field that may wait, so that closing waits for it. */
  readonly track: <T>(work: Promise<T>) => Promise<T>;
}

/** Copies the schema for a host's server. */
export function createHostSchema(
  schema: GraphQLSchema,
  { identify, track }: HostSchemaOptions,
): GraphQLSchema {
  const known = new WeakMap<
    object,
    { readonly execution: object; readonly context: Promise<RequestContext> }
  >();

  const toContext = async (hostContext: unknown): Promise<RequestContext> => ({
    requestId: randomUUID(),
    caller: await identify(hostContext),
    // The host limits the rate of its own operations.
    charge: () => Promise.resolve(),
  });
  const findContext = (hostContext: unknown, execution: object): Promise<RequestContext> => {
    if (typeof hostContext !== 'object' || hostContext === null) return toContext(hostContext);
    const latest = known.get(hostContext);
    if (latest?.execution === execution) return latest.context;
    const context = toContext(hostContext);
    known.set(hostContext, { execution, context });
    return context;
  };

  // Only root fields use the context.
  const copy = replaceRoots(schema, (root) => ({
    ...root,
    fields: mapEntries(root.fields, (field) => {
      const inner: GraphQLFieldResolver<unknown, RequestContext> = field.resolve ?? defaultFieldResolver;
      const resolve: GraphQLFieldResolver<unknown, unknown> = async (source, args, context, info) => {
        try {
          // Each execution has variables of its own, while a host may use one context for many, such as for a WebSocket.
          return await inner(source, args, await findContext(context, info.variableValues), info);
        } catch (error) {
          // The response may have data of the host's own fields, which clients discard when the status is 401.
          if (error instanceof BillingError) delete error.extensions['http'];
          throw error;
        }
      };
      return { ...field, resolve };
    }),
  }));
  wrapOperations(copy, ({ resolve }) => {
    return async (...execution) => track(Promise.resolve(resolve(...execution)));
  });
  return copy;
}

const header = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3")\n\n';

/** Prints a subgraph of root fields only: an entity would take a user id from another subgraph, not from the token. */
export function printSubgraph(schema: GraphQLSchema): string {
  return header + printSchema(renameSharedType(schema));
}

/** Adds `_service`, by which routers read a subgraph: https://www.apollographql.com/docs/graphos/reference/federation/subgraph-specific-fields */
export function toSubgraph(schema: GraphQLSchema): GraphQLSchema {
  const sdl = printSubgraph(schema);
  const service = new GraphQLObjectType({
    name: '_Service',
    description: 'This subgraph.',
    fields: { sdl: { type: GraphQLString, description: 'The schema of this subgraph.' } },
  });
  const field = {
    type: new GraphQLNonNull(service),
    description: 'For routers of Apollo Federation.',
    resolve: () => ({ sdl }),
  };
  return replaceRoots(renameSharedType(schema), (root) =>
    root.name === 'Query' ? { ...root, fields: { ...root.fields, _service: field } } : root,
  );
}

/** Other subgraphs have a PageInfo with fewer fields. In a supergraph both would be one type, which does not compose. */
function renameSharedType(schema: GraphQLSchema): GraphQLSchema {
  const pageInfo = schema.getType('PageInfo');
  if (pageInfo !== undefined) pageInfo.name = 'BillingPageInfo';
  return replaceRoots(schema, (root) => root);
}
