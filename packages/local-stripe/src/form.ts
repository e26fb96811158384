import { parse } from 'qs';
import { invalidRequest } from './stripe-api-error.ts';

/** What form encoding can say: text, lists and keyed values, nested. */
export type FormValue = string | readonly FormValue[] | FormFields;
export interface FormFields {
  readonly [name: string]: FormValue;
}

/** Decodes Stripe's form encoding: `items[0][price]=…`, `expand[]=…`. */
export function decodeForm(encoded: string): FormFields {
  try {
    // Without these limits qs would silently turn long lists into objects and cut deep ones short.
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
