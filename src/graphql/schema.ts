import type { GraphQLSchema } from 'graphql';
import { type AuthCheckerFn, type NonEmptyArray, buildSchemaSync } from 'type-graphql';
import { requireRole } from '../auth/access.ts';
import { type RequestContext, getCaller } from './context.ts';

export interface SchemaOptions {
  /** One instance of each resolver class. */
  readonly resolvers: NonEmptyArray<object>;
  /** The role that callers need for what is not an administrator's; null when any signed-in user may call. */
  readonly requiredRole: string | null;
  /** The role that administrators need: with it alone they have what is theirs, and nothing else. */
  readonly adminRole: string;
}

/** What a field names in `@Authorized(…)` when only an administrator may have it. */
export const admin = 'admin';

/** Builds the schema from the resolvers' decorators and serves it with these very instances. */
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
    // It runs an introspection query over the whole schema at each start; a test does that instead.
    skipCheck: true,
  });
  describeRoots(schema);
  return schema;
}

/** The roots have no class whose decorator could describe them. */
function describeRoots(schema: GraphQLSchema): void {
  const [query, mutation] = [schema.getQueryType(), schema.getMutationType()];
  if (query) query.description = 'What can be read. The token says for whom.';
  if (mutation) mutation.description = 'What can be done. The token says for whom.';
}
