import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type Logger, logFailure } from '../logging/logger.ts';
import { BillingError, maskedMessage } from '../shared/errors.ts';
import { shorten } from '../shared/texts.ts';
import type { RequestContext } from './context.ts';

/** The codes of Apollo Server's own errors, raised before a resolver runs. All other errors without our code are bugs. */
const apolloCodes = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  // Clients that send a query's hash first then send the query.
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** Errors without a code: more than fifty invalid variables, or null for a non-null argument by a variable with a default. */
const inputFaults = /^(?:Argument "\w+" (?:of |has invalid value )|Too many errors processing variables)/;

/** graphql-js lists all conflicting fields in one error: up to a thousand. */
const maxLocations = 10;

/** A client sees BillingErrors and Apollo Server's refusals of invalid requests; every other error is masked. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { message, locations, path } = formatted;
  if (unwrapResolverError(error) instanceof BillingError) return { ...formatted, message: shorten(message) };
  const code = findRefusal(formatted, error);
  if (code === null)
    return { message: maskedMessage, locations, path, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  return {
    message: shorten(reword(message)),
    locations: locations?.slice(0, maxLocations),
    path,
    extensions: { code },
  };
}

/** Logs the errors that `formatError` masks, with the request id. */
export function createFailureLog(logger: Logger): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors: ({ errors, contextValue: { requestId } }) => {
          for (const error of errors) {
            if (findRefusal(error, error) !== null) continue;
            const { path } = error;
            logFailure(logger, unwrapResolverError(error), 'a request failed', { requestId, path });
          }
          return Promise.resolve();
        },
      }),
  };
}

/** Returns the code for a request that is invalid; null for every other error. */
function findRefusal(
  { path, extensions }: Pick<GraphQLFormattedError, 'path' | 'extensions'>,
  error: unknown,
): unknown {
  const thrown = unwrapResolverError(error);
  if (thrown instanceof GraphQLError && inputFaults.test(thrown.message)) return 'BAD_USER_INPUT';
  // Errors of resolvers have a path; errors of parsing, validation and variables have none.
  const code = extensions?.['code'];
  return path === undefined && apolloCodes.has(code) ? code : null;
}

/** Removes quoted values, because a token may be pasted anywhere. Adds what a client can do where the message does not say it. */
function reword(message: string): string {
  return message
    .replace(
      /^GraphQL introspection is not allowed.*$/s,
      'Introspection is off: use schema.graphql of this service.',
    )
    .replace(/^Validation aborted\.$/, 'The operation repeats fields too often: select each field once.')
    .replace(/^(Variable "\$\w+") got invalid value .*$/s, '$1 got an invalid value.')
    .replace(/^(Argument "\w+") has invalid value .*$/s, '$1 has an invalid value.');
}
