import { expect, test } from '@jest/globals';
import { createTestApp } from '../helpers/test-app.ts';

const app = await createTestApp();
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
