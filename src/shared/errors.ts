import { GraphQLError } from 'graphql';

/**
 * Every code of this service that a client can act on, with its HTTP statuses. `when` completes the sentence "This code is
 * sent when …". docs/errors.md is generated from this table.
 */
export const errorStatuses = {
  UNAUTHENTICATED: { when: 'the token is missing or refused', graphql: 401, rest: 401 },
  AUTH_UNAVAILABLE: {
    when: 'the keys to verify a token cannot be loaded; try again after `retryAfter` seconds',
    graphql: 503,
    rest: 503,
  },
  FORBIDDEN: { when: 'the caller lacks the role', graphql: 200, rest: 403 },
  RATE_LIMITED: {
    when: 'the caller exceeded a limit; try again after `retryAfter` seconds',
    graphql: 429,
    rest: 429,
  },
  CUSTOMER_NOT_FOUND: {
    when: 'no customer is linked to the user, or Stripe no longer has it; `signUpUrl` may help (`SIGN_UP_URL`)',
    graphql: 200,
    rest: 404,
  },
  CUSTOMER_AMBIGUOUS: {
    when: "several customers at Stripe name the user, or the customer is another user's; an administrator resolves it",
    graphql: 200,
    rest: 409,
  },
  RETURN_URL_NOT_ALLOWED: { when: '`returnUrl` is not within `RETURN_URLS`', graphql: 200, rest: 400 },
  BAD_USER_INPUT: {
    when: 'an argument is not accepted; the message, and sometimes `reason`, says why',
    graphql: 200,
    rest: 400,
  },
  FLOW_NOT_ALLOWED: {
    when: 'the policy does not offer the task, or Stripe refuses it; `reason` is one of `BillingTaskRefusal`',
    graphql: 200,
    rest: 403,
  },
  PORTAL_NOT_CONFIGURED: {
    when: 'Stripe has no default configuration and no policy file is set; save the portal settings in the Dashboard',
    graphql: 200,
    rest: 503,
  },
  DOCUMENT_NOT_TRUSTED: {
    when: 'the operation is not in `TRUSTED_DOCUMENTS`; add the manifest of the client',
    graphql: 400,
    rest: 400,
  },
  STRIPE_UNAVAILABLE: { when: 'Stripe does not answer or fails; try again', graphql: 200, rest: 503 },
  STRIPE_RATE_LIMITED: {
    when: 'Stripe is busy, or the service paces its requests; try again after `retryAfter` seconds',
    graphql: 200,
    rest: 503,
  },
  STRIPE_MISCONFIGURED: {
    when: 'the Stripe key, its permissions or the account do not fit; the log says which',
    graphql: 200,
    rest: 502,
  },
  STORE_UNAVAILABLE: { when: 'the database is unreachable; try again', graphql: 200, rest: 503 },
} as const;

/** A setting is wrong, so a restart would not help. The message is for the operator, may name a path, and reaches no client. */
export class SetupError extends Error {}

export const maskedMessage =
  'Something went wrong on our side. Quote the x-request-id header when you report it.';

export type BillingErrorCode = keyof typeof errorStatuses;

/** What a client gets beside the code and the message. */
export interface ErrorDetails {
  /** After how many seconds a retry makes sense. */
  readonly retryAfter?: number;
  /** Says more than the code. Clients compare it, so it never changes. */
  readonly reason?: string | undefined;
  /** The product's page on which a user becomes a customer. */
  readonly signUpUrl?: string | undefined;
}

/** An error with a message and a code for the client. Every other error is logged with the request id and masked. */
export class BillingError extends GraphQLError {
  readonly details: ErrorDetails;
  override readonly cause: unknown;

  /** @param options `cause` is the underlying error: it is logged and never sent */
  constructor(
    readonly code: BillingErrorCode,
    message: string,
    { cause, ...details }: ErrorDetails & { readonly cause?: unknown } = {},
  ) {
    const { retryAfter } = details;
    // Apollo Server removes `http` from the extensions and applies it to the response.
    const headers = new Map(retryAfter === undefined ? [] : [['retry-after', String(retryAfter)]]);
    const http = { status: errorStatuses[code].graphql, headers };
    super(message, { extensions: { code, ...details, http } });
    this.name = new.target.name;
    this.details = details;
    this.cause = cause;
    // The stack begins where the error was created, without constructors: the log shows that place.
    Error.captureStackTrace(this, new.target);
  }
}

/** The store did not answer in time, or refused the connection. */
export class StoreUnavailableError extends BillingError {
  constructor(cause: unknown) {
    const message = 'The billing database is unreachable right now. Try again shortly.';
    super('STORE_UNAVAILABLE', message, { cause });
  }
}

/** Well-formed GraphQL or JSON with a value that this service does not accept. */
export class BadUserInputError extends BillingError {
  constructor(message: string, reason?: string) {
    super('BAD_USER_INPUT', message, { reason });
  }
}
