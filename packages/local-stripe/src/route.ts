import { decodeParameters } from './parameters.ts';
import type { Decoded, ParameterTable } from './parameters.ts';
import type { FormFields } from './form.ts';

interface RouteRequest<Values> {
  readonly values: Values;
  /** The id in the path, or an empty string. */
  readonly id: string;
  /** The second id in the path, or an empty string. */
  readonly child: string;
  readonly stripeAccount: string | null;
}

/** The ids in a path. */
export interface PathIds {
  readonly id?: string;
  readonly child?: string;
}

/** One endpoint of the API. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** The names of its parameters, for the list of what is supported. */
  readonly parameterNames: readonly string[];
  /** Validates the parameters and returns the rest of the work. An error here is not stored for the idempotency key. */
  prepare(fields: FormFields, ids: PathIds, stripeAccount: string | null): () => object;
}

interface RouteDefinition<P extends ParameterTable> {
  readonly method: ApiRoute['method'];
  readonly path: string;
  readonly parameters: P;
  handle(request: RouteRequest<Decoded<P>>): object;
}

/** Defines an endpoint. The types of its values are inferred from its parameter table. */
export function createRoute<P extends ParameterTable>(definition: RouteDefinition<P>): ApiRoute {
  return {
    method: definition.method,
    path: definition.path,
    parameterNames: Object.keys(definition.parameters),
    prepare(fields, { id = '', child = '' }, stripeAccount) {
      const values = decodeParameters(definition.parameters, fields);
      return () => definition.handle({ values, id, child, stripeAccount });
    },
  };
}
