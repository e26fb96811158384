import { decodeParameters } from './parameters.ts';
import type { Decoded, ParameterTable } from './parameters.ts';
import type { FormFields } from './form.ts';

export interface RouteRequest<Values> {
  readonly values: Values;
  /** The id in the path; empty when the path has none. */
  readonly id: string;
  readonly stripeAccount: string | null;
}

/** One endpoint of the API: where it is, what it takes, what it does. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Checks the parameters and returns what is left to do; a refusal here leaves no idempotent answer behind. */
  prepare(fields: FormFields, id: string, stripeAccount: string | null): () => object;
}

export interface RouteDefinition<P extends ParameterTable> {
  readonly method: ApiRoute['method'];
  readonly path: string;
  readonly parameters: P;
  handle(request: RouteRequest<Decoded<P>>): object;
}

/** Defines an endpoint; the types of its values follow from its table of parameters. */
export function createRoute<P extends ParameterTable>(definition: RouteDefinition<P>): ApiRoute {
  return {
    method: definition.method,
    path: definition.path,
    prepare(fields, id, stripeAccount) {
      const values = decodeParameters(definition.parameters, fields);
      return () => definition.handle({ values, id, stripeAccount });
    },
  };
}
