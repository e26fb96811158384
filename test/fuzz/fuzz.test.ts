import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { getNamedType } from 'graphql';
import { closeAfterTests } from '../helpers/closing.ts';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { type FuzzRequest, createDocuments, createGraphqlRequests, postJson } from './fuzz-request.ts';
import { type FuzzTarget, type Role, anyRole, createFuzzTarget } from './fuzz-target.ts';
import {
  createMalformedBodies,
  createMalformedDocuments,
  createMalformedParameters,
  createRestRequests,
} from './malformed-requests.ts';
import { seed } from './seed.ts';

/** @returns how many were answered with data alone */
async function sendMany(
  target: FuzzTarget,
  requests: fc.Arbitrary<FuzzRequest>,
  numRuns: number,
): Promise<number> {
  let fulfilled = 0;
  const send = async (role: Role, request: FuzzRequest): Promise<void> => {
    const { outcome } = await target.send(role, request);
    if (outcome === 'data') fulfilled += 1;
  };
  await fc.assert(fc.asyncProperty(anyRole, requests, send), {
    seed,
    numRuns,
    plugins: [fc.interruptAfterTimeLimit(240_000, { failOnInterrupt: true })],
  });
  return fulfilled;
}

/**
 * @param runs how many requests an operation gets, and how many each kind of malformed ones
 * @returns gets the operations of which no request was fulfilled: nothing has got through their first checks
 */
function fuzz(
  store: string,
  target: FuzzTarget,
  runs: { readonly operation: number; readonly malformed: number },
): readonly string[] {
  const unfulfilled: string[] = [];
  const { operations, known, tally, app } = target;
  const documents = fc.oneof(...operations.map((operation) => createDocuments(operation, known)));
  const session = operations.find(({ name }) => name === 'createBillingPortalSession');
  if (session === undefined) throw new Error('There is no operation that opens a session.');

  beforeEach(() => target.arrange());

  test.each(operations.map((operation) => ({ ...operation, operation })))(
    '$kind $name',
    async ({ operation }) => {
      // Of no argument, or a flag alone, there is little to vary.
      const varies = operation.field.args.some(({ type }) => getNamedType(type).name !== 'Boolean');
      const numRuns = varies ? runs.operation : Math.ceil(runs.operation / 10);
      const fulfilled = await sendMany(
        target,
        createGraphqlRequests(createDocuments(operation, known)),
        numRuns,
      );
      if (fulfilled === 0) unfulfilled.push(operation.name);
    },
  );

  test.each<[string, fc.Arbitrary<FuzzRequest>]>([
    ['documents', createMalformedDocuments(documents).map((document) => postJson('/graphql', document))],
    ['parameters', createMalformedParameters(documents).map((content) => postJson('/graphql', content))],
    ['bodies', createMalformedBodies('/graphql', documents)],
    ['REST requests', createRestRequests(session, known)],
  ])('malformed %s', async (_name, requests) => {
    await sendMany(target, requests, runs.malformed);
  });

  test('at least half of the requests passed parsing and validation, and no failure was logged', () => {
    expect(tally.ran).toBeGreaterThanOrEqual(tally.sent / 2);
    expect(app.logs.filter((line) => (JSON.parse(line) as { level: number }).level >= 50)).toEqual([]);
  });

  afterAll(() => {
    process.stdout.write(`fuzz, ${store}, FUZZ_SEED=${seed}: ${tally.describe()}\n`);
  });
  return unfulfilled;
}

const sqlite = await createFuzzTarget();

describe('no input does harm, on SQLite', () => {
  const unfulfilled = fuzz('SQLite', sqlite, { operation: 600, malformed: 600 });

  test('of every operation some were fulfilled', () => {
    expect(unfulfilled).toEqual([]);
  });

  test('at least 10,000 different ones were sent', () => {
    expect(sqlite.tally.distinct).toBeGreaterThanOrEqual(10_000);
  });
});

const mongo = await startMongoServer();
closeAfterTests(() => mongo?.stop());
const onMongo =
  mongo &&
  (await createFuzzTarget({ DATABASE_URL: mongo.createDatabaseUrl(), CUSTOMER_CREATION: 'on_demand' }));

describeWithPart('no input does harm, on a MongoDB server', onMongo, howToGetMongo, (target) => {
  fuzz(mongo?.description ?? '', target, { operation: 60, malformed: 30 });
});
