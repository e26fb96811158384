import { STATUS_CODES } from 'node:http';

/** A request that is answered by its status before it reaches a route. What is said of each status is in error-response.ts. */
export class RequestRefusal extends Error {
  override readonly name = 'RequestRefusal';

  constructor(readonly statusCode: 400 | 415) {
    super(STATUS_CODES[statusCode]);
  }
}
