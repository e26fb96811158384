import Stripe from 'stripe';
import { BillingError } from '../../shared/errors.ts';

/** What Stripe answered in place of what was asked; null when there was no answer of Stripe's. */
export interface StripeRefusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function findRefusal(error: unknown): StripeRefusal | null {
  const cause = error instanceof BillingError ? error.cause : undefined;
  if (!(cause instanceof Stripe.errors.StripeError) || cause.statusCode === undefined) return null;
  const { statusCode: status, code, message, headers = {} } = cause;
  return { status, code, message, headers };
}
