import { BillingError } from '../shared/errors.ts';

/** Stripe has no portal configuration to use: no default is saved and no policy names one. */
export class PortalNotConfiguredError extends BillingError {
  constructor() {
    super(
      'PORTAL_NOT_CONFIGURED',
      "The billing portal is not set up yet. Save the customer portal's settings in Stripe's Dashboard " +
        '(Settings, Billing, Customer portal), once for test mode and once for live mode.',
    );
  }
}

/** The policy in force forbids the task of a deep link. */
export class FlowNotAllowedError extends BillingError {
  constructor(message: string, cause?: unknown) {
    super('FLOW_NOT_ALLOWED', message, { cause });
  }
}
