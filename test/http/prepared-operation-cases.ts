import { type Answer, sendError, sendJson } from '../helpers/faulty-stripe.ts';
import { returnUrl } from '../helpers/test-app.ts';

interface Details {
  /** What the body has beside the query. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose token it carries; null for none. Ada, who it is else, has a customer, and Bob none. */
  readonly user?: 'bob' | null;
  /** How Stripe answers, where that is not by the local Stripe. */
  readonly stripe?: Answer;
  /** The body with which Ada has the operation prepared, where the request cannot do that itself. */
  readonly preparing?: object;
}

/** One request that is sent before its operation is prepared, and again after that. */
export type PreparedCase = readonly [
  /** The status and the codes of errors: that the case is what its name says. */
  expected: string,
  name: string,
  query: string,
  details?: Details,
];

const openSession =
  'mutation ($returnUrl: String!) { createBillingPortalSession(returnUrl: $returnUrl) { id url createdAt } }';
const variables = { returnUrl };
const session: Details = { body: { variables } };
const several = `
  query Typename { __typename }
  query Customer { billingCustomer { userId } }
  mutation Session { createBillingPortalSession(returnUrl: "${returnUrl}") { url } }`;
const fragments = `
  query { __typename mine: billingCustomer { ...names ... on BillingCustomer { card { last4 } } } }
  fragment names on BillingCustomer { __typename customer: id name subscriptions { status } }`;
const chosen = `
  query ($with: Boolean!, $fresh: Boolean! = false) {
    billingCustomer(fresh: $fresh) { id email @include(if: $with) name @skip(if: $with) }
  }`;
const customer = '{ billingCustomer { id userId } }';
const twoCustomers = '{ a: billingCustomer { id } b: billingCustomer { id } }';
const twoLists = '{ a: customerMappings { edges { cursor } } b: auditTrail { edges { cursor } } }';
const supportSession = `
  mutation { createBillingPortalSessionFor(userId: "ada", returnUrl: "${returnUrl}") { url } }`;
const defaultUrl = `
  mutation ($to: String = "${returnUrl}") { createBillingPortalSession(returnUrl: $to) { url } }`;
const apolloClient = 'application/graphql-response+json,application/json;q=0.9';
const accept = (types: string): Details => ({ headers: { accept: types } });
const choose = (values: object): Details => ({ body: { variables: values } });

const answered: readonly PreparedCase[] = [
  ['200', 'a session', openSession, session],
  ['200', 'aliases, fragments and type names', fragments],
  ['200', 'a field that a variable includes', chosen, choose({ with: true })],
  ['200', 'a field that a variable skips', chosen, choose({ with: false })],
  ['200', 'a value in place of a default', chosen, choose({ with: true, fresh: true })],
  ['200', 'nothing, for who has no customer', customer, { user: 'bob' }],
  ['200', 'one operation of several', several, { body: { operationName: 'Session' } }],
  ['200', 'the only operation by its name', `query A ${customer}`, { body: { operationName: 'A' } }],
  ['200', 'no name and no variables, by null', customer, { body: { operationName: null, variables: null } }],
  ['200', 'no extensions, by null', customer, { body: { extensions: null } }],
  ['200', 'variables that nobody asked for', customer, choose({ more: 1 })],
  ['200', 'members that no request has', customer, { body: { id: 'a', more: [1] } }],
  [
    '200',
    'JSON with its charset',
    customer,
    { headers: { 'content-type': 'application/json; charset=utf-8' } },
  ],
  ['200', 'any type', customer, accept('*/*')],
  ['200', 'JSON', customer, accept('application/json')],
  ['200', 'what Apollo Client accepts', customer, accept(apolloClient)],
];

const once = { 'stripe-should-retry': 'false' };
const busy = sendError(429, { message: 'Slow down.' }, { ...once, 'retry-after': '7' });
const broken = sendError(500, { message: 'Oh.' }, once);
/** A configuration without its features. */
const half = sendJson(200, { object: 'list', data: [{ id: 'bpc_1', name: null }], has_more: false });
const signedOut: Details = { user: null, preparing: {} };

