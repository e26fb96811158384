import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import * as z from 'zod';
import { type ObjectClass, type OpenEnum, registerOpenEnum } from '../graphql/types.ts';
import { graphqlNotes, scheduleAtPeriodEnd, scheduleCondition } from './configuration-features.schema.ts';
import { isObject, toInputName } from './configuration.schema.ts';

/* Declares GraphQL types from the zod schemas of Stripe's parameters and answers, and converts values between the two. */

export type Schema = z.core.$ZodType;
type Fields = Readonly<Record<string, unknown>>;
type Kind = 'input' | 'output';

const enums = new Map<string, OpenEnum>();
const types = { input: new Map<z.ZodObject, ObjectClass>(), output: new Map<z.ZodObject, ObjectClass>() };

/** Declares the GraphQL type of a table, and of the tables within. */
export function createType(schema: z.ZodObject, kind: Kind): ObjectClass {
  const known = types[kind].get(schema);
  if (known !== undefined) return known;
  const target: ObjectClass = class {};
  types[kind].set(schema, target);
  for (const [name, field] of listFields(schema)) {
    const notes = graphqlNotes.get(field);
    const type = notes?.text ? String : toGraphqlType(unwrap(field), kind);
    const isOptional = field instanceof z.ZodOptional && notes?.required !== true;
    const nullable = kind === 'input' ? isOptional : notes?.nullable === true;
    Field(() => type, { nullable, description: describe(field) })(target.prototype, toInputName(name));
  }
  const { type = '' } = graphqlNotes.get(schema) ?? {};
  const options = { description: describe(schema) };
  if (kind === 'input') InputType(`${type}Input`, options)(target);
  else ObjectType(type, { ...options, simpleResolvers: true })(target);
  return target;
}

export function listFields(schema: z.ZodObject): [string, Schema][] {
  return Object.entries<Schema>(schema.shape);
}

type GraphqlType = object | [GraphqlType];

function toGraphqlType(schema: Schema, kind: Kind): GraphqlType {
  const list = schema instanceof z.ZodArray ? schema.element : findCondition(schema);
  if (list !== undefined) return [toGraphqlType(list, kind)];
  if (schema instanceof z.ZodObject) return createType(schema, kind);
  if (schema instanceof z.ZodEnum) return getEnum(schema).type;
  if (schema instanceof z.ZodBoolean) return Boolean;
  if (schema instanceof z.ZodDate) return Date;
  if (schema instanceof z.ZodNumber) return schema.format === 'int32' ? Int : Float;
  return ID;
}

function findCondition(schema: Schema): z.ZodEnum | undefined {
  return schema === scheduleAtPeriodEnd ? scheduleCondition : undefined;
}

function getEnum(schema: z.ZodEnum): OpenEnum {
  const { type = '', description = '', values = {} } = graphqlNotes.get(schema) ?? {};
  const known = enums.get(type) ?? registerOpenEnum(type, description, values);
  enums.set(type, known);
  return known;
}

export function describe(field: Schema): string {
  const { description } = z.globalRegistry.get(field) ?? z.globalRegistry.get(unwrap(field)) ?? {};
  return description ?? '';
}

export function unwrap(field: Schema): Schema {
  return field instanceof z.ZodOptional ? field.unwrap() : field;
}

function toOutput(schema: Schema, value: unknown): unknown {
  const condition = findCondition(schema);
  if (condition !== undefined)
    return (value as { conditions: Fields[] }).conditions.map(({ type }) => toOutput(condition, type));
  if (schema instanceof z.ZodArray)
    return ((value ?? []) as unknown[]).map((item) => toOutput(schema.element, item));
  if (schema instanceof z.ZodObject) return toOutputFields(schema, (value ?? {}) as Fields);
  if (schema instanceof z.ZodEnum) return getEnum(schema).read(value as string);
  if (schema instanceof z.ZodBoolean) return value === true;
  if (schema instanceof z.ZodDate) return new Date((value as number) * 1000);
  // An id that the request has expanded.
  return isObject(value) ? value['id'] : value;
}

export function toOutputFields(schema: z.ZodObject, value: Fields): object {
  const fields = listFields(schema).map(([name, field]) => {
    const inner = value[name] ?? null;
    const isNull = inner === null && graphqlNotes.get(field)?.nullable === true;
    return [toInputName(name), isNull ? null : toOutput(unwrap(field), inner)];
  });
  return Object.fromEntries(fields) as object;
}

function readInput(schema: Schema, value: unknown): unknown {
  if (findCondition(schema)) return { conditions: (value as string[]).map((type) => ({ type })) };
  if (schema instanceof z.ZodArray)
    return (value as unknown[]).map((item) => readInput(schema.element, item));
  return schema instanceof z.ZodObject ? readInputFields(schema, value as Fields) : value;
}

/** An input of GraphQL in the words of Stripe. Null counts as left out, except for texts: null removes a text. */
export function readInputFields(schema: z.ZodObject, input: Fields): object {
  const fields = listFields(schema).flatMap(([name, field]) => {
    const value = input[toInputName(name)];
    // Stripe removes a text for which it gets an empty one.
    if (value === null && unwrap(field)._zod.def.type === 'string') return [[name, '']];
    return value === undefined || value === null ? [] : [[name, readInput(unwrap(field), value)]];
  });
  return Object.fromEntries(fields) as object;
}
