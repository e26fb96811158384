import Stripe from 'stripe';
import { BadUserInputError, BillingError } from '../shared/errors.ts';
import { StripeConnectionFailure } from './connection-failure.ts';
import { wasReplayed } from './replay.ts';

/** Stripe did not answer in time, failed, answered what is no answer, or is held off for having done so. */
export class StripeUnavailableError extends BillingError {
  constructor(cause: unknown, retryAfter?: number) {
    super('STRIPE_UNAVAILABLE', 'Billing is not available right now. Try again shortly.', {
      cause,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }
}

/** Whether Stripe repeated a failure, which it keeps like a success: only another idempotency key gets further. */
export function isReplayed(error: unknown): boolean {
  const answer = error instanceof BillingError ? error.cause : error;
  return answer instanceof Stripe.errors.StripeError && wasReplayed(answer);
}

/** Stripe's rate limit was met, or would have been. */
export class StripeRateLimitedError extends BillingError {
  constructor(cause: unknown, retryAfter: number) {
    super('STRIPE_RATE_LIMITED', 'Billing is busy right now. Try again shortly.', { cause, retryAfter });
  }
}

/** The key, its permissions or the account do not fit what this service asks; an operator has to act. */
export class StripeMisconfiguredError extends BillingError {
  constructor(cause: unknown) {
    super('STRIPE_MISCONFIGURED', 'Billing is not set up correctly. Tell the people who run this service.', {
      cause,
    });
  }
}

/** Stripe refused a request's parameters. A feature that knows the reason turns it into its own error. */
export class StripeRequestRefusedError extends StripeMisconfiguredError {
  /** Stripe's error code, such as `resource_missing`. */
  readonly stripeCode: string | undefined;
  /** The parameter that Stripe names. */
  readonly param: string | undefined;
  /** Stripe's own words: for deciding, never for a client. */
  readonly reason: string;

  constructor(refusal: Stripe.errors.StripeError) {
    super(refusal);
    this.stripeCode = refusal.code;
    this.param = refusal.param;
    this.reason = refusal.message;
  }
}

/** Stripe does not have the object that this parameter names. */
export function isMissing(error: unknown, param: string): boolean {
  return (
    error instanceof StripeRequestRefusedError &&
    error.param === param &&
    error.stripeCode === 'resource_missing'
  );
}

const defaultRetryAfterSeconds = 1;

/** Turns whatever the SDK throws into the one error that this service documents for it. */
export function toBillingError(error: unknown): BillingError {
  if (error instanceof BillingError) return error;
  // What the SDK's encodeURIComponent says of half a surrogate pair: it was not sent, and never can be.
  if (error instanceof URIError) return new BadUserInputError('A text is not well-formed Unicode.');
  if (!(error instanceof Stripe.errors.StripeError)) return new StripeUnavailableError(error);
  switch (error.statusCode) {
    case 400:
    case 402:
    case 404:
      return new StripeRequestRefusedError(error);
    case 401:
    case 403:
      return new StripeMisconfiguredError(error);
    case 429:
      return new StripeRateLimitedError(error, readRetryAfter(error) ?? defaultRetryAfterSeconds);
    default:
      return new StripeUnavailableError(findReason(error));
  }
}

/** The SDK puts why a connection failed into a member that logs do not show. */
function findReason(error: Stripe.errors.StripeError): unknown {
  const detail: unknown = error.detail;
  return detail instanceof StripeConnectionFailure ? detail : error;
}

/** Seconds that Stripe asks to wait; undefined when it does not say. */
export function readRetryAfter(error: Stripe.errors.StripeError): number | undefined {
  const seconds = Number(error.headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 && seconds <= 60 ? Math.ceil(seconds) : undefined;
}
