import { registerEnumType } from 'type-graphql';

/** Replaces values that Stripe added after this service was built. */
const unrecognized = 'unrecognized';

export interface OpenEnum {
  /** The type for `@Field`. */
  readonly type: object;
  /** Returns Stripe's value, or `unrecognized` when the value is unknown. */
  readonly read: (stripeValue: string) => string;
}

/**
 * Registers a GraphQL enum for one of Stripe's enums. Stripe may add values at any time: they become UNRECOGNIZED,
 * where a closed enum would fail the whole field.
 *
 * @param values Stripe's values with their descriptions
 */
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

/**
 * Registers a GraphQL enum, and returns the type for `@Field`.
 * @param values the values in lower case with their descriptions
 */
export function registerEnum(
  name: string,
  description: string,
  values: Readonly<Record<string, string>>,
): object {
  const entries = Object.entries(values).map(([value, text]) => [value.toUpperCase(), value, text] as const);
  const type = Object.fromEntries(entries.map(([key, value]) => [key, value]));
  const valuesConfig = Object.fromEntries(entries.map(([key, , text]) => [key, { description: text }]));
  registerEnumType(type, { name, description, valuesConfig });
  return type;
}
