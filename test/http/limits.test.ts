import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { type RawAnswer, sendRaw, writePost } from './raw-request.ts';

let app: TestApp;
/** Outside of production, messages have hints, which repeat more. */
let open: TestApp;
let authorization: string;

beforeAll(async () => {
  open = await createTestApp({ STRIPE_WEBHOOK_SECRETS: 'whsec_0123456789' });
  app = await createTestApp({ NODE_ENV: 'production', HOST: '127.0.0.1' });
  await app.link('ada', (await seedDemoData(app.sdk)).customerId);
  authorization = `Bearer ${await app.createToken({ userId: 'ada' })}`;
});

type Request = string | Buffer;
/** `write` runs within the test, when the token exists. */
type Row = readonly [status: number, title: string, write: () => Request, says?: string];

const session = `createBillingPortalSession(returnUrl: "${returnUrl}") { url }`;
const openSession = JSON.stringify({ query: `mutation { ${session} }` });
const repeat = (times: number, write: (index: number) => string): string =>
  Array.from({ length: times }, (_, index) => write(index)).join(' ');

type Headers = Parameters<typeof writePost>[2];
const post = (body: Request, headers: Headers = {}): Buffer =>
  writePost('/graphql', body, { authorization, ...headers });
const ask = (query: string): Buffer => post(JSON.stringify({ query }));
const get = (path: string, headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: ${authorization}\r\n${headers}\r\n`;
const chunked = (chunks: readonly string[]): Buffer => {
  const body = [...chunks, ''].map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`);
  return post(body.join(''), { 'transfer-encoding': 'chunked', 'content-length': null });
};
/** A request whose length and further headers come behind others. */
const postBehind = (count: number, headers: Headers = {}): Buffer =>
  post(openSession, {
    'content-length': null,
    'x-padding': Array<string>(count).fill('a'),
    'Content-Length': String(openSession.length),
    ...headers,
  });
/** A valid request, with these bytes in a comment. */
const commentedBy = (...bytes: number[]): Buffer =>
  Buffer.from(openSession.replace('{ c', `{ # ${String.fromCharCode(...bytes)}\\n c`), 'latin1');
const padded = (bytes: number): string => openSession.padEnd(bytes);

const kilobyte = 1024;
const limit = 64 * kilobyte;

function countSessions(): number {
  return app.stripe.requests.filter(({ path }) => path.startsWith('/v1/billing_portal/sessions')).length;
}

