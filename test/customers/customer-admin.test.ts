import { beforeAll, describe, expect, test } from '@jest/globals';
import type { CustomerMappingsQuery } from '../generated/graphql.ts';
import { adminRole, readTrail } from '../audit/audit-kit.ts';
import {
  customerMappingQuery,
  customerMappingsQuery,
  linkCustomerMutation,
  unlinkCustomerMutation,
  updateMappingMutation,
} from '../helpers/admin-operations.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { billingCustomerQuery } from '../helpers/operations.ts';
import { type Operation, type TestApp, createTestApp } from '../helpers/test-app.ts';

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await createTestApp();
  token = await app.createToken({ userId: 'root', roles: [adminRole] });
});

function execute<Data, Variables>(operation: Operation<Data, Variables>): Promise<GraphqlAnswer<Data>> {
  return app.execute({ token, ...operation });
}

const link = (userId: string, stripeCustomerId: string) =>
  execute({ document: linkCustomerMutation, variables: { userId, stripeCustomerId } });

const createCustomer = async (): Promise<string> => (await app.sdk.customers.create({})).id;

/** Links a user to a new customer. */
async function createLinked(userId: string): Promise<string> {
  const customerId = await createCustomer();
  (await link(userId, customerId)).expectData();
  return customerId;
}

async function findCustomerId(userId: string): Promise<string | undefined> {
  const answer = await execute({ document: customerMappingQuery, variables: { userId } });
  return answer.expectData().customerMapping?.stripeCustomerId;
}

