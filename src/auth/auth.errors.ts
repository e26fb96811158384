import { BillingError } from '../errors.ts';

/** There is no token, or one that is refused. The message never holds any part of it. */
export class UnauthenticatedError extends BillingError {
  constructor(message: string) {
    super('UNAUTHENTICATED', message);
  }
}

/** The keys to check a token with cannot be had right now, so nobody can be let in. */
export class AuthUnavailableError extends BillingError {
  constructor(cause: unknown, retryAfter: number) {
    super('AUTH_UNAVAILABLE', 'Tokens cannot be checked right now. Try again shortly.', {
      cause,
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
