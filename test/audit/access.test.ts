import { beforeAll, describe, expect, test } from '@jest/globals';
import { isObjectType } from 'graphql';
import { type GraphqlAnswer, readGraphqlAnswer } from '../helpers/graphql-answer.ts';
import {
  listAdminOperations,
  listUserOperations,
  printShortest,
  servedSchema,
} from '../helpers/served-schema.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import { adminRole, readTrail } from './audit-kit.ts';

let app: TestApp;

beforeAll(async () => {
  app = await createTestApp({ REQUIRED_ROLE: 'billing' });
  const { id } = await app.sdk.customers.create({});
  await app.link('ada', id);
  await app.sdk.rawRequest('POST', '/_control/portal_settings', {});
});

async function ask(query: string, roles: string[]): Promise<GraphqlAnswer<unknown>> {
  const token = await app.createToken({ userId: 'ada', roles });
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query });
  return readGraphqlAnswer(await app.fetch('/graphql', { method: 'POST', headers, body, token }), query);
}

describe("every administrator's operation", () => {
  test.each(listAdminOperations())('$name is FORBIDDEN without the role', async (operation) => {
    const before = app.stripe.requests.length;

    for (const roles of [[], ['billing'], ['admin', 'billing:administrator', 'billing:admi']]) {
      const answer = await ask(printShortest(operation), roles);
      answer.expectError('FORBIDDEN');
      expect(answer.text).not.toContain('"__typename"');
    }

    expect(app.stripe.requests.length).toBe(before);
  });

  test.each(listAdminOperations())('$name is open with the role alone', async (operation) => {
    const answer = await ask(printShortest(operation), [adminRole]);

    expect(answer.text).not.toContain('FORBIDDEN');
  });

  test('there are eighteen', () => {
    expect(listAdminOperations()).toHaveLength(18);
  });
});

test.each(listUserOperations())(
  '$name needs the role of users, which administrators may lack',
  async (operation) => {
    (await ask(printShortest(operation), [adminRole])).expectError('FORBIDDEN');
  },
);

describe("administrators' fields of what users may read", () => {
  test('are those that are tried here', () => {
    const roots = [servedSchema.getQueryType(), servedSchema.getMutationType()];
    const types = Object.values(servedSchema.getTypeMap()).filter(isObjectType);
    const fields = types
      .filter((type) => !roots.includes(type))
      .flatMap((type) => Object.values(type.getFields()))
      .filter(({ description }) => description?.startsWith('For administrators:'));

    expect(fields.map(({ name }) => name)).toEqual(['policy']);
  });

  test('are FORBIDDEN to them, and open to an administrator', async () => {
    const query = '{ billingPortalConfiguration { id policy { name } } }';

    (await ask(query, ['billing'])).expectError('FORBIDDEN');
    expect((await ask(query, ['billing', adminRole])).expectData()).toMatchObject({
      billingPortalConfiguration: { policy: null },
    });
  });
});

test('what was forbidden is not on the record, which is for what administrators did', async () => {
  const before = await readTrail(app);
  await ask('mutation { unlinkCustomer(userId: "ada") { userId } }', ['billing']);

  expect(await readTrail(app)).toEqual(before);
});
