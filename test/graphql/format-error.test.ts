import { ApolloServer, HeaderMap } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { GraphQLError, GraphQLObjectType, GraphQLSchema, GraphQLString, execute, parse } from 'graphql';
import { BillingError } from '../../src/errors.ts';
import { describeErrors, formatError } from '../../src/graphql/format-error.ts';
import { closeAfterTests } from '../helpers/closing.ts';

/** What a client gets of errors. */
interface Described {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly errors: unknown;
}

const query = '{ a b c }';

/** Its fields fail one after the other. */
function createSchema(failures: readonly unknown[]): GraphQLSchema {
  const fields = ['a', 'b', 'c'].map((name, index) => {
    const resolve = (): null => {
      if (index < failures.length) throw failures[index];
      return null;
    };
    return [name, { type: GraphQLString, resolve }] as const;
  });
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: Object.fromEntries(fields) }),
  });
}

async function askApollo(schema: GraphQLSchema): Promise<Described> {
  const apollo = new ApolloServer({
    schema,
    formatError,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
  await apollo.start();
  closeAfterTests(() => apollo.stop());
  const {
    status = 200,
    headers,
    body,
  } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: 'POST',
      headers: new HeaderMap([['content-type', 'application/json']]),
      search: '',
      body: { query },
    },
    context: () => Promise.resolve({}),
  });
  const { errors } = JSON.parse(body.kind === 'complete' ? body.string : '{}') as { errors?: unknown };
  return { status, retryAfter: headers.get('retry-after'), errors };
}

async function describeOwn(schema: GraphQLSchema): Promise<Described> {
  const { errors = [] } = await execute({ schema, document: parse(query) });
  const { status, headers, formatted } = describeErrors(errors);
  return { status, retryAfter: headers['retry-after'], errors: JSON.parse(JSON.stringify(formatted)) };
}

const plain = new BillingError('FORBIDDEN', 'No.');
const signedOut = new BillingError('UNAUTHENTICATED', 'Who?');
const unavailable = new BillingError('AUTH_UNAVAILABLE', 'Not now.', { cause: new Error('Hidden.') });
const waitFor = (seconds: number): BillingError =>
  new BillingError('RATE_LIMITED', 'Later.', { retryAfter: seconds });
const unexpected = new Error('Hidden.');

test.each<[string, readonly unknown[]]>([
  ['one', [plain]],
  ['one with a status', [signedOut]],
  ['one with a time to wait', [waitFor(7)]],
  ['several statuses', [signedOut, unavailable, plain]],
  ['several statuses the other way round', [plain, unavailable, signedOut]],
  ['several times to wait', [waitFor(7), waitFor(9)]],
  ['a time to wait before others', [waitFor(7), signedOut, plain]],
  ['an unexpected one', [unexpected]],
  ['an unexpected one before one with a status', [unexpected, signedOut]],
  ['an unexpected one after one with a status', [waitFor(7), unexpected]],
  ['what is no error', ['Hidden.', signedOut, undefined]],
  [
    'what has a code of somebody else',
    [new GraphQLError('Hidden.', { extensions: { code: 'BAD_USER_INPUT' } })],
  ],
])('errors of resolvers are described as Apollo Server does: %s', async (_title, failures) => {
  const schema = createSchema(failures);

  expect(await describeOwn(schema)).toEqual(await askApollo(schema));
});
