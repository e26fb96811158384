import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type ExecutionResult, graphql, parse } from 'graphql';
import { printServedSchema } from '../../src/cli/schema.command.ts';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';

/** A subgraph of another team, with a PageInfo of its own. */
const products = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { product: Product products: ProductConnection }
  type Product @key(fields: "id") { id: ID! name: String! }
  type ProductConnection { nodes: [Product!]! pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
`;

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await createTestApp({ FEDERATION: 'true' });
  const { customerId } = await seedDemoData(app.sdk);
  await app.link('ada', customerId);
  token = await app.createToken({ userId: 'ada' });
});

async function readSdl(): Promise<string> {
  const response = await app.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });
  const { data } = (await response.json()) as { data: { _service: { sdl: string } } };
  return data._service.sdl;
}

test('`_service` returns what `schema --federation` prints, without `_service` itself', async () => {
  const sdl = await readSdl();

  expect(`${sdl}\n`).toBe(await printServedSchema({ federation: true }));
  expect(sdl).not.toContain('_service');
});

test('the subgraph has no entity: another subgraph cannot name a user', async () => {
  const sdl = await readSdl();

  expect(sdl).not.toMatch(/@key|_entities/);
});

test('without FEDERATION there is no `_service`, and in production it needs a token', async () => {
  const body = JSON.stringify({ query: '{ _service { sdl } }' });
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  const plain = await createTestApp();
  const production = await createTestApp({ FEDERATION: 'true', NODE_ENV: 'production', HOST: '127.0.0.1' });

  expect((await plain.fetch('/graphql', request)).status).toBe(400);
  expect((await production.fetch('/graphql', request)).status).toBe(401);
});

describe('a gateway over this subgraph and another', () => {
  async function ask(source: string, authorization: string | null): Promise<ExecutionResult> {
    const supergraph = await compose();
    const schema = getStitchedSchemaFromSupergraphSdl({
      supergraphSdl: supergraph,
      httpExecutorOpts: { headers: authorization === null ? {} : { authorization } },
    });
    return await graphql({ schema, source });
  }

  let productsUrl: string;

  /** The other team's server has one answer. */
  beforeAll(async () => {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data: { product: { id: '7', name: 'Lamp' } } }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeAfterTests(() => void server.close());
    productsUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  async function compose(): Promise<string> {
    const { supergraphSdl, errors } = composeServices([
      { name: 'billing', url: `${app.url}/graphql`, typeDefs: parse(await readSdl()) },
      { name: 'products', url: productsUrl, typeDefs: parse(products) },
    ]);
    expect(errors).toBeUndefined();
    return supergraphSdl ?? '';
  }

  test('answers from both, for the user of the token that it forwards', async () => {
    const source = '{ product { name } billingCustomer { userId subscriptions { status } } }';

    expect(await ask(source, `Bearer ${token}`)).toEqual({
      data: {
        product: { name: 'Lamp' },
        billingCustomer: { userId: 'ada', subscriptions: [{ status: 'ACTIVE' }] },
      },
    });
  });

  test('opens a session of the portal', async () => {
    const source = `mutation { createBillingPortalSession(returnUrl: "${returnUrl}", flow: { type: PAYMENT_METHOD_UPDATE }) { url createdAt } }`;

    expect(await ask(source, `Bearer ${token}`)).toEqual({
      data: {
        createBillingPortalSession: {
          url: expect.stringContaining(app.stripe.url),
          createdAt: expect.anything(),
        },
      },
    });
  });

  test('passes on the code of a refusal', async () => {
    const { errors = [] } = await ask('{ billingCustomer { userId } }', null);

    expect(errors.map(({ extensions }) => extensions['code'])).toEqual(['UNAUTHENTICATED']);
  });
});
