import Stripe from 'stripe';
import { errors as undici } from 'undici/index.js';
import { BadUserInputError, BillingError } from '../shared/errors.ts';

/** Stripe did not answer in time, failed, or sent an invalid response. */
export class StripeUnavailableError extends BillingError {
  constructor(cause: unknown) {
    super('STRIPE_UNAVAILABLE', 'Billing is not available right now. Try again shortly.', { cause });
  }
}

/** Stripe's rate limit is exceeded, or this service's own pace limit. */
export class StripeRateLimitedError extends BillingError {
  constructor(cause: unknown, retryAfter: number) {
    super('STRIPE_RATE_LIMITED', 'Billing is busy right now. Try again shortly.', { cause, retryAfter });
  }
}

/** The key, its permissions or the account do not allow the request. An operator has to act. */
class StripeMisconfiguredError extends BillingError {
  constructor(cause: unknown) {
    const message = 'Billing is not set up correctly. Contact the operators of this service.';
    super('STRIPE_MISCONFIGURED', message, { cause });
  }
}

/** Stripe refused a request's parameters. A feature that knows the reason converts it into its own error. */
export class StripeRequestRefusedError extends StripeMisconfiguredError {
  /** @param refusal is for decisions: its message is never sent to a client */
  constructor(readonly refusal: Stripe.errors.StripeError) {
    super(refusal);
  }
}

/** Whether Stripe does not have the object that the parameter names; without a parameter, any object of the request. */
export function isMissing(error: unknown, param?: string): error is StripeRequestRefusedError {
  if (!(error instanceof StripeRequestRefusedError)) return false;
  const { refusal } = error;
  return refusal.param === (param ?? refusal.param) && refusal.code === 'resource_missing';
}

/** Returns the object that Stripe was asked for; null where Stripe does not have it. @throws StripeUnavailableError for another object */
export async function findById<T extends { readonly id: string }>(
  id: string,
  reading: Promise<T>,
  param?: string,
): Promise<T | null> {
  const found = await reading.catch((error: unknown) => {
    if (isMissing(error, param)) return null;
    throw error;
  });
  if (found !== null && found.id !== id)
    throw new StripeUnavailableError(new Error('Stripe answered with another object'));
  return found;
}

/** Whether Stripe replayed a stored answer, which may be outdated: https://docs.stripe.com/api/idempotent_requests */
export function wasReplayed(answer: Pick<Stripe.errors.StripeError, 'headers'>): boolean {
  return answer.headers?.['idempotent-replayed'] === 'true';
}

/** Whether Stripe replayed a stored failure. A retry needs a new idempotency key. */
export function isReplayed(error: unknown): boolean {
  const answer = error instanceof BillingError ? error.cause : error;
  return answer instanceof Stripe.errors.StripeError && wasReplayed(answer);
}

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
      return new StripeRateLimitedError(error, readRetryAfter(error) ?? 1);
    default: {
      // The SDK's `detail` has the reason of a failed connection: logs show only `cause`.
      const detail: unknown = error.detail;
      return new StripeUnavailableError(detail instanceof StripeConnectionFailure ? detail : error);
    }
  }
}

export function readRetryAfter(error: Stripe.errors.StripeError): number | undefined {
  const seconds = Number(error.headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 && seconds <= 60 ? Math.ceil(seconds) : undefined;
}

/** Whether an answer was larger than the client reads: the same request would get it again. */
export function isTooLarge(error: unknown): boolean {
  const failure = error instanceof BillingError ? error.cause : error;
  return (
    failure instanceof StripeConnectionFailure && failure.cause instanceof undici.ResponseExceededMaxSizeError
  );
}

/** Whether the key lacks a permission. A key that is revoked or of another account is refused with 401 instead. */
export function isForbidden(error: unknown): boolean {
  return (
    error instanceof StripeMisconfiguredError && error.cause instanceof Stripe.errors.StripePermissionError
  );
}

const reasons: readonly (readonly [codes: RegExp, reason: string])[] = [
  [/^ENOTFOUND$/, 'DNS does not know its host name'],
  [/^EAI_AGAIN$/, 'DNS does not answer'],
  [/^ECONNREFUSED$/, 'the connection was refused'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'the connection was closed'],
  [/^E(HOST|NET)UNREACH$/, 'no route leads to it'],
  [/^UND_ERR_CONNECT_TIMEOUT$/, 'the connection timed out'],
  [/^UND_ERR_RES_EXCEEDED_MAX_SIZE$/, 'the answer is too large'],
  [/^CERT_HAS_EXPIRED$/, 'its certificate has expired'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'its certificate is for another host'],
  [/^UND_ERR_PRX_TLS$/, "the proxy's certificate is for another host"],
  [
    /^(CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_|INVALID_CA)/,
    'its certificate is not trusted; where a proxy inspects TLS, set NODE_EXTRA_CA_CERTS',
  ],
];

/** A request got no answer. The message has no host. There is no `code`, by which the SDK would retry: StripeClient decides. */
export class StripeConnectionFailure extends Error {
  override readonly name = 'StripeConnectionFailure';

  /** For example, `the connection was refused (ECONNREFUSED)`. */
  readonly reason: string;

  constructor(cause: unknown) {
    const reason = describe(cause);
    super(`Stripe is unreachable: ${reason}`, { cause });
    this.reason = reason;
  }
}

function describe(error: unknown): string {
  if (error instanceof undici.RequestAbortedError) {
    // undici has no error code for a proxy that refuses the tunnel.
    const status = /^Proxy response \((\d{3})\)/.exec(error.message)?.[1];
    if (status !== undefined) return `the proxy (HTTPS_PROXY) answered with status ${status}`;
  }
  const { code } = error as { readonly code?: unknown };
  if (typeof code !== 'string') return 'the connection failed';
  const [, reason = 'the connection failed'] = reasons.find(([codes]) => codes.test(code)) ?? [];
  return `${reason} (${code})`;
}
