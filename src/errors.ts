import { GraphQLError } from 'graphql';

/** How one error code is answered over HTTP. */
export interface ErrorStatus {
  readonly graphql: number;
  readonly rest: number;
}

/** Every code that a client can act on. The README's table describes them. */
export const errorStatuses = {
  UNAUTHENTICATED: { graphql: 401, rest: 401 },
  AUTH_UNAVAILABLE: { graphql: 503, rest: 503 },
  FORBIDDEN: { graphql: 200, rest: 403 },
  RATE_LIMITED: { graphql: 429, rest: 429 },
  CUSTOMER_NOT_FOUND: { graphql: 200, rest: 404 },
  CUSTOMER_AMBIGUOUS: { graphql: 200, rest: 409 },
  RETURN_URL_NOT_ALLOWED: { graphql: 200, rest: 400 },
  BAD_USER_INPUT: { graphql: 200, rest: 400 },
  FLOW_NOT_ALLOWED: { graphql: 200, rest: 403 },
  PORTAL_NOT_CONFIGURED: { graphql: 200, rest: 503 },
  STRIPE_UNAVAILABLE: { graphql: 200, rest: 503 },
  STRIPE_RATE_LIMITED: { graphql: 200, rest: 503 },
  STRIPE_MISCONFIGURED: { graphql: 200, rest: 502 },
  STORE_UNAVAILABLE: { graphql: 200, rest: 503 },
} as const satisfies Record<string, ErrorStatus>;

/** What is said in place of what nobody expected. */
export const maskedMessage =
  'Something went wrong on our side. Quote the x-request-id header when you report it.';

export type BillingErrorCode = keyof typeof errorStatuses;

export interface BillingErrorOptions {
  /** What went wrong underneath: logged, never sent. */
  readonly cause?: unknown;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
}

/**
 * A failure whose message and code are meant for the client. Anything thrown that is not a
 * BillingError is logged with the request id and masked.
 */
export class BillingError extends GraphQLError {
  readonly code: BillingErrorCode;
  readonly retryAfter: number | undefined;
  override readonly cause: unknown;

  constructor(code: BillingErrorCode, message: string, options: BillingErrorOptions = {}) {
    const { retryAfter } = options;
    const status = errorStatuses[code].graphql;
    // Apollo Server takes `http` out of the answer's extensions and applies it to the response.
    super(message, {
      extensions:
        retryAfter === undefined
          ? { code, http: { status } }
          : { code, retryAfter, http: { status, headers: new Map([['retry-after', String(retryAfter)]]) } },
    });
    this.name = new.target.name;
    this.code = code;
    this.retryAfter = retryAfter;
    this.cause = options.cause;
    // The first frame is where it was made, and not a constructor.
    Error.captureStackTrace(this, new.target);
  }
}

/** The store did not answer in time, or refused the connection. */
export class StoreUnavailableError extends BillingError {
  constructor(cause: unknown) {
    super('STORE_UNAVAILABLE', 'The billing database cannot be reached right now. Try again shortly.', {
      cause,
    });
  }
}

/** Input that is well-formed GraphQL or JSON, but not a value this service takes. */
export class BadUserInputError extends BillingError {
  constructor(message: string) {
    super('BAD_USER_INPUT', message);
  }
}
