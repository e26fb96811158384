import {
  type GraphQLFieldResolver,
  GraphQLObjectType,
  GraphQLSchema,
  defaultFieldResolver,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type AuthCheckerFn, type NonEmptyArray, buildSchemaSync } from 'type-graphql';
import { requireRole } from '../auth/claims.ts';
import type { Operation, Telemetry } from '../telemetry/telemetry.ts';
import { type RequestContext, getCaller } from './context.ts';

export interface SchemaOptions {
  /** The role for users' operations; null when any signed-in user may call them. */
  readonly requiredRole: string | null;
  /** The role for administrators' operations. It does not include users' operations. */
  readonly adminRole: string;
}

/** Marks administrators' operations: `@Authorized(admin)`. */
export const admin = 'admin';

/**
 * Builds the schema from the decorators of these resolver instances.
 * @param resolvers one instance of each resolver class
 */
export function createSchema(
  resolvers: readonly object[],
  { requiredRole, adminRole }: SchemaOptions,
): GraphQLSchema {
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
  return new GraphQLSchema({
    ...schema.toConfig(),
    types: [],
    query: finishRoot(schema.getQueryType(), 'Read operations, for the user that the token identifies.'),
    mutation: finishRoot(
      schema.getMutationType(),
      'Write operations, for the user that the token identifies.',
    ),
  });
}

/**
 * Describes Query or Mutation, which have no class that a decorator could describe, and orders it for readers: users'
 * operations before administrators', required arguments before optional ones. TypeGraphQL's own order is that of imports.
 */
function finishRoot(
  root: GraphQLObjectType | null | undefined,
  description: string,
): GraphQLObjectType | null {
  if (!root) return null;
  const { fields, ...config } = root.toConfig();
  const ordered = sortEntries(fields, isForAdministrators).map(([name, { args = {}, ...field }]) => {
    const sorted = sortEntries(
      args,
      ({ type, defaultValue }) => !isNonNullType(type) || defaultValue !== undefined,
    );
    return [name, { ...field, args: Object.fromEntries(sorted) }] as const;
  });
  return new GraphQLObjectType({ ...config, description, fields: Object.fromEntries(ordered) });
}

/** Every description of an administrator's operation says so: a test compares it with the role that is asked for. */
function isForAdministrators({ description }: { readonly description?: string | null | undefined }): boolean {
  return description?.startsWith('For administrators:') ?? false;
}

function sortEntries<T>(entries: Readonly<Record<string, T>>, isLast: (value: T) => boolean): [string, T][] {
  return Object.entries(entries).sort(([, a], [, b]) => Number(isLast(a)) - Number(isLast(b)));
}

type Resolver = GraphQLFieldResolver<unknown, RequestContext>;

/** Marks a field below the root for the metrics: `@Extensions(observed)`. */
export const observed = { observed: true };

/** Counts every executed root field, gives it a span and charges the caller for it. Clients' operation names are not recorded: they are unbounded. */
export function observeOperations(schema: GraphQLSchema, telemetry: Telemetry): void {
  const roots: readonly unknown[] = [schema.getQueryType(), schema.getMutationType()];
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    const isRoot = roots.includes(type);
    for (const field of Object.values(type.getFields())) {
      if (!isRoot && field.extensions['observed'] !== true) continue;
      const attributes = {
        ...(isRoot ? { 'graphql.operation.type': type.name.toLowerCase() } : {}),
        'graphql.field': field.name,
      };
      const operation = createOperation(`${type.name}.${field.name}`, attributes, telemetry);
      const resolve: Resolver = field.resolve ?? defaultFieldResolver;
      const observing: Resolver = (source, args, context, info) =>
        telemetry.observe(operation, async () => {
          // A field below the root pays by itself: in a host's own server, its context is the host's.
          if (isRoot) await context.charge();
          return await resolve(source, args, context, info);
        });
      field.resolve = observing;
    }
  }
}

function createOperation(
  name: string,
  attributes: Operation['attributes'],
  { metrics }: Telemetry,
): Operation {
  return {
    name,
    isRemote: false,
    attributes,
    ended: (outcome) => metrics.operationEnded(name, outcome),
  };
}
