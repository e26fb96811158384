import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { createApp } from '../../src/app.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import { writeManifest } from './manifest.ts';

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

function post(body: object, by = token, to = app): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return to.fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(body), token: by });
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
    ['text and hash', () => post({ query: trusted, extensions: { persistedQuery } })],
    ['its id, by GET', () => get({ documentId: hash })],
    ['the hash, by GET', () => get({ extensions: JSON.stringify({ persistedQuery }) })],
  ])('by %s', async (_what, send) => {
    const response = await send();

    expect(response.status).toBe(200);
    await expect(response.json()).resolves.toEqual(answer);
  });
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
    ['another operation under a trusted hash', () => post({ query: other, extensions: { persistedQuery } })],
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
  const roles = ['billing:admin'];
  const admin = await exempting.createToken({ userId: 'root', roles });
  const user = await exempting.createToken({ userId: 'ada' });

  await expect((await post({ query }, admin, exempting)).json()).resolves.toHaveProperty('data.auditTrail');
  await expect((await post({ query }, user, exempting)).json()).resolves.toMatchObject(refusal);
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
  ['a document that is not GraphQL', () => writeManifest({ h1: 'query {' }), /document h1: Syntax Error/],
  [
    'a document of another schema',
    () => writeManifest({ h1: trusted, h2: '{ users { id } }' }),
    /document h2: Cannot query field "users"/,
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
