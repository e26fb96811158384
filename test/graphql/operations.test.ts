import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, returnUrl, type TestApp } from '../helpers/test-app.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getIntrospectionQuery, parse, print, separateOperations } from 'graphql';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { countRetainedBytes, createDocumentStore } from '../../src/graphql/document-store.ts';
import { createHash } from 'node:crypto';
import { createApp } from '../../src/app.ts';
import { writeManifest } from './manifest.ts';

const text = await readFile(join(import.meta.dirname, '../../docs/examples.graphql'), 'utf8');
const examples = Object.entries(separateOperations(parse(text))).map(([name, document]): [string, string] => [
  name,
  print(document),
]);

const app = await createTestApp();
const { customerId, prices } = await seedDemoData(app.sdk);
await app.link('ada', customerId);
const token = await app.createToken({ userId: 'ada' });

test.each(examples)('the example %s works', async (_name, query) => {
  const declared = { returnUrl, priceId: prices[2]?.month };
  const variables = Object.fromEntries(
    Object.entries(declared).filter(([name]) => query.includes(`$${name}:`)),
  );
  const answer = await app.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    token,
  });
  expect(await answer.json()).toEqual({ data: expect.any(Object) });
});

describe('limits of operations', () => {
  async function send(query: string): Promise<{ status: number; text: string }> {
    const response = await app.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      token,
    });
    return { status: response.status, text: await response.text() };
  }

  const session = 'createBillingPortalSession(returnUrl: "https://app.example.com") { id }';
  const repeat = (times: number, write: (index: number) => string): string =>
    Array.from({ length: times }, (_, index) => write(index)).join(' ');

  describe('an operation is refused before anything runs', () => {
    test.each([
      ['with two mutations', `mutation { a: ${session} b: ${session} }`, 'too many mutations'],
      [
        'with mutations hidden in fragments',
        `mutation { ...a ...b } fragment a on Mutation { x: ${session} } fragment b on Mutation { y: ${session} }`,
        'too many mutations',
      ],
      [
        'with mutations in inline fragments',
        `mutation { ... { x: ${session} } ... { y: ${session} } }`,
        'too many mutations',
      ],
      [
        'with two hundred aliased mutations',
        `mutation { ${repeat(200, (i) => `m${i}: ${session}`)} }`,
        'token',
      ],
      ['with eleven root fields', `{ ${repeat(11, (i) => `f${i}: __typename`)} }`, 'too many root fields'],
      [
        'with too many aliases',
        `{ billingCustomer { ${repeat(21, (i) => `a${i}: id`)} } }`,
        'too many aliases',
      ],
      [
        'with two aliases of the schema',
        '{ a: __schema { types { name } } b: __schema { types { name } } }',
        'Introspection cannot have aliases',
      ],
      [
        'with aliases within the schema, in a fragment',
        '{ __schema { types { ...F } } } fragment F on __Type { a: description b: description }',
        'Introspection cannot have aliases',
      ],
      [
        'with too many directives',
        `{ __typename ${repeat(21, () => '@skip(if: false)')} }`,
        'too many directives',
      ],
      ['that is too deep', `{ a ${'{ a '.repeat(17)} ${'} '.repeat(17)} }`, 'too many levels'],
      [
        'that is too deep by a fragment that is spread twice',
        `{ ...F ${'a { '.repeat(14)} ...F ${'} '.repeat(14)} } fragment F on Query { a { a { a } } }`,
        'too many levels',
      ],
      [
        'whose fragments go in a circle',
        'mutation { ...a } fragment a on Mutation { ...b } fragment b on Mutation { ...a }',
        'itself',
      ],
    ])('%s', async (_title, query, reason) => {
      const before = app.stripe.requests.length;

      const { status, text } = await send(query);

      expect(status).toBe(400);
      expect(text).toContain(reason);
      expect(app.stripe.requests.length).toBe(before);
    });

    test('with many operations in one request', async () => {
      const response = await app.fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]),
      });

      expect(response.status).toBe(400);
    });
  });

  test('a mutation with `__typename` beside it, as code generators write it, is within the limits', async () => {
    const { status, text } = await send(
      `mutation { __typename ...Open } fragment Open on Mutation { __typename ${session.replace('{', '{ __typename')} }`,
    );

    expect([status, JSON.parse(text)]).toMatchObject([
      200,
      {
        data: { __typename: 'Mutation', createBillingPortalSession: { __typename: 'BillingPortalSession' } },
      },
    ]);
  });

  test('introspection of single types by aliases, as tools ask for them, is within the limits', async () => {
    const { status } = await send('{ a: __type(name: "Query") { name } b: __type(name: "Money") { name } }');

    expect(status).toBe(200);
  });

  test('a query of everything that a client may ask for is within the limits', async () => {
    const { status } = await send(
      '{ billingCustomer { id } billingPortalConfiguration { id } again: billingCustomer { id } }',
    );

    expect(status).toBe(200);
  });
});

