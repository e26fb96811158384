import { BillingError } from '../shared/errors.ts';

/** Another process works on the same thing, and did not finish in time. */
export class LeaseTakenError extends BillingError {
  constructor() {
    super('STORE_UNAVAILABLE', 'Another request is working on this right now. Try again shortly.', {
      cause: new Error('Another process holds the lease'),
      retryAfter: 1,
    });
  }
}
