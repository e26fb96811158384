import { CustomerGoneError } from '../customers/customer.errors.ts';
import { BadUserInputError, BillingError } from '../shared/errors.ts';
import { StripeRequestRefusedError, isMissing } from '../stripe/stripe.errors.ts';
import { type TaskRefusal, taskRefusals } from './flow-limits.ts';

/** Stripe has no portal configuration to use: no default is saved and no policy names one. An operator has to act. */
export class PortalNotConfiguredError extends BillingError {
  constructor(cause: unknown) {
    super(
      'PORTAL_NOT_CONFIGURED',
      "The billing portal is not set up yet. Save the customer portal's settings in Stripe's Dashboard " +
        '(Settings, Billing, Customer portal), once for test mode and once for live mode.',
      { cause },
    );
  }
}

/** The policy in force forbids the task of a deep link, or the portal cannot do it. */
export class FlowNotAllowedError extends BillingError {
  constructor(reason: TaskRefusal, message: string = taskRefusals[reason], cause?: unknown) {
    super('FLOW_NOT_ALLOWED', message, { reason, cause });
  }
}

export function createRefusal(reason: TaskRefusal): BillingError {
  return reason === 'ALREADY_CANCELED' || reason === 'NOTHING_SCHEDULED'
    ? new BadUserInputError(taskRefusals[reason], reason)
    : new FlowNotAllowedError(reason);
}

/** Translates Stripe's refusals of a session that the caller can act on. */
export function explain(error: unknown): unknown {
  if (isMissing(error, 'customer')) return new CustomerGoneError();
  if (!(error instanceof StripeRequestRefusedError)) return error;
  // Stripe gives this refusal no code of its own.
  if (error.refusal.message.startsWith('No configuration provided'))
    return new PortalNotConfiguredError(error);
  const message = 'The portal cannot open this task for the subscription as it is now.';
  return isAboutTask(error) ? new FlowNotAllowedError('NOT_KNOWN', message, error) : error;
}

/** Which parameter Stripe names when a configuration is inactive, or is gone, is not documented. */
export function isAboutConfiguration(error: unknown): boolean {
  if (!(error instanceof StripeRequestRefusedError)) return false;
  const { param, message } = error.refusal;
  return param === 'configuration' || /\bconfiguration\b.*\b(in)?active\b/i.test(message);
}

/** Parameters that the caller chose: the subscription or its item. The policy sets all others. */
const taskParam = /^flow_data\[subscription_\w+\](\[subscription\]|\[items\].*)?$/;

/** Stripe does not document every reason for which the portal cannot change a subscription. */
function isAboutTask({ refusal: { param, message } }: StripeRequestRefusedError): boolean {
  return param === undefined ? message.startsWith('This subscription ') : taskParam.test(param);
}
