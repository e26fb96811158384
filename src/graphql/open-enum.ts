import { registerEnumType } from 'type-graphql';

/** The value that stands for what Stripe added after this service was built. */
const unrecognized = 'unrecognized';

export interface OpenEnum {
  /** What a field names as its type. */
  readonly type: object;
  /** Stripe's value, or `unrecognized` when it is none of those known here. */
  readonly read: (stripeValue: string) => string;
}

/**
 * Registers a GraphQL enum for one of Stripe's, which may get values any day: those are answered as
 * UNRECOGNIZED, where a closed enum would fail the whole field.
 *
 * @param values Stripe's values with their descriptions
 */
export function registerOpenEnum(
  name: string,
  description: string,
  values: Readonly<Record<string, string>>,
): OpenEnum {
  const descriptions: Readonly<Record<string, string>> = {
    ...values,
    [unrecognized]: 'A value that Stripe added after this version of the service.',
  };
  const entries = Object.entries(descriptions);
  const type = Object.fromEntries(entries.map(([value]) => [value.toUpperCase(), value]));
  const valuesConfig = Object.fromEntries(
    entries.map(([value, text]) => [value.toUpperCase(), { description: text }]),
  );
  registerEnumType(type, { name, description, valuesConfig });
  return { type, read: (stripeValue) => (Object.hasOwn(values, stripeValue) ? stripeValue : unrecognized) };
}
