import type { GraphQLSchema } from 'graphql';
import { type AuthCheckerFn, type NonEmptyArray, buildSchemaSync } from 'type-graphql';
import { requireRole } from '../auth/access.ts';
import { type RequestContext, getCaller } from './context.ts';

export interface SchemaOptions {
  /** One instance of each resolver class. */
  readonly resolvers: readonly object[];
  /** The role for users' operations; null when any signed-in user may call them. */
  readonly requiredRole: string | null;
  /** The role for administrators' operations. It does not include users' operations. */
  readonly adminRole: string;
}

/** Marks administrators' operations: `@Authorized(admin)`. */
export const admin = 'admin';

/** Builds the schema from the decorators of these resolver instances. */
export function createSchema({ resolvers, requiredRole, adminRole }: SchemaOptions): GraphQLSchema {
  const instances = new Map(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const authChecker: AuthCheckerFn<RequestContext> = ({ context }, roles) => {
    const caller = getCaller(context);
    if (roles.includes(admin)) requireRole(caller, adminRole);
    else if (requiredRole !== null) requireRole(caller, requiredRole);
    return true;
  };
  const schema = buildSchemaSync({
    resolvers: [...instances.keys()] as unknown as NonEmptyArray<NewableFunction>,
    container: {
      get: (resolverClass: object) => {
        const instance = instances.get(resolverClass as NewableFunction);
        if (instance === undefined) throw new Error('A resolver is not wired in app.ts');
        return instance;
      },
    },
    authChecker,
    validate: false,
    // The check would introspect the whole schema at each start; a test does it instead.
    skipCheck: true,
  });
  describeRoots(schema);
  return schema;
}

/** Query and Mutation have no class that a decorator could describe. */
function describeRoots(schema: GraphQLSchema): void {
  const [query, mutation] = [schema.getQueryType(), schema.getMutationType()];
  if (query) query.description = 'Read operations, for the user that the token identifies.';
  if (mutation) mutation.description = 'Write operations, for the user that the token identifies.';
}
