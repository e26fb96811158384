import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Kind, parse, print } from 'graphql';
import type { Environment } from '../../src/config/environment.ts';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { createTestApp, returnUrl } from '../helpers/test-app.ts';

const text = await readFile(join(import.meta.dirname, '../../docs/examples.graphql'), 'utf8');
const examples = parse(text).definitions.flatMap((definition): [string, string][] =>
  definition.kind === Kind.OPERATION_DEFINITION ? [[definition.name?.value ?? '', print(definition)]] : [],
);

/** Hiding parts of the portal takes policies; the plans to change to are in the account's own configuration. */
const byDefault = await startExampleApp();
const byPolicies = await startExampleApp({
  PORTAL_POLICIES: join(import.meta.dirname, '../../examples/policies.yaml'),
});

async function startExampleApp(env: Environment = {}) {
  const app = await createTestApp(env);
  const { customerId, prices } = await seedDemoData(app.sdk);
  await app.link('ada', customerId);
  return { app, priceId: prices[2]?.month, token: await app.createToken({ userId: 'ada' }) };
}

test.each(examples)('the example %s works', async (_name, query) => {
  const { app, token, priceId } = query.includes('features:') ? byPolicies : byDefault;
  const declared = { returnUrl, priceId };
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
