import { parse } from 'qs';
import { invalidRequest } from './stripe-api-error.ts';

/** A decoded form value: text, a list, or named values, nested. */
export type FormValue = string | readonly FormValue[] | FormFields;
export interface FormFields {
  readonly [name: string]: FormValue;
}

/** Decodes Stripe's form encoding: `items[0][price]=…`, `expand[]=…`. */
export function decodeForm(encoded: string): FormFields {
  try {
    // Beyond its default limits qs silently turns long lists into objects and truncates deep ones.
    return parse(encoded, {
      depth: 12,
      strictDepth: true,
      arrayLimit: 500,
      parameterLimit: 5000,
      throwOnLimitExceeded: true,
      duplicates: 'last',
    }) as FormFields;
  } catch (cause) {
    if (cause instanceof RangeError) throw invalidRequest(`Invalid request body: ${cause.message}`);
    throw cause;
  }
}
