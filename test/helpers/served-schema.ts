import { readFileSync } from 'node:fs';
import {
  type GraphQLField,
  type GraphQLInputType,
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

/** schema.graphql as it is checked in; a test holds it to the code. */
export const servedSchemaText = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

export const servedSchema = buildSchema(servedSchemaText);

export interface ServedOperation {
  /** `Query.billingCustomer` */
  readonly name: string;
  readonly kind: 'query' | 'mutation';
  readonly field: GraphQLField<unknown, unknown>;
}

/** Every query and mutation that the service has: a test that goes through them meets the next one too. */
export function listOperations(): ServedOperation[] {
  const roots = [
    ['query', servedSchema.getQueryType()],
    ['mutation', servedSchema.getMutationType()],
  ] as const;
  return roots.flatMap(([kind, root]) =>
    Object.values(root?.getFields() ?? {}).map((field) => ({
      name: `${root?.name ?? ''}.${field.name}`,
      kind,
      field,
    })),
  );
}

/** What users may call of their own accord. All the rest is for administrators. */
const userOperations = [
  'Query.billingCustomer',
  'Query.billingPortalConfiguration',
  'Mutation.createBillingPortalSession',
  'Mutation.keepBillingSubscription',
];

export function listUserOperations(): ServedOperation[] {
  return listOperations().filter(({ name }) => userOperations.includes(name));
}

export function listAdminOperations(): ServedOperation[] {
  return listOperations().filter(({ name }) => !userOperations.includes(name));
}

/** The shortest valid request for an operation, with any value for what is required. */
export function printShortest({ kind, field }: ServedOperation): string {
  const required = field.args.filter(isRequiredArgument);
  const args = required.map(({ name, type }) => `${name}: ${printAnyValue(type)}`).join(', ');
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  return `${kind} { ${field.name}${args === '' ? '' : `(${args})`} ${selection} }`;
}

function printAnyValue(type: GraphQLInputType): string {
  if (isNonNullType(type)) return printAnyValue(type.ofType);
  if (isListType(type)) return `[${printAnyValue(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{ ${fields.map((field) => `${field.name}: ${printAnyValue(field.type)}`).join(', ')} }`;
  }
  return (
    { Boolean: 'true', Int: '1', Float: '1', DateTimeISO: '"2030-01-01T00:00:00Z"' }[type.name] ?? '"any"'
  );
}