const failed: readonly PreparedCase[] = [
  [
    '200 RETURN_URL_NOT_ALLOWED',
    'a return URL elsewhere',
    openSession,
    choose({ returnUrl: 'https://b.example' }),
  ],
  ['200 CUSTOMER_NOT_FOUND', 'a session without a customer', openSession, { ...session, user: 'bob' }],
  ['200 FORBIDDEN', "an administrator's mutation", supportSession],
  ['401 UNAUTHENTICATED', 'a session without a token', openSession, { ...session, ...signedOut }],
  ['401 UNAUTHENTICATED', 'no token, by Apollo Client', customer, { ...accept(apolloClient), ...signedOut }],
  ['401 UNAUTHENTICATED UNAUTHENTICATED', 'two fields without a token', twoCustomers, signedOut],
  [
    '200 FORBIDDEN',
    'two fields, of which one fails',
    '{ billingCustomer { id } customerMapping { userId } }',
  ],
  // graphql-js ends with the first where none can be null.
  ['200 FORBIDDEN', 'two fields that both fail and cannot be null', twoLists],
  [
    '200 STRIPE_RATE_LIMITED STRIPE_RATE_LIMITED',
    'two fields that both fail',
    twoCustomers,
    { stripe: busy },
  ],
  ['200 STRIPE_RATE_LIMITED', 'a session when Stripe is busy', openSession, { ...session, stripe: busy }],
  ['200 STRIPE_UNAVAILABLE', 'a session when Stripe fails', openSession, { ...session, stripe: broken }],
  [
    '200 INTERNAL_SERVER_ERROR',
    'what nobody expects',
    '{ billingPortalConfiguration { id } }',
    { stripe: half },
  ],
  ['200 INTERNAL_SERVER_ERROR', 'null where a default was', defaultUrl, choose({ to: null })],
];

/** Requests that are answered without Apollo Server once their operation is prepared. */
export const preparedCases: readonly PreparedCase[] = [...answered, ...failed];

const hash = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
const malformed = (body: object): Details => ({ body, preparing: {} });
const unknown = '400 OPERATION_RESOLUTION_FAILURE';

/** Requests that are Apollo Server's each time, although their operation is prepared. */
export const apolloCases: readonly PreparedCase[] = [
  [unknown, 'an operation that is not there', several, { body: { operationName: 'None' } }],
  [unknown, 'an operation by an empty name', customer, { body: { operationName: '' } }],
  [unknown, 'several operations, and none by name', several],
  ['400 BAD_USER_INPUT', 'no variable', openSession],
  ['400 BAD_USER_INPUT', 'a variable too few', openSession, choose({})],
  ['400 BAD_USER_INPUT', 'null for all variables', openSession, { body: { variables: null } }],
  ['400 BAD_USER_INPUT', 'a variable of the wrong type', openSession, choose({ returnUrl: { a: 1 } })],
  ['400 BAD_USER_INPUT', 'null for a variable that cannot be', openSession, choose({ returnUrl: null })],
  ['400 BAD_USER_INPUT', 'a variable too few, without a token', openSession, signedOut],
  ['400 BAD_REQUEST', 'variables as text', customer, malformed({ variables: '{}' })],
  ['400 BAD_REQUEST', 'variables as a list', customer, malformed({ variables: [] })],
  ['400 BAD_REQUEST', 'variables as a truth value', customer, malformed({ variables: false })],
  ['400 BAD_REQUEST', 'extensions as text', customer, malformed({ extensions: '{}' })],
  ['400 BAD_REQUEST', 'extensions as a list', customer, malformed({ extensions: [] })],
  ['400 BAD_REQUEST', 'extensions as a truth value', customer, malformed({ extensions: false })],
  ['400 BAD_REQUEST', 'a name that is no text', customer, malformed({ operationName: 5 })],
  ['200 PERSISTED_QUERY_NOT_SUPPORTED', 'a hash with the query', customer, malformed({ extensions: hash })],
  ['200', 'extensions without members', customer, { body: { extensions: {} } }],
  ['200', "GraphQL's own type alone", customer, accept('application/graphql-response+json')],
  ['200', 'JSON before all else', customer, accept('application/json, text/plain, */*')],
  ['200', 'JSON in capitals', customer, accept('APPLICATION/JSON')],
  ['200', 'any type, by an empty list', customer, accept('')],
  ['406 BAD_REQUEST', 'a page', customer, accept('text/html')],
  ['406 BAD_REQUEST', 'XML', customer, accept('application/xml')],
  ['406 BAD_REQUEST', 'XML, for a session', openSession, { ...session, ...accept('application/xml') }],
];