function expectPrivateJson({ headers, body }: RawAnswer): void {
  expect(headers).toMatchObject({
    'content-type': expect.stringMatching(/^application\/json; charset=utf-8$/),
    'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  expect(JSON.parse(body)).toBeInstanceOf(Object);
  expect(body).not.toMatch(/node_modules|\\n\s+at |TypeError|Did you mean/);
}

async function expectRefused([status, , write, says = '']: Row): Promise<void> {
  const before = countSessions();

  const answer = await sendRaw(app, write());

  expect(`${answer.status} ${answer.body}`).toMatch(new RegExp(`^${status} .*${says}`, 's'));
  expectPrivateJson(answer);
  expect(countSessions()).toBe(before);
}

/** Proves that the rows below are refused only because of what they change. */
test('the request that the rows alter opens a session unaltered, and at the limit', async () => {
  const before = countSessions();
  for (const write of [
    () => post(openSession),
    () => post(padded(limit)),
    () => post(commentedBy(0xc3, 0xa9)),
    () => chunked([openSession.slice(0, 20), openSession.slice(20)]),
    () => post(openSession, { 'content-type': 'Application/JSON;charset="UTF-8"' }),
    () => post(openSession, { 'content-encoding': 'identity' }),
    () => post(openSession, { 'x-padding': 'a'.repeat(12 * kilobyte) }),
    () => postBehind(150),
    () => chunked(Array.from(openSession)),
  ]) {
    const answer = await sendRaw(app, write());
    expect(answer.body).toContain('"url"');
    expectPrivateJson(answer);
  }
  expect(countSessions()).toBe(before + 9);
});

describe('the size of a request', () => {
  test.each<Row>([
    [413, 'a body over 64 kB', () => post(padded(limit + 1))],
    [413, 'a body of 8 MB, which is not read', () => post(padded(8 * kilobyte * kilobyte))],
    [413, 'a chunked body over 64 kB', () => chunked(Array<string>(9).fill(' '.repeat(8 * kilobyte)))],
    [413, 'a chunked body of 8 MB', () => chunked(Array<string>(64).fill(' '.repeat(128 * kilobyte)))],
    [413, 'a content-length over 64 kB, and no body', () => post('', { 'content-length': '65537' })],
    [400, 'a content-length that is too short', () => post(openSession, { 'content-length': '20' })],
    [400, 'a content-length with an exponent', () => post(openSession, { 'content-length': '1e3' })],
    [400, 'a negative content-length', () => post(openSession, { 'content-length': '-1' })],
    [400, 'two content-lengths', () => post(openSession, { 'content-length': ['10', '90'] })],
    [400, 'a content-length beside chunks', () => post(openSession, { 'transfer-encoding': 'chunked' })],
    [
      400,
      'malformed chunks',
      () => post('zz\r\n', { 'transfer-encoding': 'chunked', 'content-length': null }),
    ],
    [431, 'headers over 32 kB', () => post(openSession, { 'x-padding': 'a'.repeat(33 * kilobyte) })],
    [431, '200 headers before the length of the body', () => postBehind(200)],
    [431, '250 headers before a second token', () => postBehind(250, { Authorization: 'Bearer a.b.c' })],
    [431, 'headers of 2 MB', () => post(openSession, { 'x-padding': 'a'.repeat(2048 * kilobyte) })],
    [
      431,
      'thousands of accepted types, which would take long to parse',
      () => post(openSession, { accept: 'a/,'.repeat(5_000) }),
    ],
    [431, 'a URL over 32 kB', () => get(`/graphql?query=${'a'.repeat(33 * kilobyte)}`)],
  ])('%i: %s', (...row) => expectRefused(row));
});

test.each(['/graphql', '/webhooks/stripe'])(
  'a body in thousands of tiny chunks ends the connection: POST %s',
  async (path) => {
    const time = Math.floor(Date.now() / 1000);
    const request = chunked(Array.from(padded(5_000)))
      .toString()
      .replace('/graphql', path)
      .replace('host:', `stripe-signature: t=${time},v1=0\r\nhost:`);

    expect(await sendRaw(open, request)).toMatchObject({ status: NaN, body: '' });
  },
);

describe('what a body is', () => {
  test.each<Row>([
    [415, 'text/plain', () => post(openSession, { 'content-type': 'text/plain' })],
    [415, 'a form', () => post(openSession, { 'content-type': 'application/x-www-form-urlencoded' })],
    [415, 'a form of parts', () => post(openSession, { 'content-type': 'multipart/form-data; boundary=a' })],
    [
      415,
      'application/graphql',
      () => post(`mutation { ${session} }`, { 'content-type': 'application/graphql' }),
    ],
    [
      415,
      'a type that only begins as JSON',
      () => post(openSession, { 'content-type': 'application/jsonp' }),
    ],
    [415, 'a malformed type', () => post(openSession, { 'content-type': '5' })],
    [
      415,
      'a type with thousands of blanks, which would take long to parse',
      () => post(openSession, { 'content-type': `application/json; ${' '.repeat(25_000)}a=b` }),
    ],
    [415, 'no type', () => post(openSession, { 'content-type': null })],
    [
      415,
      'UTF-16',
      () => post(Buffer.from(openSession, 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }),
    ],
    [415, 'Latin 1', () => post(openSession, { 'content-type': 'application/json; charset=iso-8859-1' })],
    [415, 'gzip', () => post(gzipSync(openSession), { 'content-encoding': 'gzip' })],
    [415, 'gzip of plain text', () => post(openSession, { 'content-encoding': 'gzip' })],
    [415, 'a bomb', () => post(gzipSync(padded(40_000_000)), { 'content-encoding': 'gzip' })],
    [415, 'brotli over gzip', () => post(openSession, { 'content-encoding': 'gzip, br' })],
    [415, 'an unknown encoding', () => post(openSession, { 'content-encoding': 'rot13' })],
    [400, 'gzip as a transfer encoding', () => post(gzipSync(openSession), { 'transfer-encoding': 'gzip' })],
    [400, 'invalid UTF-8', () => post(commentedBy(0xff))],
    [400, 'an overlong UTF-8 sequence', () => post(commentedBy(0xc0, 0xa0))],
    [400, 'half a surrogate pair as UTF-8', () => post(commentedBy(0xed, 0xa0, 0x80))],
    [400, 'a byte order mark', () => post(`\uFEFF${openSession}`)],
    [400, 'a zero byte', () => post(`${openSession}\0`)],
    [400, 'two values', () => post(openSession + openSession)],
    [400, 'a prototype', () => post(openSession.replace('{', '{"__proto__":{},'))],
    [400, '60,000 open brackets', () => post('['.repeat(60_000))],
    [400, 'a batch of one', () => post(`[${openSession}]`)],
    [400, 'a batch', () => post(`[${openSession},${openSession}]`)],
  ])('%i: %s', (...row) => expectRefused(row));
});

describe('headers', () => {
  test.each<Row>([
    [400, 'two tokens', () => post(openSession, { authorization: [authorization, 'Bearer a.b.c'] })],
    [400, 'the same token twice', () => post(openSession, { authorization: [authorization, authorization] })],
    [400, 'two types', () => post(openSession, { 'content-type': ['application/json', 'text/plain'] })],
    [400, 'two hosts', () => post(openSession, { host: ['localhost', 'evil.example'] })],
    [400, 'no host', () => post(openSession, { host: null })],
    [
      400,
      'no host in HTTP/1.0',
      () => Buffer.from(post(openSession, { host: null }).toString().replace('HTTP/1.1', 'HTTP/1.0')),
    ],
    [400, 'a malformed host', () => post(openSession, { host: 'a b' })],
    [400, 'a tab in the host', () => post(openSession, { host: 'local\thost' })],
    [400, 'a user in the host', () => post(openSession, { host: '%zz:p@localhost' })],
    [400, 'a path in the host', () => post(openSession, { host: 'localhost/graphql' })],
    [400, 'a port out of range', () => post(openSession, { host: 'localhost:99999' })],
    [400, 'a zero byte', () => post(openSession, { 'x-padding': 'a\0b' })],
    [400, 'a space before the colon', () => post(openSession, { 'x-padding ': 'a' })],
    [400, 'a line without a colon', () => post(openSession, { 'x-padding\r\nx': 'a' })],
    [400, 'no HTTP', () => 'hello\r\n\r\n'],
    [400, 'another version of HTTP', () => get('/graphql').replace('HTTP/1.1', 'HTTP/3.0')],
    [400, 'TLS', () => Buffer.from('16030100f4010000f003039a', 'hex')],
  ])('%i: %s', (...row) => expectRefused(row));
});

describe('an operation', () => {
  const introspection = '{ __schema { types { name } } }';
  const path = (query: string): string => `/graphql?query=${encodeURIComponent(query)}`;
  const meant = 'apollo-require-preflight: 1\r\n';

  test.each<Row>([
    [
      400,
      '1,000 aliased sessions',
      () => ask(`mutation { ${repeat(1000, (i) => `s${i}: ${session}`).slice(0, 60_000)} }`),
    ],
    [
      400,
      '1,000 aliased sessions, as short as can be',
      () =>
        ask(
          `mutation($r:String!){${repeat(1000, (i) => `s${i}:createBillingPortalSession(returnUrl:$r){id}`)}}`,
        ),
      'token',
    ],
    [
      400,
      'two aliased sessions',
      () => ask(`mutation { a: ${session} b: ${session} }`),
      'too many mutations',
    ],
    [400, '1,001 tokens', () => ask(`{ ${'a '.repeat(1000)} }`), 'token'],
    [400, '60,000 tokens', () => ask('{a'.repeat(30_000)), 'token'],
    [400, '17 levels', () => ask(`${'{ a '.repeat(17)}${'}'.repeat(17)}`), 'too many levels'],
    [
      400,
      '21 aliases',
      () => ask(`{ billingCustomer { ${repeat(21, (i) => `a${i}: id`)} } }`),
      'too many aliases',
    ],
    [400, '11 root fields', () => ask(`{ ${'a '.repeat(11)} }`), 'too many root fields'],
    [400, 'a field 950 times', () => ask(`{ a { ${'b '.repeat(950)} } }`), 'select each field once'],
    [
      400,
      '21 directives',
      () => ask(`{ __typename ${'@skip(if: false) '.repeat(21)} }`),
      'too many directives',
    ],
    [400, 'an unknown directive', () => ask('mutation @live { __typename }')],
    [400, 'introspection', () => ask(introspection), 'schema.graphql'],
    [400, 'introspection of one type', () => ask('{ __type(name: "Query") { name } }')],
    [400, 'introspection by GET', () => get(path(introspection), meant)],
    [400, 'a misspelled field', () => ask('{ billingCustomr { id } }'), 'Cannot query field'],
    [400, 'a subscription', () => ask('subscription { a }')],
    [405, 'a mutation by GET', () => get(path(`mutation { ${session} }`), meant)],
    [400, 'a query by GET that a page of any origin could make', () => get(path('{ __typename }'))],
    [400, 'two queries by GET', () => get(`${path('{ __typename }')}&query={__typename}`, meant)],
    [400, 'no query, as a browser asks', () => get('/graphql', 'accept: text/html\r\n')],
  ])('%i: %s', (...row) => expectRefused(row));

  test('a mutation by GET is told which method it wants', async () => {
    const answer = await sendRaw(app, get(path(`mutation { ${session} }`), meant));
    expect(answer.headers['allow']).toBe('POST');
  });
});

const long = 'x'.repeat(60_000);
const openAt = (url: string): string => `mutation { createBillingPortalSession(returnUrl: ${url}) { url } }`;
const longestAnswer = 12_000;
async function sendLong(path: string, body: object): Promise<string> {
  const response = await open.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    token: await open.createToken({ userId: 'ada' }),
  });
  return response.text();
}

