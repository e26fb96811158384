import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse, print, separateOperations } from 'graphql';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { createTestApp, returnUrl } from '../helpers/test-app.ts';

const text = await readFile(join(import.meta.dirname, '../../docs/examples.graphql'), 'utf8');
const examples = Object.entries(separateOperations(parse(text))).map(([name, document]): [string, string] => [
  name,
  print(document),
]);

const app = await createTestApp();
const { customerId, prices } = await seedDemoData(app.sdk);
await app.link('ada', customerId);
const priceId = prices[2]?.month;
const token = await app.createToken({ userId: 'ada' });

test.each(examples)('the example %s works', async (_name, query) => {
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
