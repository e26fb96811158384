import type { FormFields } from './form.ts';

/** A call that the local Stripe was asked, so that tests can count and look. It never holds the key. */
export interface RecordedRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** The decoded form, or query. */
  readonly params: FormFields;
  readonly idempotencyKey: string | null;
  readonly stripeAccount: string | null;
  readonly apiVersion: string | null;
}
