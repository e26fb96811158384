import { BillingError } from '../shared/errors.ts';

/** Another process holds the lease and did not release it in time. */
export class LeaseTakenError extends BillingError {
  constructor() {
    super('STORE_UNAVAILABLE', 'Another request is working on this right now. Try again shortly.', {
      cause: new Error('Another process holds the lease'),
      retryAfter: 1,
    });
  }
}
