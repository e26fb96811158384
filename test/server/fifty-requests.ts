import { createHmac } from 'node:crypto';

/** A request that the service and each mount of it must answer alike. */
export interface SuiteRequest {
  readonly title: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly status: number;
  /** A part of the body. */
  readonly says?: string;
}

/** What the requests name. */
export interface SuiteFacts {
  /** Authorization headers of a linked user, a user without a customer, and an administrator. */
  readonly user: string;
  readonly stranger: string;
  readonly admin: string;
  readonly webhookSecret: string;
  /** The token of an e-mail link that works more than once. */
  readonly linkToken: string;
}

const returnUrl = 'https://app.example.com/account';
const json = { 'content-type': 'application/json' };
const session = `mutation { createBillingPortalSession(returnUrl: "${returnUrl}") { url } }`;

function post(path: string, body: SuiteRequest['body'], headers: SuiteRequest['headers'] = {}) {
  return { method: 'POST', path, headers: { ...json, ...headers }, ...(body === undefined ? {} : { body }) };
}

function ask(query: string, authorization: string | null, rest: object = {}) {
  const body = JSON.stringify({ query, ...rest });
  return post('/graphql', body, authorization === null ? {} : { authorization });
}

export function createFiftyRequests(facts: SuiteFacts): readonly SuiteRequest[] {
  return [
    ...createOperations(facts),
    ...createMalformedRequests(facts),
    ...createCrossOriginRequests(facts),
    ...createRestRequests(facts),
    ...createWebhooks(facts),
  ];
}

function createOperations({ user, stranger, admin }: SuiteFacts): readonly SuiteRequest[] {
  const variables = { returnUrl };
  const named =
    'mutation A($returnUrl: String!) { createBillingPortalSession(returnUrl: $returnUrl) { url } }';
  const elsewhere = session.replace('app.example.com', 'evil.example');
  const aliases = Array.from({ length: 21 }, (_, index) => `a${index}: __typename`).join(' ');
  const mapping = '{ customerMapping(userId: "ada") { userId } }';
  const preflighted = { 'apollo-require-preflight': 'yes' };
  return [
    { title: 'a session', ...ask(session, user), status: 200, says: '/p/session/' },
    { title: 'a session by variables', ...ask(named, user, { variables, operationName: 'A' }), status: 200 },
    { title: 'a customer', ...ask('{ billingCustomer { userId } }', user), status: 200, says: 'ada' },
    { title: 'no customer', ...ask('{ billingCustomer { userId } }', stranger), status: 200, says: 'null' },
    { title: 'an own refusal', ...ask(session, stranger), status: 200, says: 'CUSTOMER_NOT_FOUND' },
    { title: 'a foreign return URL', ...ask(elsewhere, user), status: 200, says: 'RETURN_URL_NOT_ALLOWED' },
    { title: 'a query by an administrator', ...ask(mapping, admin), status: 200, says: 'ada' },
    { title: 'the same by a user', ...ask(mapping, user), status: 200, says: 'FORBIDDEN' },
    { title: 'no token', ...ask(session, null), status: 401, says: 'UNAUTHENTICATED' },
    { title: 'a forged token', ...ask(session, `${user}x`), status: 401, says: 'UNAUTHENTICATED' },
    { title: 'another scheme', ...ask(session, 'Basic YTpi'), status: 401, says: 'UNAUTHENTICATED' },
    { title: 'a syntax error', ...ask('{', user), status: 400, says: 'GRAPHQL_PARSE_FAILED' },
    { title: 'an unknown field', ...ask('{ x }', user), status: 400, says: 'GRAPHQL_VALIDATION_FAILED' },
    { title: 'many aliases', ...ask(`{ ${aliases} }`, user), status: 400, says: 'aliases' },
    { title: 'a huge query', ...ask(`{ ${'a '.repeat(1_100)} }`, user), status: 400, says: 'PARSE_FAILED' },
    { title: 'two mutations', ...ask(session.replace('}', '} b: __typename'), user), status: 400 },
    { title: 'a wrong variable', ...ask(named, user, { variables: { returnUrl: 1 } }), status: 400 },
    {
      title: 'a query by GET',
      method: 'GET',
      path: '/graphql?query=%7B__typename%7D',
      headers: { authorization: user, ...preflighted },
      status: 200,
      says: 'Query',
    },
    {
      title: 'a query by GET that a page of another site can send',
      method: 'GET',
      path: '/graphql?query=%7B__typename%7D',
      headers: { authorization: user },
      status: 400,
      says: 'CSRF',
    },
    {
      title: 'a mutation by GET',
      method: 'GET',
      path: `/graphql?query=${encodeURIComponent(session)}`,
      headers: { authorization: user, ...preflighted },
      status: 405,
    },
  ];
}