describe('faults of input', () => {
  const mutation = 'createBillingPortalSession(returnUrl: $url) { url }';

  /** What a caller without a token can send, and graphql-js reports without a code. */
  const faults: readonly (readonly [name: string, query: string, variables: object])[] = [
    [
      'one variable with more than fifty faults',
      'mutation ($flow: BillingPortalFlowInput) { createBillingPortalSession(returnUrl: "x", flow: $flow) { url } }',
      { flow: Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`planted${n}`, n])) },
    ],
    [
      'null for a directive, over a default',
      'query ($b: Boolean = true) { __typename @include(if: $b) }',
      { b: null },
    ],
    ['null for an argument, over a default', `mutation ($url: String = "x") { ${mutation} }`, { url: null }],
    [
      'null for a field of an argument, over a default',
      'mutation ($type: BillingPortalFlowType = PAYMENT_METHOD_UPDATE) { createBillingPortalSession(returnUrl: "x", flow: { type: $type, subscriptionId: "planted" }) { url } }',
      { type: null },
    ],
    [
      'null for introspection, over a default',
      'query ($n: String = "A") { __type(name: $n) { name } }',
      { n: null },
    ],
  ];

  test.each(faults)('%s is the caller’s mistake, and no line in the log', async (_name, query, variables) => {
    const before = app.logs.length;

    const response = await app.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });

    const { errors } = (await response.json()) as {
      errors: { message: string; extensions: { code: string } }[];
    };
    const logged = app.logs.slice(before).filter((line) => !line.includes('"msg":"request"'));
    expect({ codes: new Set(errors.map(({ extensions }) => extensions.code)), logged }).toEqual({
      codes: new Set(['BAD_USER_INPUT']),
      logged: [],
    });
    expect(JSON.stringify(errors)).not.toContain('planted');
  });
});

describe('the store of documents', () => {
  const storedBytes = 8 * 1024 * 1024;

  async function keepAll(count: number, write: (index: number) => string) {
    const store = createDocumentStore();
    const documents = Array.from({ length: count }, (_, index) => parse(write(index)));
    for (const [index, document] of documents.entries()) await store.set(String(index), document);
    return { store, documents };
  }

  test.each<[string, (index: number) => string]>([
    ['one long comment', (index) => `query Q${index} { a } # ${'x'.repeat(60_000)}`],
    ['a comment of wide characters', (index) => `query Q${index} { a } # ${'€'.repeat(20_000)}`],
    ['many short comments', (index) => `query Q${index} { a }\n${'#\n'.repeat(400)}`],
    ['many fields', (index) => `query Q${index} { ${'a '.repeat(400)} }`],
    ['a long operation name', (index) => `query Q${index}${'x'.repeat(60_000)} { a }`],
  ])('keeps no more than 8 MB of documents with %s', async (_title, write) => {
    const { store, documents } = await keepAll(500, write);

    const kept = store.keys().map((key) => documents[Number(key)]);
    const sourceBytes = kept.reduce((sum, document) => sum + 2 * (document?.loc?.source.body.length ?? 0), 0);
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.length).toBeLessThan(500);
    expect(sourceBytes).toBeLessThanOrEqual(storedBytes);
  });

  test('keeps no document that is larger than a client needs, and evicts nothing for it', async () => {
    const store = createDocumentStore();
    await store.set('small', parse('{ a }'));
    await store.set('large', parse(`{ a }\n${'#\n'.repeat(30_000)}`));

    expect(store.keys()).toEqual(['small']);
  });

  test('counts the comments of a document, which its JSON omits', () => {
    const plain = parse('{ a }');
    const commented = parse(`{ a }\n${'#\n'.repeat(10_000)}`);

    expect(countRetainedBytes(commented) - countRetainedBytes(plain)).toBeGreaterThan(90 * 10_000);
  });
});

