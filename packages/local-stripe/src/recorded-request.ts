import type { FormFields } from './form.ts';

/** An API request, for tests to inspect. It never contains the key. */
export interface RecordedRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** The decoded query and body. */
  readonly params: FormFields;
  readonly idempotencyKey: string | null;
  readonly stripeAccount: string | null;
  readonly apiVersion: string | null;
}
