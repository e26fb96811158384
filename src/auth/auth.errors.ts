import { BillingError } from '../shared/errors.ts';

/** Why a token was refused, for the log and the operator. It never holds the token or a user's data. */
export interface Refusal {
  /** The claim, or the field of the header, such as `iss` or `alg`. */
  readonly refused: string;
  readonly expected: string;
  readonly actual: string;
  /** The likely cause, where there is one. */
  readonly hint?: string;
}

/** There is no token, or the token is refused. The message never holds any part of the token. */
export class UnauthenticatedError extends BillingError {
  constructor(
    message: string,
    readonly refusal: Refusal | null = null,
  ) {
    super('UNAUTHENTICATED', message);
  }
}

/** The keys to verify a token with are not available right now, so the token is neither accepted nor refused. */
export class AuthUnavailableError extends BillingError {
  /** @param cause null when the issuer's keys are available, but not yet the one that the token names */
  constructor(
    cause: unknown,
    retryAfter: number,
    readonly refusal: Refusal | null = null,
  ) {
    super('AUTH_UNAVAILABLE', 'Tokens cannot be checked right now. Try again shortly.', {
      ...(cause === null ? {} : { cause }),
      retryAfter,
    });
  }
}

/** The caller is known, but may not do this. */
export class ForbiddenError extends BillingError {
  constructor(message: string) {
    super('FORBIDDEN', message);
  }
}