describe('trusted documents', () => {
  const trusted = 'query Me {\n  billingCustomer {\n    userId\n  }\n}';
  const hash = createHash('sha256').update(trusted).digest('hex');
  const other = '{ billingCustomer { email } }';

  let app: TestApp;
  let token: string;
  let adminToken: string;

  beforeAll(async () => {
    app = await createTestApp({ TRUSTED_DOCUMENTS: writeManifest({ [hash]: trusted }) });
    await app.link('ada', (await app.sdk.customers.create()).id);
    token = await app.createToken({ userId: 'ada' });
    adminToken = await app.createToken({ userId: 'root', roles: ['billing:admin'] });
  });

  function post(body: object, by: string | null = token, to = app): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return to.fetch('/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      token: by ?? undefined,
    });
  }

  function get(query: Readonly<Record<string, string>>): Promise<Response> {
    const headers = { 'apollo-require-preflight': 'true' };
    return app.fetch(`/graphql?${new URLSearchParams(query).toString()}`, { headers, token });
  }

  const persistedQuery = { version: 1, sha256Hash: hash };
  const answer = { data: { billingCustomer: { userId: 'ada' } } };
  const refusal = { errors: [{ extensions: { code: 'DOCUMENT_NOT_TRUSTED' } }] };

  describe('a trusted document runs', () => {
    test.each<[string, () => Promise<Response>]>([
      ['its text', () => post({ query: trusted, operationName: 'Me' })],
      ['its id', () => post({ documentId: hash })],
      ['its id with the name of the hash', () => post({ documentId: `sha256:${hash}` })],
      ['the hash of Apollo Client', () => post({ extensions: { persistedQuery } })],
      [
        'the hash of Apollo Client beside an id of null',
        () => post({ documentId: null, extensions: { persistedQuery } }),
      ],
      ['text and hash', () => post({ query: trusted, extensions: { persistedQuery } })],
      ['its id, by GET', () => get({ documentId: hash })],
      ['the hash, by GET', () => get({ extensions: JSON.stringify({ persistedQuery }) })],
    ])('by %s', async (_what, send) => {
      const response = await send();

      expect(response.status).toBe(200);
      await expect(response.json()).resolves.toEqual(answer);
    });
  });

  test("a manifest's ids may name the hash, as those of GraphQL Code Generator do", async () => {
    const id = `sha256:${hash}`;
    const named = await createTestApp({ TRUSTED_DOCUMENTS: writeManifest({ [id]: trusted }) });
    const user = await named.createToken({ userId: 'ada' });
    const bodies = [
      { documentId: id },
      { documentId: hash },
      { extensions: { persistedQuery: { version: 1, sha256Hash: id } } },
    ];

    for (const body of bodies) expect((await post(body, user, named)).status).toBe(200);
  });

  describe('anything else is refused with DOCUMENT_NOT_TRUSTED', () => {
    test.each<[string, () => Promise<Response>]>([
      ['another operation', () => post({ query: other })],
      ['an administrator, unless exempt', () => post({ query: other }, adminToken)],
      [
        'a trusted operation with one more field',
        () => post({ query: trusted.replace('userId', 'userId id') }),
      ],
      ['another operation under a trusted id', () => post({ query: other, documentId: hash })],
      [
        'another operation under a trusted hash',
        () => post({ query: other, extensions: { persistedQuery } }),
      ],
      ['an unknown id', () => post({ documentId: 'f'.repeat(64) })],
      ['an id that every object has', () => post({ documentId: 'constructor' })],
      ['an id that is not text', () => post({ documentId: { toString: hash } })],
      ['an unknown hash', () => post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'f' } } })],
      ['introspection', () => post({ query: getIntrospectionQuery() })],
      ['text that is not GraphQL', () => post({ query: '}{' })],
      ['another operation by GET', () => get({ query: other })],
      ['no operation', () => post({ variables: {} })],
    ])('%s', async (_what, send) => {
      const response = await send();

      expect(response.status).toBe(400);
      await expect(response.json()).resolves.toMatchObject(refusal);
    });
  });

  test('if administrators are exempt, they may send any operation, and users may not', async () => {
    const exempting = await createTestApp({
      TRUSTED_DOCUMENTS: writeManifest({ [hash]: trusted }),
      TRUSTED_DOCUMENTS_EXEMPT_ADMINS: 'true',
    });
    const query = '{ auditTrail(first: 1) { edges { cursor } } }';
    const byId = { documentId: hash };
    const roles = ['billing:admin'];
    const admin = await exempting.createToken({ userId: 'root', roles });
    const user = await exempting.createToken({ userId: 'ada' });

    await expect((await post({ query }, admin, exempting)).json()).resolves.toHaveProperty('data.auditTrail');
    await expect((await post(byId, admin, exempting)).json()).resolves.toHaveProperty('data.billingCustomer');
    for (const by of [user, null])
      await expect((await post({ query }, by, exempting)).json()).resolves.toMatchObject(refusal);
  });

  test('several manifests are one, also in the format of Apollo Client', async () => {
    const operations = [{ id: 'app-1', name: 'Other', type: 'query', body: other }];
    const files = [
      writeManifest({ [hash]: trusted }),
      writeManifest({ format: 'apollo-persisted-query-manifest', version: 1, operations }),
    ];
    const both = await createTestApp({ TRUSTED_DOCUMENTS: files.join(',') });
    const user = await both.createToken({ userId: 'ada' });

    for (const body of [{ documentId: hash }, { documentId: 'app-1' }, { query: other }])
      await expect((await post(body, user, both)).json()).resolves.toHaveProperty('data');
  });

  test.each<[string, () => string, RegExp]>([
    ['a file that is missing', () => '/nowhere/manifest.json', /manifest\.json: ENOENT/],
    [
      'text that is not JSON',
      () => writeManifest('query { a }'),
      /: expected a JSON object of documents by hash/,
    ],
    ['a list', () => writeManifest([trusted]), /: expected a JSON object of documents by hash/],
    ['no document', () => writeManifest({}), /: expected a JSON object of documents by hash/],
    ['an empty id', () => writeManifest({ '': trusted }), /: expected a JSON object of documents by hash/],
    [
      'an empty id of Apollo Client',
      () =>
        writeManifest({
          format: 'apollo-persisted-query-manifest',
          version: 1,
          operations: [{ id: '', body: trusted }],
        }),
      /: expected a JSON object of documents by hash/,
    ],
    [
      'a document that is not GraphQL, under a long id',
      () => writeManifest({ ['h'.repeat(90)]: 'query {' }),
      /document h{80}: Syntax Error/,
    ],
    [
      'a document of another schema, and one beyond the limits of operations',
      () =>
        writeManifest({
          h1: '{ users { id } }',
          h2: trusted,
          h3: `{ ${'billingCustomer { id } '.repeat(11)} }`,
        }),
      /document h1: Cannot query field "users".*; document h3: .* too many root fields/,
    ],
  ])('%s ends the start with a configuration error', async (_what, create, message) => {
    await expect(
      createApp({
        ...app.config,
        http: { ...app.config.http, trustedDocuments: { files: [create()], exemptRole: null } },
      }),
    ).rejects.toMatchObject({
      name: 'ConfigurationError',
      faults: [expect.stringMatching(new RegExp(`^TRUSTED_DOCUMENTS: .*${message.source}`))],
    });
  });
});
