import { GraphQLScalarType } from 'graphql';
import { Arg, Field, FieldResolver, GraphQLISODateTime, ObjectType, registerEnumType } from 'type-graphql';

export const dateTime = new GraphQLScalarType({
  ...GraphQLISODateTime.toConfig(),
  description: 'A date and time in UTC, such as `2027-07-01T12:00:00.000Z`. Arguments may have an offset.',
});

/* Tables that declare object types and enums. TypeScript's types follow from the same tables, so that the two cannot differ. */

/** A scalar, an enum, an object type, or a list of one of these in brackets. */
type FieldType = object | readonly [FieldType];

/** Not TypeGraphQL's own type, whose declarations need a package that the service does not install. */
export type ObjectClass<T = object> = (new () => T) & { readonly prototype: T };

type ValueOf<T> = T extends readonly [infer Item]
  ? readonly ValueOf<Item>[]
  : T extends StringConstructor
    ? string
    : T extends BooleanConstructor
      ? boolean
      : T extends GraphQLScalarType<infer Scalar>
        ? Scalar
        : T extends ObjectClass<infer Instance>
          ? Instance
          : T extends Readonly<Record<string, infer EnumValue>>
            ? EnumValue
            : never;

interface FieldEntry<Value> {
  /** Null for a member of the class that is not a field in the schema. */
  readonly type: FieldType | null;
  readonly description: string;
  readonly nullable: boolean;
  /** Never set: it carries the type. */
  readonly value?: Value;
}

export function field<const T extends FieldType>(type: T, description: string): FieldEntry<ValueOf<T>> {
  return { type, description, nullable: false };
}

export function nullable<const T extends FieldType>(
  type: T,
  description: string,
): FieldEntry<ValueOf<T> | null> {
  return { type, description, nullable: true };
}

/** What resolvers need of an object, and clients never see. */
export function internal<Value>(): FieldEntry<Value> {
  return { type: null, description: '', nullable: false };
}

type Entries = Readonly<Record<string, FieldEntry<unknown>>>;
type Shape<E extends Entries> = {
  readonly [Name in keyof E]: E[Name] extends FieldEntry<infer Value> ? Value : never;
};

export function createObjectType<E extends Entries>(
  name: string,
  description: string,
  entries: E,
): ObjectClass<Shape<E>> {
  const target = class {} as ObjectClass<Shape<E>>;
  for (const [key, { type, ...options }] of Object.entries(entries))
    if (type !== null) Field(() => type as object, options)(target.prototype as object, key);
  // TypeGraphQL's resolver of a plain field would build closures for middleware, which the service has none of.
  ObjectType(name, { description, simpleResolvers: true })(target);
  return target;
}

export function OptionalField(type: object, description: string): PropertyDecorator {
  return Field(() => type, { nullable: true, description });
}

/** TypeScript's own type, which also covers constructors, does not fit TypeGraphQL's. */
type ArgDecorator = (prototype: object, method: string | symbol, index: number) => void;

export function OptionalArg(name: string, type: object, description: string): ArgDecorator {
  return Arg(name, () => type, { nullable: true, description });
}

export function NullableFieldResolver(type: object, description: string): MethodDecorator {
  return FieldResolver(() => type, { nullable: true, description });
}

/** Replaces values that Stripe added after this service was built. */
const unrecognized = 'unrecognized';

type EnumType<Value extends string> = { readonly [Name in Value as Uppercase<Name>]: Name };

export interface OpenEnum {
  readonly type: EnumType<string>;
  readonly read: (stripeValue: string) => string;
}

/** Registers one of Stripe's enums. Values that Stripe adds become UNRECOGNIZED, where a closed enum would fail the whole field. */
export function registerOpenEnum(
  name: string,
  description: string,
  values: Readonly<Record<string, string>>,
): OpenEnum {
  const type = registerEnum(name, description, {
    ...values,
    [unrecognized]: 'A value that Stripe added after this version of the service.',
  });
  return { type, read: (stripeValue) => (Object.hasOwn(values, stripeValue) ? stripeValue : unrecognized) };
}

/** Registers a GraphQL enum, and returns the type for `@Field`. @param values in lower case, with their descriptions */
export function registerEnum<Value extends string>(
  name: string,
  description: string,
  values: Readonly<Record<Value, string>>,
): EnumType<Value> {
  const entries = Object.entries<string>(values);
  const type = Object.fromEntries(entries.map(([value]) => [value.toUpperCase(), value as Value]));
  const valuesConfig = Object.fromEntries(
    entries.map(([value, text]) => [value.toUpperCase(), { description: text }]),
  );
  registerEnumType(type, { name, description, valuesConfig });
  return type as EnumType<Value>;
}
