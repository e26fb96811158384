import { BadUserInputError } from '../shared/errors.ts';
import type { ConfigurationFeatures } from './configuration-features.schema.ts';
import {
  type ConfigurationSpec,
  configurationSchema,
  isObject,
  mergeSpecs,
  toInputPath,
} from './configuration.schema.ts';

export interface FieldFault {
  readonly path: string;
  readonly expected: string;
}

const sinceEnabled = 'at least one, since the feature is enabled';

/**
 * Finds what Stripe would refuse, before Stripe is called. Only rules over several fields are here; rules on one
 * field are in its schema.
 * https://docs.stripe.com/api/customer_portal/configurations/create
 */
export function findRefusals({ features = {} }: ConfigurationSpec): FieldFault[] {
  const { customer_update: customer, subscription_cancel: cancel, subscription_update: update } = features;
  const { cancellation_reason: reason } = cancel ?? {};
  const { type: pauseType, interval_options: pauses = [] } = features.subscription_pause?.duration ?? {};
  const changesPlans = update?.enabled === true;
  const expectations: Readonly<Record<string, string | false>> = {
    'customer_update.allowed_updates':
      customer?.enabled === true && isEmpty(customer.allowed_updates) && sinceEnabled,
    'subscription_cancel.proration_behavior': findCreditRefusal(cancel),
    'subscription_cancel.cancellation_reason.options':
      reason?.enabled === true && isEmpty(reason.options) && 'at least one, since reasons are enabled',
    'subscription_pause.duration.interval_options':
      pauseType === 'interval_options' && isEmpty(pauses) && 'at least one, by the type',
    'subscription_update.products': changesPlans && isEmpty(update.products) && sinceEnabled,
    'subscription_update.default_allowed_updates':
      changesPlans && isEmpty(update.default_allowed_updates) && sinceEnabled,
    'subscription_update.proration_behavior':
      update?.proration_behavior === 'always_invoice' &&
      !isEmpty(update.schedule_at_period_end?.conditions) &&
      'none or create_prorations, since changes are scheduled at the end of the period',
    // "Cannot enable subscription updates while payment method update is disabled."
    'payment_method_update.enabled':
      changesPlans &&
      features.payment_method_update?.enabled !== true &&
      'true, since subscription_update is enabled and Stripe offers it only together',
  };
  return Object.entries(expectations).flatMap(([path, expected]) =>
    expected === false ? [] : [{ path: `features.${path}`, expected }],
  );
}

function isEmpty(list: readonly unknown[] | undefined): boolean {
  return list === undefined || list.length === 0;
}

function findCreditRefusal(feature: ConfigurationFeatures['subscription_cancel'] = {}): string | false {
  const { proration_behavior: credit = 'none', mode = 'at_period_end' } = feature;
  if (credit === 'always_invoice') return 'none or create_prorations: Stripe refuses always_invoice';
  return credit !== 'none' && mode === 'at_period_end' && 'none, since the mode is at_period_end';
}

/**
 * Checks an administrator's input, in which an empty text removes one, by the rules that apply to policies.
 * @param existing the features that the draft changes; a fault that they already have is not reported
 * @throws BadUserInputError with every fault
 */
export function checkDraft(draft: object, existing: object = {}): ConfigurationSpec {
  const { success, data, error } = configurationSchema.safeParse(omitEmpty(draft));
  if (!success)
    throw refuse(error.issues.map(({ path, message }) => ({ path: path.join('.'), expected: message })));
  const before = omitEmpty({ features: existing }) as ConfigurationSpec;
  const known = new Set(findRefusals(before).map(({ path }) => path));
  const faults = findRefusals(mergeSpecs(before, data)).filter(({ path }) => !known.has(path));
  if (faults.length > 0) throw refuse(faults);
  return data;
}

/** Omits null (Stripe's "no value") and empty strings (which clear a field): a policy omits such fields. */
function omitEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(omitEmpty);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== '');
  return Object.fromEntries(entries.map(([key, inner]) => [key, omitEmpty(inner)]));
}

function refuse(faults: readonly FieldFault[]): BadUserInputError {
  const texts = faults.map(
    ({ path, expected }) => `${toInputPath(path)}: expected ${expected.replace(/^.*?\bexpected /, '')}`,
  );
  return new BadUserInputError(`${texts.join('; ')}.`);
}
