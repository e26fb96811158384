import Stripe from 'stripe';
import { BadUserInputError, BillingError } from '../shared/errors.ts';
import { StripeConnectionFailure } from './connection-failure.ts';
import { wasReplayed } from './replay.ts';

/** Stripe did not answer in time, failed, sent an invalid response, or the circuit breaker is open. */
export class StripeUnavailableError extends BillingError {
  constructor(cause: unknown, retryAfter?: number) {
    super('STRIPE_UNAVAILABLE', 'Billing is not available right now. Try again shortly.', {
      cause,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }
}

/** Whether Stripe replayed a stored failure. A retry needs a new idempotency key. */
export function isReplayed(error: unknown): boolean {
  const answer = error instanceof BillingError ? error.cause : error;
  return answer instanceof Stripe.errors.StripeError && wasReplayed(answer);
}

/** Stripe's rate limit is exceeded, or this service's own pace limit. */
export class StripeRateLimitedError extends BillingError {
  constructor(cause: unknown, retryAfter: number) {
    super('STRIPE_RATE_LIMITED', 'Billing is busy right now. Try again shortly.', { cause, retryAfter });
  }
}

/** The key, its permissions or the account do not allow the request. An operator has to act. */
export class StripeMisconfiguredError extends BillingError {
  constructor(cause: unknown) {
    super('STRIPE_MISCONFIGURED', 'Billing is not set up correctly. Contact the operators of this service.', {
      cause,
    });
  }
}

/** Stripe refused a request's parameters. A feature that knows the reason converts it into its own error. */
export class StripeRequestRefusedError extends StripeMisconfiguredError {
  /** Stripe's error code, such as `resource_missing`. */
  readonly stripeCode: string | undefined;
  /** The parameter that Stripe names. */
  readonly param: string | undefined;
  /** Is for decisions and is never sent to a client. */
  readonly stripeMessage: string;

  constructor(refusal: Stripe.errors.StripeError) {
    super(refusal);
    this.stripeCode = refusal.code;
    this.param = refusal.param;
    this.stripeMessage = refusal.message;
  }
}

/** Whether Stripe does not have the object that this parameter names. */
export function isMissing(error: unknown, param: string): boolean {
  return (
    error instanceof StripeRequestRefusedError &&
    error.param === param &&
    error.stripeCode === 'resource_missing'
  );
}

const defaultRetryAfterSeconds = 1;

/** Converts errors of the SDK into the errors that this service documents. */
export function toBillingError(error: unknown): BillingError {
  if (error instanceof BillingError) return error;
  // The SDK's encodeURIComponent refuses a lone surrogate, so the text can never be sent.
  if (error instanceof URIError) return new BadUserInputError('A string is not well-formed Unicode.');
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

/** Prefers the SDK's `detail`, which has the reason of a failed connection: logs show only `cause`. */
function findReason(error: Stripe.errors.StripeError): unknown {
  const detail: unknown = error.detail;
  return detail instanceof StripeConnectionFailure ? detail : error;
}

/** Returns the seconds that Stripe asks to wait; undefined without a usable header. */
export function readRetryAfter(error: Stripe.errors.StripeError): number | undefined {
  const seconds = Number(error.headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 && seconds <= 60 ? Math.ceil(seconds) : undefined;
}
