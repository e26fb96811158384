import { ApolloClient, HttpLink, InMemoryCache, type TypedDocumentNode, gql } from '@apollo/client';
import { describe, expect, test } from '@jest/globals';
import { seedDemoData } from 'billing-portal-local-stripe/demo-data';
import { createBillingPortalClient } from '../src/billing-portal-client.ts';
import { BillingPortalError, toBillingPortalError } from '../src/billing-portal-error.ts';
import { type BillingPortalErrorCode, englishSentences } from '../src/sentences.ts';
import { errorStatuses } from '../../../src/errors.ts';
import { type TestApp, createTestApp, returnUrl } from '../../../test/helpers/test-app.ts';

const app = await createTestApp();
const strictApp = await createTestApp({ RATE_LIMIT: '1/1m' });
const { customerId } = await seedDemoData(app.sdk);
await app.link('ada', customerId);
const adasToken = await app.createToken({ userId: 'ada' });
const strangersToken = await app.createToken({ userId: 'nobody' });

/** The two ways in: `fetch`, and an Apollo Client. Both must tell a failure by the same code. */
const ways = [
  ['fetch', openByFetch],
  ['Apollo Client', openByApollo],
] as const;

async function openByFetch({ url }: Pick<TestApp, 'url'>, token: string | null, to: string): Promise<string> {
  const client = createBillingPortalClient({ url: `${url}/graphql`, getToken: () => token });
  return (await client.createSession({ returnUrl: to })).url;
}

interface Session {
  readonly createBillingPortalSession: { readonly url: string };
}

async function openByApollo(
  { url }: Pick<TestApp, 'url'>,
  token: string | null,
  to: string,
): Promise<string> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const link = new HttpLink({ uri: `${url}/graphql`, headers });
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  try {
    const mutation: TypedDocumentNode<Session, { returnUrl: string }> = gql`
      mutation ($returnUrl: String!) {
        createBillingPortalSession(returnUrl: $returnUrl) {
          url
        }
      }
    `;
    const { data } = await client.mutate({
      mutation,
      variables: { returnUrl: to },
    });
    return data?.createBillingPortalSession.url ?? '';
  } catch (error) {
    throw toBillingPortalError(error);
  }
}

async function getFailure(promise: Promise<unknown>): Promise<BillingPortalError> {
  const reason: unknown = await promise.then(
    (value) => new Error(`expected a failure, not ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (!(reason instanceof BillingPortalError)) throw reason;
  return reason;
}

describe.each(ways)('by %s', (_name, open) => {
  test('a session is opened', async () => {
    const url = await open(app, adasToken, returnUrl);
    expect(url).toMatch(`${app.stripe.url}/p/session/`);
  });

  test.each<[BillingPortalErrorCode, string | null, string]>([
    ['UNAUTHENTICATED', null, returnUrl],
    ['UNAUTHENTICATED', 'no-token', returnUrl],
    ['CUSTOMER_NOT_FOUND', strangersToken, returnUrl],
    ['RETURN_URL_NOT_ALLOWED', adasToken, 'https://evil.example.com'],
  ])('%s is told by its code, with a sentence for customers and words for developers', async (...row) => {
    const [code, token, to] = row;
    const failure = await getFailure(open(app, token, to));
    expect(failure).toMatchObject({ code, message: englishSentences[code] });
    expect(failure.detail).toEqual(expect.stringMatching(/\w{4}/));
    expect(failure.detail).not.toBe(failure.message);
  });

  test('a limit says when to come back', async () => {
    const token = await strictApp.createToken({ userId: open.name });
    await getFailure(open(strictApp, token, returnUrl));
    const failure = await getFailure(open(strictApp, token, returnUrl));
    expect(failure.code).toBe('RATE_LIMITED');
    expect(failure.retryAfter).toBeGreaterThan(0);
  });

  test('a service that cannot be reached is told apart from one that refuses', async () => {
    const failure = await getFailure(open({ url: 'http://127.0.0.1:9' }, null, returnUrl));
    expect(failure.code).toBe('NETWORK_ERROR');
  });
});

test('the account is read in one request', async () => {
  const client = createBillingPortalClient({
    url: `${app.url}/graphql`,
    getToken: () => Promise.resolve(adasToken),
  });
  const { billingCustomer, billingPortalConfiguration } = await client.getAccount();
  expect(billingCustomer?.subscriptions).toMatchObject([{ status: 'ACTIVE', cancelsAt: null }]);
  expect(billingPortalConfiguration.features.subscriptionCancel.enabled).toBe(true);
});

test('the sentences cover the codes of the service and no others', () => {
  const apollos = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'INTERNAL_SERVER_ERROR'];
  const codes = [...Object.keys(errorStatuses), ...apollos, 'NETWORK_ERROR'];
  expect(Object.keys(englishSentences).sort()).toEqual(codes.sort());
});

describe('what is no code of the service', () => {
  test.each([
    ['a code of a later version', { errors: [{ message: 'New.', extensions: { code: 'NEW_CODE' } }] }],
    ['a name that every object has', { errors: [{ message: 'Odd.', extensions: { code: 'toString' } }] }],
    ['an error page of a proxy', { bodyText: '<html>502 Bad Gateway</html>' }],
    ['a body that is no GraphQL answer', { bodyText: '[]' }],
    ['nothing at all', undefined],
  ])('%s is a fault on our side', (_name, reason) => {
    expect(toBillingPortalError(reason).code).toBe('INTERNAL_SERVER_ERROR');
  });

  test('a sentence of the application goes before the English one', () => {
    const reason = { errors: [{ extensions: { code: 'FORBIDDEN' } }] };
    const sentences = { FORBIDDEN: 'Nur die Verwaltung darf das.' };
    expect(toBillingPortalError(reason, sentences).message).toBe('Nur die Verwaltung darf das.');
  });
});
