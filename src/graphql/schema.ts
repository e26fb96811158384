import {
  type GraphQLFieldResolver,
  GraphQLObjectType,
  GraphQLSchema,
  defaultFieldResolver,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { Extensions, Mutation, type NonEmptyArray, Query, buildSchemaSync } from 'type-graphql';
import { requireRole } from '../auth/claims.ts';
import { SetupError } from '../shared/errors.ts';
import type { Operation, Telemetry } from '../telemetry/telemetry.ts';
import { type RequestContext, getCaller } from './context.ts';
import { NullableFieldResolver, dateTime } from './types.ts';

interface SchemaOptions {
  /** The role for users' operations; null when any signed-in user may call them. */
  readonly requiredRole: string | null;
  /** The role for administrators' operations. It does not include users' operations. */
  readonly adminRole: string;
}

/** Decorators that declare administrators' operations. All others are for users. */
export const AdminQuery = forAdministrators(Query);
export const AdminMutation = forAdministrators(Mutation);

type Declare = (type: () => object, options: { description: string; nullable: boolean }) => MethodDecorator;

function forAdministrators(declare: Declare) {
  return (type: object, description: string, { nullable = false } = {}): MethodDecorator =>
    (...method) => {
      declare(() => type, { nullable, description: `For administrators: ${description}` })(...method);
      Extensions({ admin: true })(...method);
    };
}

export function createSchema(
  features: readonly { readonly resolvers: readonly object[] }[],
  options: SchemaOptions,
): GraphQLSchema {
  const all = features.flatMap(({ resolvers }) => resolvers);
  const instances = new Map(all.map((resolver) => [resolver.constructor, resolver]));
  // The first version in a process keeps the metadata of all, and earlier ones do not let this one build from them.
  const metadata: { readonly clone?: unknown } = globalThis.TypeGraphQLMetadataStorage;
  if (metadata.clone === undefined)
    throw new SetupError('Import `billing-portal-graphql/server` before your own version of TypeGraphQL.');
  const schema = buildSchemaSync({
    resolvers: [...instances.keys()] as unknown as NonEmptyArray<NewableFunction>,
    container: { get: (resolverClass: NewableFunction) => instances.get(resolverClass) },
    // TypeGraphQL asks for it if any class in the process has `@Authorized`, such as a host's. The classes here have none:
    // a host's schema would then need an authChecker for them.
    authChecker: () => false,
    scalarsMap: [{ type: Date, scalar: dateTime }],
    validate: false,
    // The check would introspect the whole schema at each start; a test does it instead.
    skipCheck: true,
  });
  return replaceRoots(schema, (root) => finishRoot(root, options));
}

type RootConfig = ReturnType<GraphQLObjectType['toConfig']>;

export function replaceRoots(
  schema: GraphQLSchema,
  change: (root: RootConfig) => ConstructorParameters<typeof GraphQLObjectType>[0],
): GraphQLSchema {
  const copy = (root: GraphQLObjectType | null | undefined) =>
    root ? new GraphQLObjectType(change(root.toConfig())) : null;
  return new GraphQLSchema({
    ...schema.toConfig(),
    types: [],
    query: copy(schema.getQueryType()),
    mutation: copy(schema.getMutationType()),
  });
}

export function mapEntries<T, U>(
  entries: Readonly<Record<string, T>>,
  change: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, change(value)]));
}

/** Describes Query or Mutation, checks roles, and sorts users' operations and required arguments first: TypeGraphQL sorts by imports. */
function finishRoot({ fields, ...root }: RootConfig, options: SchemaOptions): RootConfig {
  const kind = root.name === 'Query' ? 'Read' : 'Write';
  return {
    ...root,
    description: `${kind} operations, for the user that the token identifies.`,
    fields: mapEntries(sortEntries(fields, isForAdministrators), ({ args = {}, ...field }) => ({
      ...field,
      resolve: requireAccess(field, options),
      args: sortEntries(args, ({ type, defaultValue }) => !isNonNullType(type) || defaultValue !== undefined),
    })),
  };
}

type RootField = Pick<RootConfig['fields'][string], 'extensions' | 'resolve'>;

function isForAdministrators({ extensions }: RootField): boolean {
  return extensions?.['admin'] === true;
}

function requireAccess(field: RootField, { requiredRole, adminRole }: SchemaOptions): Resolver {
  const { resolve = defaultFieldResolver } = field;
  const role = isForAdministrators(field) ? adminRole : requiredRole;
  return (source, args, context, info) => {
    requireRole(getCaller(context), role);
    return resolve(source, args, context, info);
  };
}

function sortEntries<T>(
  entries: Readonly<Record<string, T>>,
  isLast: (value: T) => boolean,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(entries).sort(([, a], [, b]) => Number(isLast(a)) - Number(isLast(b))),
  );
}

type Resolver = GraphQLFieldResolver<unknown, RequestContext>;

/** Declares a field below the root that asks Stripe, which the metrics observe. */
export function StripeField(type: object, description: string): MethodDecorator {
  return (...method) => {
    NullableFieldResolver(type, `${description} Stripe is asked when the field is selected.`)(...method);
    Extensions({ observed: true })(...method);
  };
}

interface OperationField {
  readonly type: string;
  readonly field: string;
  readonly isRoot: boolean;
  readonly resolve: Resolver;
}

/** Replaces the resolvers of all fields that may wait: the root fields, and the observed ones below. */
export function wrapOperations(schema: GraphQLSchema, wrap: (operation: OperationField) => Resolver): void {
  const roots: readonly unknown[] = [schema.getQueryType(), schema.getMutationType()];
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    const isRoot = roots.includes(type);
    for (const field of Object.values(type.getFields())) {
      if (!isRoot && field.extensions['observed'] !== true) continue;
      const { name, resolve = defaultFieldResolver } = field;
      field.resolve = wrap({ type: type.name, field: name, isRoot, resolve });
    }
  }
}

/** Counts every executed root field, gives it a span and charges the caller for it. Clients' operation names are not recorded: they are unbounded. */
export function observeOperations(schema: GraphQLSchema, telemetry: Telemetry): void {
  wrapOperations(schema, ({ type, field, isRoot, resolve }) => {
    const name = `${type}.${field}`;
    const kind = isRoot ? { 'graphql.operation.type': type.toLowerCase() } : {};
    const operation: Operation = {
      name,
      isRemote: false,
      attributes: { ...kind, 'graphql.field': field },
      ended: (outcome) => telemetry.metrics?.operations.inc({ operation: name, outcome }),
    };
    return (source, args, context, info) =>
      telemetry.observe(operation, async () => {
        // A field below the root pays by itself: in a host's own server, its context is the host's.
        if (isRoot) await context.charge();
        return await resolve(source, args, context, info);
      });
  });
}
