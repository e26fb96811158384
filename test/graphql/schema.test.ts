import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isSpecifiedScalarType,
  isIntrospectionType,
  parse,
  validate,
  validateSchema,
} from 'graphql';
import { printServedSchema } from '../../src/cli/schema.command.ts';
import { type GraphqlAnswer, readGraphqlAnswer } from '../helpers/graphql-answer.ts';
import {
  type ServedOperation,
  listAdminOperations,
  listOperations,
  listUserOperations,
  printShortest,
  servedSchema,
  servedSchemaText,
} from '../helpers/served-schema.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

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

describe('every operation needs a signed-in caller with the required role', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({ REQUIRED_ROLE: 'billing' });
  });

  const send = async (operation: ServedOperation, token?: string): Promise<GraphqlAnswer<unknown>> => {
    const query = printShortest(operation);
    expect(validate(servedSchema, parse(query))).toEqual([]);
    const headers = { 'content-type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify({ query }) };
    return readGraphqlAnswer(await app.fetch('/graphql', { ...request, token }), query);
  };

  test.each(listOperations())('$name', async (operation) => {
    (await send(operation)).expectError('UNAUTHENTICATED');
    (await send(operation, await app.createToken({ userId: 'ada' }))).expectError('FORBIDDEN');
    expect(app.stripe.requests).toEqual([]);
  });
});
