import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { BillingError, maskedMessage } from '../shared/errors.ts';
import { logFailure } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import { shorten } from '../shared/shorten.ts';
import type { RequestContext } from './context.ts';

/** What Apollo Server raises before a resolver runs. Anything else without a code of ours is a fault of ours. */
const apolloCodes = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  // By this code clients that send hashes first know to send the query.
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** Fields that conflict are all named, up to a thousand by one error. */
const maxLocations = 10;

/**
 * The one rule of errors: a BillingError is meant for the client, and so is what Apollo Server says of a
 * request that it cannot run; anything else is masked.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  if (unwrapResolverError(error) instanceof BillingError)
    return { ...formatted, message: shorten(formatted.message) };
  const isInputFault = isRefusedInput(error);
  if (!isInputFault && !isRefusedByApollo(formatted)) return mask(formatted);
  const { message, locations, path, extensions } = formatted;
  return {
    message: shorten(withoutValues(message)),
    ...(locations === undefined ? {} : { locations: locations.slice(0, maxLocations) }),
    ...(path === undefined ? {} : { path }),
    extensions: { code: isInputFault ? 'BAD_USER_INPUT' : extensions?.['code'] },
  };
}

/** Logs, with the request's id, what `formatError` keeps from the client. */
export function createFailureLog(logger: Logger): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors: ({ errors, contextValue: { requestId } }) => {
          for (const error of errors.filter(isUnexpected))
            logFailure(logger, unwrapResolverError(error), 'a request failed', {
              requestId,
              path: error.path,
            });
          return Promise.resolve();
        },
      }),
  };
}

function isUnexpected(error: GraphQLError): boolean {
  return !isRefusedByApollo(error) && !isRefusedInput(error);
}

/**
 * graphql-js gives no code to these errors, which any caller can provoke: more than fifty faulty variables, and null for
 * an argument or a directive that takes none, by a variable that has a default.
 */
const inputFaults = /^(?:Argument "\w+" (?:of |has invalid value )|Too many errors processing variables)/;

function isRefusedInput(error: unknown): boolean {
  const thrown = unwrapResolverError(error);
  return (
    thrown instanceof GraphQLError && !(thrown instanceof BillingError) && inputFaults.test(thrown.message)
  );
}

/** Errors of resolvers have a path; those of parsing, validation and variables have none. */
function isRefusedByApollo({
  path,
  extensions,
}: Pick<GraphQLFormattedError, 'path' | 'extensions'>): boolean {
  return path === undefined && apolloCodes.has(extensions?.['code']);
}

function mask({ path, locations }: GraphQLFormattedError): GraphQLFormattedError {
  return {
    message: maskedMessage,
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** graphql-js repeats a value, which may be a token that was pasted into the wrong place. */
function withoutValues(message: string): string {
  return message
    .replace(/^(Variable "\$\w+") got invalid value .*$/s, '$1 got an invalid value.')
    .replace(/^(Argument "\w+") has invalid value .*$/s, '$1 has an invalid value.');
}
