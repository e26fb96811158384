import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as apollo4 from '@apollo/client';
import { type TypedDocumentNode, gql } from '@apollo/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as apollo3 from 'apollo-client-3/core/index.js';
import { seedDemoData } from 'billing-portal-local-stripe/demo-data';
import * as urql from 'urql';
import { createBillingPortalClient } from '../src/billing-portal-client.ts';
import { type BillingPortalError, toBillingPortalError } from '../src/billing-portal-error.ts';
import { type BillingPortalErrorCode, englishSentences } from '../src/sentences.ts';
import { getFailure } from './get-failure.ts';
import { errorStatuses } from '../../../src/shared/errors.ts';
import { type TestApp, createTestApp, returnUrl } from '../../../test/helpers/test-app.ts';

const app = await createTestApp();
const strictApp = await createTestApp({ RATE_LIMIT: '1/1m' });
const { customerId } = await seedDemoData(app.sdk);
await app.link('ada', customerId);
const adasToken = await app.createToken({ userId: 'ada' });
const strangersToken = await app.createToken({ userId: 'nobody' });

type Open = (service: Pick<TestApp, 'url'>, token: string | null, to: string) => Promise<string>;

/** Every way in reports a failure by the same code. */
const ways: readonly (readonly [string, Open])[] = [
  ['fetch', openByFetch],
  ['Apollo Client 4', openByApollo4],
  ['Apollo Client 3.8', openByApollo3],
  ['urql', openByUrql],
];

async function openByFetch(...[{ url }, token, to]: Parameters<Open>): Promise<string> {
  const client = createBillingPortalClient({ url: `${url}/graphql`, getToken: () => token });
  return (await client.createSession({ returnUrl: to })).url;
}

const mutation: TypedDocumentNode<
  { readonly createBillingPortalSession: { readonly url: string } },
  { returnUrl: string }
> = gql`
  mutation ($returnUrl: String!) {
    createBillingPortalSession(returnUrl: $returnUrl) {
      url
    }
  }
`;

function toLinkOptions(
  { url }: Pick<TestApp, 'url'>,
  token: string | null,
): { uri: string; headers: Record<string, string> } {
  return { uri: `${url}/graphql`, headers: token === null ? {} : { authorization: `Bearer ${token}` } };
}

async function openByApollo4(...[service, token, to]: Parameters<Open>): Promise<string> {
  const link = new apollo4.HttpLink(toLinkOptions(service, token));
  const client = new apollo4.ApolloClient({ cache: new apollo4.InMemoryCache(), link });
  const { data } = await client.mutate({ mutation, variables: { returnUrl: to } }).catch(rethrow);
  return data?.createBillingPortalSession.url ?? '';
}

async function openByApollo3(...[service, token, to]: Parameters<Open>): Promise<string> {
  const link = new apollo3.HttpLink(toLinkOptions(service, token));
  const client = new apollo3.ApolloClient({ cache: new apollo3.InMemoryCache(), link });
  const { data } = await client.mutate({ mutation, variables: { returnUrl: to } }).catch(rethrow);
  return data?.createBillingPortalSession.url ?? '';
}

async function openByUrql(...[service, token, to]: Parameters<Open>): Promise<string> {
  const { uri: url, headers } = toLinkOptions(service, token);
  const client = new urql.Client({ url, exchanges: [urql.fetchExchange], fetchOptions: { headers } });
  const { data, error } = await client.mutation(mutation, { returnUrl: to });
  if (error) rethrow(error);
  return data?.createBillingPortalSession.url ?? '';
}

function rethrow(error: unknown): never {
  throw toBillingPortalError(error);
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
    const token = await strictApp.createToken({ userId: `${open.name}-limited` });
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

/** What a gateway says in front of a service that is down. */
const gatewayAnswers = {
  '/502/graphql': [502, { 'retry-after': '30' }],
  '/503/graphql': [503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }],
  '/504/graphql': [504, {}],
  '/429/graphql': [429, { 'retry-after': '7' }],
  '/401/graphql': [401, {}],
  '/200/graphql': [200, {}],
} as const;

