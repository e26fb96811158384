import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString, printSchema } from 'graphql';

const header = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3")\n\n';

/**
 * Prints the schema as a subgraph of Apollo Federation. It has root fields only: an entity would take a user id from
 * another subgraph, and who a user is comes from the token alone.
 */
export function printSubgraph(schema: GraphQLSchema): string {
  return printRenamed(renameSharedType(schema));
}

function printRenamed(schema: GraphQLSchema): string {
  return header + printSchema(schema);
}

/** Adds `_service`, by which routers read a subgraph: https://www.apollographql.com/docs/graphos/reference/federation/subgraph-specific-fields */
export function toSubgraph(schema: GraphQLSchema): GraphQLSchema {
  const renamed = renameSharedType(schema);
  const { query, ...config } = renamed.toConfig();
  const sdl = printRenamed(renamed);
  const service = new GraphQLObjectType({
    name: '_Service',
    description: 'This subgraph.',
    fields: { sdl: { type: GraphQLString, description: 'The schema of this subgraph.' } },
  });
  const field = {
    type: new GraphQLNonNull(service),
    description: 'For routers of Apollo Federation.',
    args: {},
    resolve: () => ({ sdl }),
  };
  const { fields = {}, ...root } = query?.toConfig() ?? { name: 'Query' };
  return new GraphQLSchema({
    ...config,
    types: [],
    query: new GraphQLObjectType({ ...root, fields: { ...fields, _service: field } }),
  });
}

/** Other subgraphs have a PageInfo with fewer fields. In a supergraph both would be one type, which does not compose. */
function renameSharedType(schema: GraphQLSchema): GraphQLSchema {
  const pageInfo = schema.getType('PageInfo');
  if (pageInfo === undefined) return schema;
  pageInfo.name = 'BillingPageInfo';
  return new GraphQLSchema({ ...schema.toConfig(), types: [] });
}
