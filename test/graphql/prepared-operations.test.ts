import { ApolloServer } from '@apollo/server';
import { describe, expect, test } from '@jest/globals';
import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import type { RequestContext } from '../../src/graphql/context.ts';
import { limitOperations } from '../../src/graphql/operation-limits.ts';
import { type OperationRequest, PreparedOperations } from '../../src/graphql/prepared-operations.ts';
import { requireServedOperationType } from '../../src/graphql/served-operation-types.ts';
import { closeAfterTests } from '../helpers/closing.ts';

type Request = Pick<OperationRequest, 'query'> & Partial<OperationRequest>;
/** As a client gets it. */
type Answer = { readonly data?: unknown; readonly errors?: readonly { readonly message: string }[] } | null;

interface Kit {
  /** Sends an operation to Apollo Server, as Ada unless it says who; null for nobody. */
  readonly send: (query: string, userId?: string | null) => Promise<unknown>;
  /** What is answered without Apollo Server, to Ada unless it says to whom. */
  readonly run: (request: Request, userId?: string) => Promise<Answer>;
  /** How often a resolver ran. */
  readonly countCalls: () => number;
}

async function createKit(): Promise<Kit> {
  let calls = 0;
  const name = { type: new GraphQLNonNull(GraphQLString) };
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType<unknown, RequestContext>({
      name: 'Query',
      fields: {
        greeting: {
          type: new GraphQLNonNull(GraphQLString),
          args: { name },
          resolve: (_root, args: { readonly name: string }, { caller }) => {
            calls += 1;
            if (args.name === '') throw new Error('Nobody is there.');
            return `${args.name}, says ${caller?.userId ?? 'nobody'}`;
          },
        },
      },
    }),
  });
  const prepared = new PreparedOperations(schema);
  const apollo = new ApolloServer<RequestContext>({
    schema,
    plugins: [prepared.plugin],
    validationRules: [requireServedOperationType, limitOperations],
    stopOnTerminationSignals: false,
  });
  await apollo.start();
  closeAfterTests(() => apollo.stop());
  return {
    send: (query, userId = 'ada') =>
      apollo.executeOperation({ query }, { contextValue: createContext(userId) }),
    run: async ({ query, operationName = null, variables = null }, userId = 'ada') => {
      const result = await prepared.run({ query, operationName, variables }, createContext(userId));
      return result && (JSON.parse(JSON.stringify(result)) as Answer);
    },
    countCalls: () => calls,
  };
}

function createContext(userId: string | null): RequestContext {
  const caller = userId === null ? null : { userId, roles: [], email: null, claims: {} };
  return { requestId: 'request', caller };
}

const query = '{ greeting(name: "Hello") }';
const asked = 'query ($name: String!) { greeting(name: $name) }';
const several = 'query A { greeting(name: "A") } query B { greeting(name: "B") }';
/** Operations that differ in their text alone. */
const write = (index: number): string => `${query} # ${index}`;

describe('an operation', () => {
  test('is not prepared before somebody sent it', async () => {
    const { run } = await createKit();

    expect(await run({ query })).toBeNull();
  });

  test('is prepared once a signed-in user sent it', async () => {
    const { send, run } = await createKit();
    await send(query);

    expect(await run({ query })).toEqual({ data: { greeting: 'Hello, says ada' } });
  });

  test('is prepared for others too, each as who they are', async () => {
    const { send, run } = await createKit();
    await send(query);

    expect(await run({ query }, 'bob')).toEqual({ data: { greeting: 'Hello, says bob' } });
  });

  test('is prepared by its text, and not by its meaning', async () => {
    const { send, run } = await createKit();
    await send(query);

    expect(await run({ query: `${query} ` })).toBeNull();
  });

  test('is run with the variables of the request', async () => {
    const { send, run } = await createKit();
    await send(asked);

    expect(await run({ query: asked, variables: { name: 'Bye' } })).toEqual({
      data: { greeting: 'Bye, says ada' },
    });
  });

  test('is chosen by its name among several', async () => {
    const { send, run } = await createKit();
    await send(several);

    expect(await run({ query: several, operationName: 'B' })).toEqual({ data: { greeting: 'B, says ada' } });
  });
});