describe('a gateway that answers in HTML', () => {
  const gateway = createServer(({ url = '' }, response) => {
    const [status, headers] = gatewayAnswers[url as keyof typeof gatewayAnswers];
    response.writeHead(status, { 'content-type': 'text/html', ...headers });
    response.end('<html><h1>Not the service</h1></html>');
  });
  beforeAll((done) => void gateway.listen(0, '127.0.0.1', done));
  afterAll(() => {
    gateway.close();
    gateway.closeAllConnections();
  });

  describe.each(ways)('by %s', (_name, open) => {
    const fail = (status: number): Promise<BillingPortalError> => {
      const { port } = gateway.address() as AddressInfo;
      return getFailure(open({ url: `http://127.0.0.1:${port}/${status}` }, adasToken, returnUrl));
    };

    test.each([
      [502, 'INTERNAL_SERVER_ERROR', 30],
      [504, 'INTERNAL_SERVER_ERROR', undefined],
      [429, 'RATE_LIMITED', 7],
      [401, 'UNAUTHENTICATED', undefined],
      [200, 'INTERNAL_SERVER_ERROR', undefined],
    ])('%s keeps its status, and its Retry-After', async (status, code, retryAfter) => {
      const failure = await fail(status);
      expect(failure).toMatchObject({ code, status, retryAfter, detail: expect.stringMatching(/\w{4}/) });
    });

    test('a Retry-After that is a date is turned into seconds', async () => {
      const { status, retryAfter } = await fail(503);
      expect(status).toBe(503);
      expect(retryAfter).toBeGreaterThan(30);
      expect(retryAfter).toBeLessThan(61);
    });
  });
});

test('a wrong address of the service is told in the words of the service', async () => {
  const client = createBillingPortalClient({ url: `${app.url}/graph`, getToken: () => adasToken });
  expect(await getFailure(client.getAccount())).toMatchObject({
    status: 404,
    detail: 'This path does not exist.',
  });
});

test.each([undefined, null, ''])('without a token, which is %p, the request names no user', async (token) => {
  const sent: (string | null)[] = [];
  const client = createBillingPortalClient({
    url: `${app.url}/graphql`,
    getToken: () => token,
    fetch: (url, init) => {
      sent.push(new Headers(init?.headers).get('authorization'));
      return fetch(url, init);
    },
  });
  expect(await getFailure(client.getAccount())).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(sent).toEqual([null]);
});

test('the account is read in one request', async () => {
  const client = createBillingPortalClient({
    url: `${app.url}/graphql`,
    getToken: () => Promise.resolve(adasToken),
  });
  const { billingCustomer, billingPortalConfiguration } = await client.getAccount();
  expect(billingCustomer?.subscriptions).toMatchObject([{ status: 'ACTIVE', cancelsAt: null }]);
  expect(billingPortalConfiguration.features.invoiceHistory.enabled).toBe(true);
});

test('the next charges and the invoices are read in another request', async () => {
  const client = createBillingPortalClient({ url: `${app.url}/graphql`, getToken: () => adasToken });

  const { nextCharge, subscriptions, invoices } = (await client.getInvoices({ first: 1 })) ?? {};

  expect(nextCharge?.amountDue).toMatchObject({ currency: 'usd', decimals: 2 });
  expect(subscriptions).toEqual([{ id: nextCharge?.subscriptionId, nextCharge }]);
  expect(invoices?.edges).toHaveLength(1);
});

test('a subscription that is set to end is kept', async () => {
  const client = createBillingPortalClient({ url: `${app.url}/graphql`, getToken: () => adasToken });
  const { billingCustomer } = await client.getAccount();
  const id = billingCustomer?.subscriptions[0]?.id ?? '';
  await app.sdk.subscriptions.update(id, { cancel_at_period_end: true });

  await client.keepSubscription(id);

  expect((await app.sdk.subscriptions.retrieve(id)).cancel_at_period_end).toBe(false);
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
