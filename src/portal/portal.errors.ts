import { BillingError } from '../errors.ts';

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

/** Stripe may not send the user back to the URL. Without `detail` the message repeats neither the URL nor the list. */
export class ReturnUrlNotAllowedError extends BillingError {
  constructor(detail = '') {
    super(
      'RETURN_URL_NOT_ALLOWED',
      "The return URL must begin with one of the application's allowed return URLs. " +
        `Ask the operator of this service to add it to RETURN_URLS.${detail}`,
    );
  }
}

/** The policy in force forbids the task of a deep link. */
export class FlowNotAllowedError extends BillingError {
  constructor(message: string, cause?: unknown) {
    super('FLOW_NOT_ALLOWED', message, { cause });
  }
}
