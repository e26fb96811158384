import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { z } from 'zod';
import { type OpenEnum, registerOpenEnum } from '../graphql/types.ts';
import {
  cancellationReason,
  configurationFeaturesSchema,
  featureNames,
  graphqlNotes,
  object,
  scheduleAtPeriodEnd,
  scheduleCondition,
} from './configuration-features.schema.ts';
import {
  type ConfigurationSpec,
  businessProfileSchema,
  configurationInputSchema,
  configurationSchema,
  isObject,
  toInputName,
} from './configuration.schema.ts';

type Schema = z.core.$ZodType;
type Fields = Readonly<Record<string, unknown>>;
type Kind = 'input' | 'output';

const enums = new Map<string, OpenEnum>();
const outputTypes = new Map<z.ZodObject, NewableFunction>();

/** `PortalFeatures` and `PortalFeaturesInput`, made from the table of the features. */
export const PortalFeatures = createType(configurationFeaturesSchema, 'output');
/** The type to which a resolver adds the texts of feedback options. */
export const PortalCancellationReason = createType(cancellationReason, 'output');
export const PortalBusinessProfile = createType(businessProfileSchema, 'output');

export const BillingPortalConfigurationInput = createType(configurationInputSchema, 'input');
/** The other fields have the names of the table in GraphQL's spelling. */
export interface BillingPortalConfigurationInput {
  readonly name?: string | null;
  readonly [field: string]: unknown;
}

const hiddenFeaturesSchema = object(
  'BillingPortalFeatures',
  'Hides features of the portal in one session: `false` hides. No value adds a feature that the portal configuration in force does not offer.',
  Object.fromEntries(
    featureNames.map((name) => {
      const description = describe(configurationFeaturesSchema.shape[name]);
      return [name, z.boolean().optional().describe(description)];
    }),
  ),
);
export const HiddenFeaturesInput = createType(hiddenFeaturesSchema, 'input');
/** What a client hides of the features in one session, by their names in GraphQL. */
export type HiddenFeaturesInput = Readonly<Record<string, boolean | null | undefined>>;

/** Stripe's answers in the words of GraphQL. */
export function toPortalFeatures(features: object): object {
  return toOutputFields(configurationFeaturesSchema, features as Fields);
}

export function toBusinessProfile(profile: object): object {
  return toOutputFields(businessProfileSchema, profile as Fields);
}

/**
 * An administrator's input in the words of Stripe, which only `checkDraft` checks. Null counts as left out, except for
 * texts: null removes a text, as an empty text does.
 */
export function readConfigurationInput(input: Fields): ConfigurationSpec {
  return readInputFields(configurationSchema, input);
}

function createType(schema: z.ZodObject, kind: Kind): NewableFunction {
  const known = kind === 'output' ? outputTypes.get(schema) : undefined;
  if (known !== undefined) return known;
  const target = class {};
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
  else {
    ObjectType(type, options)(target);
    outputTypes.set(schema, target);
  }
  return target;
}

function listFields(schema: z.ZodObject): [string, Schema][] {
  return Object.entries<Schema>(schema.shape);
}

type GraphqlType = object | [GraphqlType];

function toGraphqlType(schema: Schema, kind: Kind): GraphqlType {
  const list = schema instanceof z.ZodArray ? schema.element : findCondition(schema);
  if (list !== undefined) return [toGraphqlType(list, kind)];
  if (schema instanceof z.ZodObject) return createType(schema, kind);
  if (schema instanceof z.ZodEnum) return getEnum(schema).type;
  if (schema instanceof z.ZodBoolean) return Boolean;
  return schema instanceof z.ZodNumber ? Int : ID;
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

function describe(field: Schema): string {
  const { description } = z.globalRegistry.get(field) ?? z.globalRegistry.get(unwrap(field)) ?? {};
  return description ?? '';
}

function unwrap(field: Schema): Schema {
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
  // An id that the request has expanded.
  return isObject(value) ? value['id'] : value;
}

function toOutputFields(schema: z.ZodObject, value: Fields): object {
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

function readInputFields(schema: z.ZodObject, input: Fields): object {
  const fields = listFields(schema).flatMap(([name, field]) => {
    const value = input[toInputName(name)];
    // Stripe removes a text for which it gets an empty one.
    if (value === null && unwrap(field)._zod.def.type === 'string') return [[name, '']];
    return value === undefined || value === null ? [] : [[name, readInput(unwrap(field), value)]];
  });
  return Object.fromEntries(fields) as object;
}