/** The longest run of a repeated character in the response. */
function findLongestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/x+|€+|😀+/g)].map(([{ length }]) => length));
}

test.each<[string, object]>([
  ['a syntax error', { query: `{ a ${long} "` }],
  ['an unexpected name', { query: long }],
  ['an unknown field', { query: `{ ${long} }` }],
  ['an unknown argument', { query: `{ billingCustomer(${long}: 1) { id } }` }],
  [
    'a literal of the wrong type',
    { query: `mutation { createBillingPortalSession(returnUrl: ${long}) { url } }` },
  ],
  ['a wrong literal of wide characters', { query: openAt(`["${'😀'.repeat(15_000)}"]`) }],
  ['an unknown directive', { query: `{ __typename @${long} }` }],
  ['an unknown fragment', { query: `{ ...${long} }` }],
  [
    'an undefined variable, a hundred times',
    { query: `query ${long.slice(0, 50_000)} { ${'a: b(c: $d) '.repeat(100)} }` },
  ],
  ['an unknown type', { query: `query ($a: ${long}) { __typename }` }],
  ['an unknown operation', { query: 'query A { __typename }', operationName: long }],
  ['a long alias', { query: `{ ${long}: billingCustomer { id } }` }],
  [
    'a variable of the wrong type',
    {
      query: 'mutation ($u: String!) { createBillingPortalSession(returnUrl: $u) { url } }',
      variables: { u: [long] },
    },
  ],
  ['a missing variable', { query: `query ($${long}: Boolean!) { billingCustomer(fresh: $y) { id } }` }],
  [
    'an unknown field of an input object',
    {
      query:
        'mutation ($f: PortalFlowInput) { createBillingPortalSession(returnUrl: "a", flow: $f) { url } }',
      variables: { f: { [long]: 1 } },
    },
  ],
  [
    'an unknown enum value',
    {
      query:
        'mutation ($f: PortalFlowInput) { createBillingPortalSession(returnUrl: "a", flow: $f) { url } }',
      variables: { f: { type: long } },
    },
  ],
  ['a return URL', { query: openAt(`"https://${long}.example"`) }],
  ['a cursor', { query: `{ auditTrail(after: "${long}") { edges { cursor } } }` }],
])('GraphQL repeats at most 200 characters of %s', async (_title, body) => {
  const text = await sendLong('/graphql', body);

  expect(text).toContain('"errors"');
  expect(findLongestRun(text)).toBeLessThanOrEqual(200);
  expect(text.length).toBeLessThan(longestAnswer);
});

