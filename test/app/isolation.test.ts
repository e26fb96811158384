import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { type GraphqlAnswer, readGraphqlAnswer } from '../helpers/graphql-answer.ts';
import { listAdminOperations, listUserOperations, printShortest } from '../helpers/served-schema.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { type Operation, type User, operations } from './isolated-operations.ts';

const ways = 'customer customerId stripeCustomerId userId user sub subject id email'.split(' ');

let app: TestApp;
let ada: User;
let bob: User;
let requestsBefore: number;

beforeAll(async () => {
  app = await createTestApp();
  ada = await createUser('ada');
  bob = await createUser('bob');
});

beforeEach(() => {
  requestsBefore = app.stripe.requests.length;
});

async function createUser(userId: string): Promise<User> {
  const { customerId, subscriptionId } = await seedDemoData(app.sdk);
  const email = `${userId}@users.example`;
  await app.sdk.customers.update(customerId, { email });
  await app.link(userId, customerId);
  const [invoice] = (await app.sdk.invoices.list({ customer: customerId })).data;
  const token = await app.createToken({ userId });
  return { userId, token, customerId, email, subscriptionId, invoiceId: invoice?.id ?? '' };
}

/** Lets either user try to get at what is the other's. */
async function inTurns(attempt: (user: User, other: User) => Promise<void>): Promise<void> {
  await attempt(ada, bob);
  requestsBefore = app.stripe.requests.length;
  await attempt(bob, ada);
}

async function ask(
  { token }: User,
  request: object,
  { path = '/graphql', headers = {} } = {},
): Promise<GraphqlAnswer<unknown>> {
  const body = JSON.stringify(request);
  const json = { 'content-type': 'application/json' };
  return readGraphqlAnswer(
    await app.fetch(path, { method: 'POST', headers: { ...json, ...headers }, body, token }),
    body,
  );
}

/** What Stripe was asked in this test, as text. */
function readStripeRequests(): string {
  return JSON.stringify(app.stripe.requests.slice(requestsBefore).map(({ path, params }) => [path, params]));
}

/** Nothing of the other user was asked of Stripe, and nothing of theirs was answered. */
function expectApart(other: User, answer: string): void {
  for (const text of [readStripeRequests(), answer]) {
    for (const mark of [other.customerId, other.email, other.subscriptionId])
      expect(text).not.toContain(mark);
  }
}

test('every operation that users may call is tried here', () => {
  expect(Object.keys(operations).toSorted()).toEqual(
    listUserOperations()
      .map(({ name }) => name)
      .toSorted(),
  );
});

describe.each<[string, Operation]>(Object.entries(operations))(
  '%s',
  (name, { attempts, prepare, ...request }) => {
    const findVariables = async (user: User): Promise<object> => ({
      ...request.variables,
      ...(await prepare?.(app.sdk, user)),
    });

    test("answers with the caller's own", async () => {
      await inTurns(async (user, other) => {
        const answer = await ask(user, { ...request, variables: await findVariables(user) });

        answer.expectData();
        expectApart(other, answer.text);
      });
    });

    test.each(ways)('takes no argument %s', async (argument) => {
      const { query, variables } = request;
      const field = name.split('.')[1] ?? '';
      const value = JSON.stringify(bob.customerId);
      const withArgument = query.includes(`${field}(`)
        ? query.replace(`${field}(`, `${field}(${argument}: ${value}, `)
        : query.replace(field, `${field}(${argument}: ${value})`);

      const answer = await ask(ada, { query: withArgument, variables });

      answer.expectError('GRAPHQL_VALIDATION_FAILED');
      expect(app.stripe.requests.length).toBe(requestsBefore);
    });

    test('ignores what is said anywhere else', async () => {
      await inTurns(async (user, other) => {
        const others = Object.fromEntries(ways.map((way) => [way, other.customerId]));
        const headers = {
          ...Object.fromEntries(ways.map((way) => [`x-${way}`, other.userId])),
          'x-forwarded-user': other.userId,
          'x-original-authorization': `Bearer ${other.token}`,
          'stripe-customer': other.customerId,
          cookie: `sub=${other.userId}; token=${other.token}; customer=${other.customerId}`,
        };
        const path = `/graphql?${new URLSearchParams({ ...others, access_token: other.token }).toString()}`;

        const answer = await ask(
          user,
          {
            ...others,
            ...request,
            variables: { ...others, ...(await findVariables(user)) },
            extensions: others,
          },
          { path, headers },
        );

        answer.expectData();
        expectApart(other, answer.text);
      });
    });

    if (attempts === undefined) return;

    test('refuses what its own arguments name of others', async () => {
      await inTurns(async (user, other) => {
        for (const variables of attempts(other)) {
          const answer = await ask(user, { query: request.query, variables });

          answer.expectError('BAD_USER_INPUT');
          expectApart(other, answer.text);
        }
      });
    });
  },
);

