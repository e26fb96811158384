import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { HostileValues, type KnownValues, anyJson } from './hostile-values.ts';

/** A request as it goes over the wire, but for the token of its role. */
export interface FuzzRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string | Uint8Array;
}

/** One operation of the served schema. */
export interface FuzzOperation {
  readonly name: string;
  readonly kind: 'query' | 'mutation';
  readonly field: GraphQLField<unknown, unknown>;
}

export interface Document {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** An operation with arguments of the right types, and now and then of a wrong one or none. */
export function createDocuments({ kind, field }: FuzzOperation, known: KnownValues): fc.Arbitrary<Document> {
  return fc
    .record({
      values: createArguments(field.args, known),
      asLiterals: fc.boolean(),
      selectsAll: fc.boolean(),
    })
    .map(({ values, asLiterals, selectsAll }) => {
      const selection = printSelection(field.type, selectsAll);
      const given = field.args.filter(({ name }) => values[name] !== undefined);
      const print = (of: (argument: GraphQLArgument) => string): string =>
        given.length === 0 ? '' : `(${given.map(of).join(', ')})`;
      const call = (of: (argument: GraphQLArgument) => string): string =>
        `${field.name}${print(({ name, ...rest }) => `${name}: ${of({ name, ...rest })}`)} ${selection}`;
      if (asLiterals)
        return { query: `${kind} { ${call(({ name, type }) => printLiteral(values[name], type))} }` };
      const definitions = print(({ name, type }) => `$${name}: ${type.toString()}`);
      return { query: `${kind} Fuzz${definitions} { ${call(({ name }) => `$${name}`)} }`, variables: values };
    });
}

/** Values for arguments, of their types but for one in 25, and some left out that are required. */
export function createArguments(
  args: readonly GraphQLArgument[],
  known: KnownValues,
): fc.Arbitrary<Record<string, unknown>> {
  const [mild, wild] = (['mild', 'wild'] as const).map((temper) => {
    const hostile = new HostileValues(known, temper);
    const create = ({ name, type }: GraphQLArgument): fc.Arbitrary<unknown> =>
      fc.oneof({ weight: 24, arbitrary: hostile.create(type, name) }, { weight: 1, arbitrary: anyJson });
    return Object.fromEntries(args.map((argument) => [argument.name, create(argument)]));
  });
  const requiredKeys = args.filter(isRequiredArgument).map(({ name }) => name);
  const noNullPrototype = true;
  return fc.oneof(
    { weight: 15, arbitrary: fc.record(mild ?? {}, { requiredKeys, noNullPrototype }) },
    { weight: 15, arbitrary: fc.record(wild ?? {}, { requiredKeys, noNullPrototype }) },
    { weight: 1, arbitrary: fc.record(wild ?? {}, { requiredKeys: [], noNullPrototype }) },
  );
}

/** A value as GraphQL writes it: where it is of no such type, as near to it as JSON is. */
function printLiteral(value: unknown, type: GraphQLInputType): string {
  if (isNonNullType(type)) return printLiteral(value, type.ofType);
  if (Array.isArray(value)) {
    const itemType = isListType(type) ? type.ofType : type;
    return `[${value.map((item) => printLiteral(item, itemType)).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = isInputObjectType(type) ? type.getFields() : {};
    const entries = Object.entries(value).map(
      ([name, inner]) => `${name}: ${printLiteral(inner, fields[name]?.type ?? type)}`,
    );
    return `{ ${entries.join(', ')} }`;
  }
  return typeof value === 'string' && isEnumType(type) ? value : JSON.stringify(value);
}

/** All fields of a type and of what it is made of, or only what every type has. */
function printSelection(type: GraphQLOutputType, all: boolean): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  if (!all) return '{ __typename }';
  const fields = Object.values(named.getFields());
  return `{ ${fields.map((field) => `${field.name} ${printSelection(field.type, true)}`.trim()).join(' ')} }`;
}

/** Documents by POST, and some queries by GET. */
export function createGraphqlRequests(documents: fc.Arbitrary<Document>): fc.Arbitrary<FuzzRequest> {
  return fc
    .tuple(documents, fc.nat(9))
    .map(([document, chance]) =>
      document.query.startsWith('query') && chance === 0
        ? getDocument(document)
        : postJson('/graphql', document),
    );
}

function getDocument({ query, variables }: Document): FuzzRequest {
  const search = new URLSearchParams({ query, ...(variables && { variables: JSON.stringify(variables) }) });
  return { method: 'GET', path: `/graphql?${search.toString()}` };
}

export function postJson(path: string, content: unknown): FuzzRequest {
  return { method: 'POST', path, contentType: 'application/json', body: JSON.stringify(content) };
}
