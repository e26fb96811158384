import { STATUS_CODES } from 'node:http';
import { BillingError } from '../shared/errors.ts';

/** The caller exceeded RATE_LIMIT. */
export class RateLimitedError extends BillingError {
  constructor(retryAfter: number) {
    super('RATE_LIMITED', 'Too many requests. Try again after `retryAfter` seconds.', {
      retryAfter,
    });
  }
}

/** A request that is refused before it reaches a route. error-response.ts has the message for each status. */
export class RequestRefusedError extends Error {
  override readonly name = 'RequestRefusedError';

  constructor(readonly statusCode: 400 | 415) {
    super(STATUS_CODES[statusCode]);
  }
}

/** The client disconnected, so its request is dropped. The status is nginx's 499, which only logs and metrics show. */
export class HungUpError extends Error {
  override readonly name = 'HungUpError';
  readonly statusCode = 499;
}

/** The service has too many open requests. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
  readonly statusCode = 503;
  readonly retryAfter = 1;

  constructor() {
    super('The service has too many open requests. Try again shortly.');
  }
}
