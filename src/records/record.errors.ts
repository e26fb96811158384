import { BillingError } from '../errors.ts';

/** Somebody else is at work on the same thing, and did not finish in time. */
export class ClaimedElsewhereError extends BillingError {
  constructor() {
    super('STORE_UNAVAILABLE', 'This is being worked on elsewhere right now. Try again shortly.', {
      cause: new Error('The claim is held by somebody else'),
      retryAfter: 1,
    });
  }
}