function createMalformedRequests({ user: authorization }: SuiteFacts): readonly SuiteRequest[] {
  const send = (body: SuiteRequest['body'], headers: SuiteRequest['headers'] = {}) =>
    post('/graphql', body, { authorization, ...headers });
  const query = JSON.stringify({ query: '{ __typename }' });
  return [
    { title: 'no body', ...send(undefined), status: 400 },
    { title: 'no JSON', ...send('{'), status: 400, says: 'not valid JSON' },
    { title: 'a batch', ...send(`[${query}]`), status: 400 },
    { title: 'invalid UTF-8', ...send(Uint8Array.from([0x22, 0xff, 0x22])), status: 400 },
    { title: 'a byte order mark', ...send(`\uFEFF${query}`), status: 400 },
    {
      title: 'another charset',
      ...send(query, { 'content-type': 'application/json; charset=latin1' }),
      status: 415,
    },
    { title: 'plain text', ...send(query, { 'content-type': 'text/plain' }), status: 415 },
    { title: 'a compressed body', ...send(query, { 'content-encoding': 'gzip' }), status: 415 },
    { title: 'a large body', ...send(`"${'x'.repeat(70_000)}"`), status: 413, says: 'too large' },
    { title: 'PUT', ...send(query), method: 'PUT', status: 405, says: 'METHOD_NOT_ALLOWED' },
    { title: 'HEAD', method: 'HEAD', path: '/graphql', status: 405 },
  ];
}

function createCrossOriginRequests({ user: authorization }: SuiteFacts): readonly SuiteRequest[] {
  const preflight = { method: 'OPTIONS', path: '/graphql' };
  const asked = { 'access-control-request-method': 'POST' };
  const own = { origin: 'https://app.example.com' };
  return [
    { title: "a page's preflight", ...preflight, headers: { ...own, ...asked }, status: 204 },
    {
      title: "another site's",
      ...preflight,
      headers: { origin: 'https://evil.example', ...asked },
      status: 204,
    },
    { title: 'plain OPTIONS', ...preflight, status: 405 },
    {
      title: "a page's query",
      ...post('/graphql', '{"query":"{__typename}"}', { authorization, ...own }),
      status: 200,
    },
    {
      title: 'a request id',
      method: 'GET',
      path: '/healthz',
      headers: { 'x-request-id': 'mine' },
      status: 200,
    },
    { title: 'readiness', method: 'GET', path: '/readyz', status: 200, says: 'ready' },
    { title: 'an unknown path', method: 'GET', path: '/nothing', status: 404, says: 'NOT_FOUND' },
  ];
}

function createRestRequests({ user, stranger, linkToken }: SuiteFacts): readonly SuiteRequest[] {
  const open = (body: object, authorization: string) =>
    post('/api/billing-portal', JSON.stringify(body), { authorization });
  const task = { returnUrl, flow: { type: 'PAYMENT_METHOD_UPDATE' } };
  const redirect = `/billing-portal?returnUrl=${encodeURIComponent(returnUrl)}`;
  const headers = { authorization: user };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const link = `/portal-links/${linkToken}`;
  return [
    { title: 'a session at a task', ...open(task, user), status: 200, says: '/p/session/' },
    { title: 'an unknown field', ...open({ returnUrl, x: 1 }, user), status: 400, says: 'BAD_USER_INPUT' },
    { title: 'no customer', ...open({ returnUrl }, stranger), status: 404, says: 'CUSTOMER_NOT_FOUND' },
    { title: 'a redirect', method: 'GET', path: redirect, headers, status: 303 },
    { title: 'a redirect without a token', method: 'GET', path: redirect, status: 401 },
    { title: 'a redirect by HEAD', method: 'HEAD', path: redirect, headers, status: 405 },
    { title: "an e-mail link's page", method: 'GET', path: link, status: 200, says: 'Open billing' },
    { title: 'its button', method: 'POST', path: link, headers: form, body: '', status: 303 },
    { title: 'a wrong link', method: 'GET', path: `/portal-links/${'x'.repeat(43)}`, status: 404 },
  ];
}

/** The signature is one of the bytes, which a mount must not parse and write again. */
function createWebhooks({ webhookSecret }: SuiteFacts): readonly SuiteRequest[] {
  const event = {
    id: 'evt_1',
    object: 'event',
    type: 'ping',
    livemode: false,
    data: { object: { name: 'Zoë' } },
  };
  const body = `${JSON.stringify(event, null, 2)}\n`;
  const time = Math.floor(Date.now() / 1000);
  const mac = createHmac('sha256', webhookSecret).update(`${time}.${body}`).digest('hex');
  const signature = { 'stripe-signature': `t=${time},v1=${mac}` };
  const path = '/webhooks/stripe';
  return [
    { title: 'an event', ...post(path, body, signature), status: 200, says: 'received' },
    { title: 'an event with other bytes', ...post(path, body.trimEnd(), signature), status: 400 },
    { title: 'an event without a signature', ...post(path, body), status: 400 },
  ];
}

export interface SuiteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | null>>;
  readonly body: string;
}

/** A host may add headers of its own. */
const comparedHeaders = [
  'content-type',
  'cache-control',
  'referrer-policy',
  'x-content-type-options',
  'content-security-policy',
  'www-authenticate',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'allow',
  'location',
];

/** Sends a request, and returns its answer without what differs each time. */
export async function sendSuiteRequest(
  origin: string,
  { method, path, headers, body }: SuiteRequest,
): Promise<SuiteAnswer> {
  const response = await fetch(origin + path, {
    method,
    redirect: 'manual',
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  });
  const compared: Record<string, string | null> = Object.fromEntries(
    comparedHeaders.map((name) => [name, withoutIds(response.headers.get(name))]),
  );
  const id = response.headers.get('x-request-id');
  return {
    status: response.status,
    headers: { ...compared, 'x-request-id': id === 'mine' ? id : typeof id },
    body: withoutIds(await response.text()) ?? '',
  };
}

function withoutIds(text: string | null): string | null {
  return text?.replace(/\/p\/session\/[\w-]+/g, '/p/session/…') ?? null;
}