test.each<[string, object]>([
  ['an unknown field', { returnUrl, [long]: 1 }],
  ['an unknown field of a flow', { returnUrl, flow: { type: 'SUBSCRIPTION_CANCEL', [long]: 1 } }],
  ['an unknown enum value', { returnUrl, flow: { type: long } }],
  ['a return URL', { returnUrl: `https://${long}.example` }],
  ['a locale', { returnUrl, locale: long }],
])('REST repeats at most 200 characters of %s', async (_title, body) => {
  const text = await sendLong('/api/billing-portal', body);

  expect(text).toContain('"error"');
  expect(findLongestRun(text)).toBeLessThanOrEqual(200);
  expect(text.length).toBeLessThan(1_000);
});

test('fields that conflict are not all located', async () => {
  const text = await sendLong('/graphql', {
    query: `{ ${'a: __typename a: billingCustomer { id } '.repeat(100)} }`,
  });

  expect(text.length).toBeLessThan(longestAnswer);
});

const taken: Readonly<Record<string, readonly string[]>> = {
  '/graphql': ['GET', 'POST'],
  '/api/billing-portal': ['POST'],
  '/billing-portal': ['GET'],
  '/healthz': ['GET', 'HEAD'],
  '/readyz': ['GET', 'HEAD'],
  '/webhooks/stripe': ['POST'],
};

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH'];
const wrong = Object.entries(taken).flatMap(([path, allowed]) =>
  methods.filter((method) => !allowed.includes(method)).map((method) => [method, path, allowed] as const),
);