describe('what is for administrators is refused to users, whatever roles like theirs they have', () => {
  test.each(listAdminOperations())('$name', async (operation) => {
    const roles = ['admin', 'billing', 'Billing:Admin', 'billing:admin:2', 'billing:admin,'];
    const user = { ...ada, token: await app.createToken({ userId: ada.userId, roles }) };

    const answer = await ask(user, { query: printShortest(operation) });

    answer.expectError('FORBIDDEN');
    expect(app.stripe.requests.length).toBe(requestsBefore);
  });
});

describe('the REST twin', () => {
  const post = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
    app.fetch('/api/billing-portal', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      token: ada.token,
    });
  const get = (query: Record<string, string>, token?: string): Promise<Response> =>
    app.fetch(`/billing-portal?${new URLSearchParams(query).toString()}`, { token });

  test.each([...ways, 'configuration', '__proto__'])('takes no field %s', async (field) => {
    for (const response of [
      await post(JSON.parse(`{ "returnUrl": "${returnUrl}", "${field}": "${bob.customerId}" }`) as object),
      await get({ returnUrl, [field]: bob.customerId }, ada.token),
    ]) {
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    expect(app.stripe.requests.length).toBe(requestsBefore);
  });

  test.each(['token', 'access_token', 'authorization', 'jwt'])(
    'takes no token from the query: %s',
    async (name) => {
      expect((await get({ returnUrl, [name]: bob.token })).status).toBe(401);
      expect((await get({ returnUrl, [name]: bob.token }, ada.token)).status).toBe(400);
      expect(app.stripe.requests.length).toBe(requestsBefore);
    },
  );

  test('takes no subscription of others', async () => {
    const flow = { type: 'SUBSCRIPTION_CANCEL', subscriptionId: bob.subscriptionId };

    const response = await post({ returnUrl, flow });

    expect(response.status).toBe(400);
    expectApart(bob, await response.text());
  });

  test("opens the caller's own session, whatever the headers say", async () => {
    const response = await post({ returnUrl }, { 'x-user-id': 'bob', 'x-customer': bob.customerId });

    expect(response.status).toBe(200);
    expect(readStripeRequests()).toContain(ada.customerId);
    expectApart(bob, await response.text());
  });
});

test('a user without a customer gets nobody else’s, even with their verified e-mail address', async () => {
  const token = await app.createToken({ userId: 'eve', email: bob.email });
  const eve = { ...ada, token };

  const found = await ask(eve, operations['Query.billingCustomer']);
  const opened = await ask(eve, operations['Mutation.createBillingPortalSession']);

  expect(found.expectData()).toEqual({ billingCustomer: null });
  opened.expectError('CUSTOMER_NOT_FOUND');
  expect(app.stripe.requests.length).toBe(requestsBefore);
});

test('callers at the same time do not get into each other’s way', async () => {
  const asked = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const user = index % 2 === 0 ? ada : bob;
      const answer = await ask(user, operations['Query.billingCustomer']);
      return { user, data: answer.expectData() };
    }),
  );

  for (const { user, data } of asked) {
    expect(data).toMatchObject({ billingCustomer: { id: user.customerId, userId: user.userId } });
  }
});

test('a mapping of one scope is not there in another', async () => {
  const { databaseUrl } = app.config;
  const sandbox = await createTestApp({
    DATABASE_URL: databaseUrl,
    STRIPE_SCOPE: 'sandbox',
    STRIPE_API_URL: app.stripe.url,
  });

  const response = await sandbox.fetch(`/billing-portal?returnUrl=${returnUrl}`, { token: ada.token });

  expect(await response.json()).toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
  expect(app.stripe.requests.length).toBe(requestsBefore);
});
