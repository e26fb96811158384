import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await createTestApp();
});

async function send(query: string): Promise<{ status: number; text: string }> {
  const response = await app.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    token: await app.createToken({ userId: 'ada' }),
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
      'with too many directives',
      `{ __typename ${repeat(21, () => '@skip(if: false)')} }`,
      'too many directives',
    ],
    ['that is too deep', `{ a ${'{ a '.repeat(17)} ${'} '.repeat(17)} }`, 'too many levels'],
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

test('a query of everything that a client may ask for is within the limits', async () => {
  const { status } = await send(
    '{ billingCustomer { id } billingPortalConfiguration { id } again: billingCustomer { id } }',
  );

  expect(status).toBe(200);
});