const sendMethod = (method: string, path: string): Promise<RawAnswer> =>
  sendRaw(open, `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);

describe('a method that a path does not accept', () => {
  test.each(wrong)('%s %s', async (method, path, allowed) => {
    const { status, headers, body } = await sendMethod(method, `${path}?a=1`);

    expect(status).toBe(405);
    expect(headers['allow']?.split(', ').sort()).toEqual([...allowed].sort());
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-request-id': expect.any(String),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    if (method !== 'HEAD') expect(JSON.parse(body)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  test('OPTIONS of a page that asks for no method', async () => {
    const head = 'OPTIONS /healthz HTTP/1.1\r\nhost: localhost\r\norigin: https://app.example.com';
    const { status, body } = await sendRaw(open, `${head}\r\nconnection: close\r\n\r\n`);

    expect(status).toBe(405);
    expect(JSON.parse(body)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  test('the methods that a path accepts are not refused', async () => {
    for (const [path, allowed] of Object.entries(taken))
      for (const method of allowed) expect((await sendMethod(method, path)).status).not.toBe(405);
  });
});

describe('a path that does not exist', () => {
  test.each(methods.map((method) => [method]))('%s', async (method) => {
    const { status, headers, body } = await sendMethod(method, '/nowhere');

    expect(status).toBe(404);
    expect(headers['allow']).toBeUndefined();
    if (method !== 'HEAD') expect(JSON.parse(body)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('OPTIONS of no path in particular', async () => {
    expect((await sendMethod('OPTIONS', '*')).status).toBe(404);
  });
});
