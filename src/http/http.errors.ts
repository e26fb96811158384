import { STATUS_CODES } from 'node:http';
import { BillingError } from '../shared/errors.ts';

/** A caller asked more often than RATE_LIMIT allows. */
export class RateLimitedError extends BillingError {
  constructor(retryAfter: number) {
    super('RATE_LIMITED', 'Too many requests. Try again after the time that retryAfter gives, in seconds.', {
      retryAfter,
    });
  }
}

/** A request that is answered by its status before it reaches a route. What is said of each status is in error-response.ts. */
export class RequestRefusedError extends Error {
  override readonly name = 'RequestRefusedError';

  constructor(readonly statusCode: 400 | 415) {
    super(STATUS_CODES[statusCode]);
  }
}

/** The client has disconnected: its request is not worked on, and the response reaches no one. */
export class HungUpError extends Error {
  override readonly name = 'HungUpError';
  readonly statusCode = 499;
}

/** The service has as many open requests as it may hold. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
  readonly statusCode = 503;
  readonly retryAfter = 1;

  constructor() {
    super('The service has too many open requests. Try again shortly.');
  }
}
