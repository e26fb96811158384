import { beforeAll, expect, test } from '@jest/globals';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';

const long = 'x'.repeat(60_000);
const session = (url: string): string => `mutation { createBillingPortalSession(returnUrl: ${url}) { url } }`;
const longestAnswer = 12_000;
let app: TestApp;

beforeAll(async () => {
  app = await createTestApp();
});

async function send(path: string, body: object): Promise<string> {
  const response = await app.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    token: await app.createToken({ userId: 'ada' }),
  });
  return response.text();
}

/** The longest run of the repeated character: of all messages together, in whatever part of the answer. */
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
  ['a wrong literal of wide characters', { query: session(`["${'😀'.repeat(15_000)}"]`) }],
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
    'a value that is no member of an enum',
    {
      query:
        'mutation ($f: PortalFlowInput) { createBillingPortalSession(returnUrl: "a", flow: $f) { url } }',
      variables: { f: { type: long } },
    },
  ],
  ['a return URL', { query: session(`"https://${long}.example"`) }],
  ['a cursor', { query: `{ auditTrail(after: "${long}") { edges { cursor } } }` }],
])('GraphQL repeats at most 200 characters of %s', async (_title, body) => {
  const text = await send('/graphql', body);

  expect(text).toContain('"errors"');
  expect(findLongestRun(text)).toBeLessThanOrEqual(200);
  expect(text.length).toBeLessThan(longestAnswer);
});

test.each<[string, object]>([
  ['an unknown field', { returnUrl, [long]: 1 }],
  ['an unknown field of a flow', { returnUrl, flow: { type: 'SUBSCRIPTION_CANCEL', [long]: 1 } }],
  ['a value that is no member of an enum', { returnUrl, flow: { type: long } }],
  ['a return URL', { returnUrl: `https://${long}.example` }],
  ['a locale', { returnUrl, locale: long }],
])('REST repeats at most 200 characters of %s', async (_title, body) => {
  const text = await send('/api/billing-portal', body);

  expect(text).toContain('"error"');
  expect(findLongestRun(text)).toBeLessThanOrEqual(200);
  expect(text.length).toBeLessThan(1_000);
});

test('fields that conflict are not all located', async () => {
  const text = await send('/graphql', {
    query: `{ ${'a: __typename a: billingCustomer { id } '.repeat(100)} }`,
  });

  expect(text.length).toBeLessThan(longestAnswer);
});