describe('linkCustomer', () => {
  test('links a user, who has their billing from then on, and is on the record', async () => {
    const customerId = await createLinked('ada');

    const asAda = await app.createToken({ userId: 'ada' });
    const own = await app.execute({ document: billingCustomerQuery, token: asAda });
    expect(own.expectData().billingCustomer).toMatchObject({ id: customerId, userId: 'ada' });
    expect(await readTrail(app, { userId: 'ada' })).toMatchObject([
      { actor: 'root', action: 'LINK_CUSTOMER', targetId: customerId, outcome: 'SUCCEEDED', code: null },
    ]);
  });

  test('takes the same link again as no change', async () => {
    const customerId = await createLinked('again');

    expect((await link('again', customerId)).expectData().linkCustomer.stripeCustomerId).toBe(customerId);
  });

  test.each([
    ['a customer that Stripe does not have', 'CUSTOMER_NOT_FOUND', () => 'cus_mistyped'],
    ['a deleted customer', 'CUSTOMER_NOT_FOUND', createDeleted],
    ['a customer of another user', 'BAD_USER_INPUT', () => createLinked('owner')],
    ['what is no customer', 'BAD_USER_INPUT', () => 'sub_1'],
  ])('refuses %s with %s, on the record', async (what, code, getId) => {
    const userId = `refused ${what}`;
    const customerId = await getId();

    (await link(userId, customerId)).expectError(code);

    expect(await findCustomerId(userId)).toBeUndefined();
    expect(await readTrail(app, { userId })).toMatchObject([
      { targetId: customerId, outcome: 'FAILED', code },
    ]);
  });

  async function createDeleted(): Promise<string> {
    const id = await createCustomer();
    await app.sdk.customers.del(id);
    return id;
  }

  test('refuses a second customer for a user', async () => {
    const customerId = await createLinked('settled');

    (await link('settled', await createCustomer())).expectError('BAD_USER_INPUT');
    expect(await findCustomerId('settled')).toBe(customerId);
  });

  test('records what is no user id as far as it can be kept', async () => {
    (await link(`${'x'.repeat(300)}\u0000`, 'cus_1')).expectError('BAD_USER_INPUT');

    const [entry] = await readTrail(app);
    expect(entry).toMatchObject({
      userId: expect.stringMatching(/^x{190}#[0-9a-f]{64}$/),
      outcome: 'FAILED',
    });
  });
});

describe('unlinkCustomer', () => {
  test('removes the link, leaves the customer, and is on the record', async () => {
    const customerId = await createLinked('leaving');

    const answer = await execute({ document: unlinkCustomerMutation, variables: { userId: 'leaving' } });

    expect(answer.expectData().unlinkCustomer.stripeCustomerId).toBe(customerId);
    expect(await findCustomerId('leaving')).toBeUndefined();
    expect((await app.sdk.customers.retrieve(customerId)).deleted).toBeUndefined();
    const [entry] = await readTrail(app, { action: 'UNLINK_CUSTOMER', userId: 'leaving' });
    expect(entry).toMatchObject({ outcome: 'SUCCEEDED', targetId: customerId });
  });

  test('fails for a user who is not linked', async () => {
    const variables = { userId: 'unknown' };
    (await execute({ document: unlinkCustomerMutation, variables })).expectError('CUSTOMER_NOT_FOUND');

    expect(await readTrail(app, variables)).toMatchObject([
      { outcome: 'FAILED', code: 'CUSTOMER_NOT_FOUND' },
    ]);
  });
});

describe('updateCustomerMapping', () => {
  const contractEndsAt = '2031-02-03T04:05:06.000Z';
  const attributes = [{ name: 'tier', value: 'https://gold.example' }];

  test('changes what is given, leaves what is left out, and removes a contract by null', async () => {
    await createLinked('bob');
    const update = async (changes: object) =>
      (
        await execute({ document: updateMappingMutation, variables: { userId: 'bob', ...changes } })
      ).expectData().updateCustomerMapping;

    expect(await update({ contractEndsAt })).toMatchObject({ contractEndsAt, attributes: [] });
    expect(await update({ attributes })).toMatchObject({ contractEndsAt, attributes });
    expect(await update({ contractEndsAt: null })).toMatchObject({ contractEndsAt: null, attributes });
    expect(await update({ attributes: [] })).toMatchObject({ attributes: [] });
  });

  test('is on the record without the values, which may be anything', async () => {
    await createLinked('eve');
    await execute({
      document: updateMappingMutation,
      variables: { userId: 'eve', contractEndsAt, attributes },
    });

    const [entry] = await readTrail(app, { userId: 'eve' });
    expect(entry?.details).toEqual([
      { name: 'contractEndsAt', value: contractEndsAt },
      { name: 'attributes', value: '1 set' },
    ]);
  });

  test.each([
    ['a name with spaces', [{ name: 'a b', value: '' }]],
    ['a name twice', [attributes[0], attributes[0]]],
    ['a value that is too long', [{ name: 'a', value: 'x'.repeat(501) }]],
    ['a control character', [{ name: 'a', value: 'b\u0000' }]],
    ['too many', Array.from({ length: 51 }, (_, index) => ({ name: `a${index}`, value: '' }))],
  ])('refuses attributes with %s', async (_title, refused) => {
    const variables = { userId: 'ada', attributes: refused as typeof attributes };
    (await execute({ document: updateMappingMutation, variables })).expectError('BAD_USER_INPUT');
  });

  test('fails for a user who is not linked', async () => {
    const variables = { userId: 'unknown', contractEndsAt };
    (await execute({ document: updateMappingMutation, variables })).expectError('CUSTOMER_NOT_FOUND');
  });
});

describe('customerMapping', () => {
  test('finds by either id, and null for none', async () => {
    const customerId = await createLinked('found');
    const find = async (variables: object) =>
      (await execute({ document: customerMappingQuery, variables })).expectData().customerMapping;

    const mapping = { userId: 'found', stripeCustomerId: customerId, goneSince: null };
    expect(await find({ userId: 'found' })).toEqual(mapping);
    expect(await find({ stripeCustomerId: customerId })).toEqual(mapping);
    expect(await find({ userId: customerId })).toBeNull();
  });

  test.each([{}, { userId: 'ada', stripeCustomerId: 'cus_1' }])('refuses %j', async (variables) => {
    (await execute({ document: customerMappingQuery, variables })).expectError('BAD_USER_INPUT');
  });
});

describe('customerMappings', () => {
  type Page = CustomerMappingsQuery['customerMappings'];

  async function readPage(first: number, after?: string | null): Promise<Page> {
    const variables = { first, ...(after == null ? {} : { after }) };
    return (await execute({ document: customerMappingsQuery, variables })).expectData().customerMappings;
  }

  test('pages through everybody, each once and in order', async () => {
    for (const userId of ['p1', 'p2', 'é', 'z']) await createLinked(userId);
    const all = await readPage(100);
    const userIds = all.edges.map(({ node }) => node.userId);
    expect(userIds).toEqual(userIds.toSorted());
    expect(all.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: all.edges[0]?.cursor,
      endCursor: all.edges.at(-1)?.cursor,
    });

    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { edges, pageInfo } = await readPage(3, after);
      seen.push(...edges.map(({ node }) => node.userId));
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      ({ endCursor: after = null, hasNextPage: more } = pageInfo);
    }
    expect(seen).toEqual(userIds);
  });

  test.each([
    ' lead',
    'trail ',
    'x\u0085y',
    '__proto__',
    '$ne',
    'e\u0301',
    'y'.repeat(255),
    '🦄'.repeat(127),
  ])('goes on after the user id %j', async (userId) => {
    await createLinked(userId);
    const { edges } = await readPage(100);
    const [place, cursor] = [
      edges.findIndex(({ node }) => node.userId === userId),
      edges.map(({ cursor }) => cursor),
    ];

    expect((await readPage(100, cursor[place])).edges).toEqual(edges.slice(place + 1));
  });

  test.each([
    { first: 0 },
    { first: -1 },
    { first: 101 },
    { after: '' },
    { after: '%' },
    { after: 'AA' },
    { after: 'AGE' },
    { after: 'YQA' },
    { after: 'YWRh=' },
  ])('refuses %j', async (variables) => {
    (await execute({ document: customerMappingsQuery, variables })).expectError('BAD_USER_INPUT');
  });
});
