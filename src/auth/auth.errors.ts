import { BillingError } from '../shared/errors.ts';

/** Why a token was refused, for the log and the operator. It never contains the token or a user's data. */
export interface Refusal {
  /** The claim or header field, such as `iss` or `alg`. */
  readonly refused: string;
  readonly expected: string;
  readonly actual: string;
  /** The likely cause, when it can be guessed. */
  readonly hint?: string;
}

/** The token is missing or refused. The message never contains any part of the token. */
export class UnauthenticatedError extends BillingError {
  constructor(
    message: string,
    readonly refusal: Refusal | null = null,
  ) {
    super('UNAUTHENTICATED', message);
  }
}

/** The keys that verify tokens are unavailable, so the token is neither accepted nor refused. */
export class AuthUnavailableError extends BillingError {
  /** @param cause null when the issuer's keys are available, but the one that the token names is not among them yet */
  constructor(
    cause: unknown,
    retryAfter: number,
    readonly refusal: Refusal | null = null,
  ) {
    super('AUTH_UNAVAILABLE', 'Tokens cannot be verified right now. Try again shortly.', {
      ...(cause === null ? {} : { cause }),
      retryAfter,
    });
  }
}

/** The caller is identified, but lacks a role. */
export class ForbiddenError extends BillingError {
  constructor(message: string) {
    super('FORBIDDEN', message);
  }
}