describe('is not kept:', () => {
  test('what nobody sent who is signed in', async () => {
    const { send, run } = await createKit();
    await send(query, null);

    expect(await run({ query })).toBeNull();
  });

  test.each([
    ['no GraphQL', '{ greeting('],
    ['a field that is not there', '{ secret }'],
    ['an argument too few', '{ greeting }'],
    ['a mutation, where there are none', 'mutation { greeting(name: "A") }'],
    ['a fragment alone', 'fragment a on Query { greeting(name: "A") }'],
    ['more than the limits allow', `{ ${'__typename '.repeat(11)} }`],
    ['nothing', ''],
  ])('%s', async (_title, invalid) => {
    const { send, run } = await createKit();
    await send(invalid);

    expect(await run({ query: invalid })).toBeNull();
  });

  test.each([
    [4_000, true],
    [4_001, false],
  ])('a text that is too long: one of %d characters is kept: %p', async (length, isKept) => {
    const { send, run } = await createKit();
    const padded = query.padEnd(length);
    await send(padded);

    expect((await run({ query: padded })) !== null).toBe(isKept);
  });
});

describe('of more than 200 operations', () => {
  const sendUpTo = async (count: number, { send }: Kit, userId?: string | null): Promise<void> => {
    for (let index = 1; index <= count; index += 1) await send(write(index), userId);
  };

  test.each([
    [200, 1, true],
    [201, 1, false],
    [201, 2, true],
    [201, 201, true],
  ])('the oldest make room: of %d, number %d is prepared: %p', async (count, index, isPrepared) => {
    const kit = await createKit();
    await sendUpTo(count, kit);

    expect((await kit.run({ query: write(index) })) !== null).toBe(isPrepared);
  });

  test('the oldest make room for long ones before that: together they have 100,000 characters', async () => {
    const kit = await createKit();
    const writeLong = (index: number): string => write(index).padEnd(4_000, ' ');
    for (let index = 1; index <= 26; index += 1) await kit.send(writeLong(index));

    const prepared = await Promise.all([1, 2, 26].map((index) => kit.run({ query: writeLong(index) })));
    expect(prepared.map((result) => result !== null)).toEqual([false, true, true]);
  });

  test('none makes room for one that is there already', async () => {
    const kit = await createKit();
    await sendUpTo(200, kit);
    await kit.send(write(200));

    expect(await kit.run({ query: write(1) })).not.toBeNull();
  });

  test('none makes room for what nobody sent who is signed in', async () => {
    const kit = await createKit();
    await kit.send(query);
    await sendUpTo(201, kit, null);

    expect(await kit.run({ query })).not.toBeNull();
  });
});

const unanswerable: readonly (readonly [string, Request])[] = [
  ['a variable too few', { query: asked }],
  ['a variable of the wrong type', { query: asked, variables: { name: { first: 'A' } } }],
  ['null for a variable that must have a value', { query: asked, variables: { name: null } }],
  ['a name that no operation has', { query: several, operationName: 'C' }],
  ['an empty name', { query: several, operationName: '' }],
  ['no name of several', { query: several }],
];

describe.each(unanswerable)('%s', (_title, request) => {
  test('is left to Apollo Server', async () => {
    const { send, run } = await createKit();
    await send(request.query);

    expect(await run(request)).toBeNull();
  });

  test('runs nothing', async () => {
    const { send, run, countCalls } = await createKit();
    await send(request.query);
    await run(request);

    expect(countCalls()).toBe(0);
  });
});

test('what fails when it is run is answered, since Apollo Server would run it once more', async () => {
  const { send, run } = await createKit();
  await send(asked);

  expect(await run({ query: asked, variables: { name: '' } })).toMatchObject({
    data: null,
    errors: [{ message: 'Nobody is there.' }],
  });
});
