import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ExecutionResult,
  graphql,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isRequiredArgument,
  isSpecifiedScalarType,
  parse,
  validate,
  validateSchema,
} from 'graphql';
import { printServedSchema } from '../../src/cli/schema.command.ts';
import { type GraphqlAnswer, readGraphqlAnswer } from '../helpers/graphql-answer.ts';
import {
  listAdminOperations,
  listOperations,
  listUserOperations,
  printShortest,
  type ServedOperation,
  servedSchema,
  servedSchemaText,
} from '../helpers/served-schema.ts';
import { createTestApp, returnUrl, type TestApp } from '../helpers/test-app.ts';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { closeAfterTests } from '../helpers/closing.ts';

test('schema.graphql is what the code says', async () => {
  if (servedSchemaText !== (await printServedSchema())) {
    throw new Error('schema.graphql is out of date. Run: npm run schema');
  }
});

test('the schema is one that GraphQL allows', () => {
  expect(validateSchema(servedSchema)).toEqual([]);
});

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
}

/** A type with all that is in it, each by its path. */
function listDescribed(type: GraphQLNamedType): (readonly [path: string, Described])[] {
  if (isEnumType(type)) {
    return [
      [type.name, type],
      ...type.getValues().map((value) => [`${type.name}.${value.name}`, value] as const),
    ];
  }
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return [[type.name, type]];
  const fields: Readonly<Record<string, Described & { readonly args?: readonly Described[] }>> =
    type.getFields();
  const inside = Object.values(fields).flatMap((field) => {
    const path = `${type.name}.${field.name}`;
    return [
      [path, field] as const,
      ...(field.args ?? []).map((arg) => [`${path}(${arg.name}:)`, arg] as const),
    ];
  });
  return [[type.name, type], ...inside];
}

test('every type, field, argument and enum value is described', () => {
  const own = Object.values(servedSchema.getTypeMap()).filter(
    (type) => !isSpecifiedScalarType(type) && !isIntrospectionType(type),
  );
  const described = own.flatMap(listDescribed);

  expect(described.filter(([, { description }]) => !description?.trim()).map(([path]) => path)).toEqual([]);
  expect(described.length).toBeGreaterThan(150);
  const texts = described.map(([, { description }]) => description?.replace(/`[^`]*`/g, '') ?? '');
  expect(texts.filter((text) => /\.[A-Z]/.test(text))).toEqual([]);
});

test("users' operations come before administrators', whose descriptions say so", () => {
  for (const kind of ['query', 'mutation']) {
    const isKind = (operation: ServedOperation): boolean => operation.kind === kind;
    const sorted = [...listUserOperations().filter(isKind), ...listAdminOperations().filter(isKind)];
    expect(listOperations().filter(isKind)).toEqual(sorted);
  }
  const saying = listOperations().filter(({ field }) =>
    field.description?.startsWith('For administrators: '),
  );
  expect(saying).toEqual(listAdminOperations());
});

test('required arguments come before optional ones', () => {
  for (const { name, field } of listOperations()) {
    const required = field.args.filter(isRequiredArgument);
    expect([name, field.args.slice(0, required.length)]).toEqual([name, required]);
  }
});

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await createTestApp({ FEDERATION: 'true', REQUIRED_ROLE: 'billing' });
  const { customerId } = await seedDemoData(app.sdk);
  await app.link('ada', customerId);
  token = await app.createToken({ userId: 'ada', roles: ['billing'] });
});

test.each(listOperations())('$name needs a signed-in caller with the required role', async (operation) => {
  const before = app.stripe.requests.length;
  const query = printShortest(operation);
  expect(validate(servedSchema, parse(query))).toEqual([]);
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify({ query }) };
  const send = async (by?: string): Promise<GraphqlAnswer<unknown>> =>
    readGraphqlAnswer(await app.fetch('/graphql', { ...request, token: by }), query);

  (await send()).expectError('UNAUTHENTICATED');
  (await send(await app.createToken({ userId: 'ada' }))).expectError('FORBIDDEN');
  expect(app.stripe.requests).toHaveLength(before);
});

describe('a subgraph', () => {
  /** A subgraph of another team, with a PageInfo of its own. */
  const products = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { product: Product products: ProductConnection }
  type Product @key(fields: "id") { id: ID! name: String! }
  type ProductConnection { nodes: [Product!]! pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
`;

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
    const query = '{ _service { sdl } }';
    expect(validate(servedSchema, parse(query))).not.toEqual([]);
    const headers = { 'content-type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify({ query }) };
    const production = await createTestApp({ FEDERATION: 'true', NODE_ENV: 'production', HOST: '127.0.0.1' });

    expect((await production.fetch('/graphql', request)).status).toBe(401);
  });

  describe('a gateway over this subgraph and another', () => {
    async function ask(source: string, authorization: string | null): Promise<ExecutionResult> {
      const schema = getStitchedSchemaFromSupergraphSdl({
        supergraphSdl,
        httpExecutorOpts: { headers: authorization === null ? {} : { authorization } },
      });
      return await graphql({ schema, source });
    }

    let supergraphSdl: string;

    /** The other team's server has one answer. */
    beforeAll(async () => {
      const server = createServer((_request, response) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ data: { product: { id: '7', name: 'Lamp' } } }));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      closeAfterTests(() => void server.close());
      const productsUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const composed = composeServices([
        { name: 'billing', url: `${app.url}/graphql`, typeDefs: parse(await readSdl()) },
        { name: 'products', url: productsUrl, typeDefs: parse(products) },
      ]);
      expect(composed.errors).toBeUndefined();
      supergraphSdl = composed.supergraphSdl ?? '';
    });

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
});
