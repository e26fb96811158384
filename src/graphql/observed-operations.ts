import { type GraphQLFieldResolver, type GraphQLSchema, defaultFieldResolver } from 'graphql';
import type { Operation, Telemetry } from '../telemetry/telemetry.ts';
import { runPayingField } from '../stripe/request-budget.ts';
import type { RequestContext } from './context.ts';

type Resolver = GraphQLFieldResolver<unknown, RequestContext>;

/** Counts every executed root field, gives it a span and charges it when it asks Stripe. Clients' operation names are not recorded: they are unbounded. */
export function observeOperations(schema: GraphQLSchema, telemetry: Telemetry): void {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const operation = createOperation(type?.name ?? '', field.name, telemetry);
      const resolve: Resolver = field.resolve ?? defaultFieldResolver;
      const observed: Resolver = (...args) =>
        telemetry.observe(operation, () => runPayingField(async () => await resolve(...args)));
      field.resolve = observed;
    }
  }
}

function createOperation(type: string, field: string, { metrics }: Telemetry): Operation {
  const name = `${type}.${field}`;
  return {
    name,
    isRemote: false,
    attributes: { 'graphql.operation.type': type.toLowerCase(), 'graphql.field': field },
    ended: (outcome) => metrics.operationEnded(name, outcome),
  };
}
