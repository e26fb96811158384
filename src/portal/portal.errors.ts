import { BadUserInputError, BillingError } from '../shared/errors.ts';
import { type TaskRefusal, taskRefusals } from './flow-limits.ts';

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

/** The policy in force forbids the task of a deep link, or the portal cannot do it. */
export class FlowNotAllowedError extends BillingError {
  constructor(reason: TaskRefusal, message: string = taskRefusals[reason], cause?: unknown) {
    super('FLOW_NOT_ALLOWED', message, { reason, cause });
  }
}

/** Converts a reason into the error of what was asked for. */
export function createRefusal(reason: TaskRefusal): BillingError {
  return reason === 'ALREADY_CANCELED' || reason === 'NOTHING_SCHEDULED'
    ? new BadUserInputError(taskRefusals[reason], reason)
    : new FlowNotAllowedError(reason);
}
