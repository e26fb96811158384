import { BadUserInputError } from '../shared/errors.ts';
import type { ConfigurationFeatures, FeatureName } from './configuration-features.schema.ts';
import { type ConfigurationSpec, configurationSchema, mergeSpecs } from './configuration.schema.ts';
import { toInputPath } from './input-path.ts';

/** A field that is wrong, and what it should be. */
export interface FieldFault {
  readonly path: string;
  readonly expected: string;
}

const daysByInterval = { day: 1, week: 7, month: 31, year: 365 } as const;
const maxPauseDays = 3 * 366;
const sinceEnabled = 'at least one, since the feature is enabled';

/**
 * Finds what Stripe would refuse, before Stripe is called. Only rules over several fields are here; rules on one
 * field are in its schema.
 * https://docs.stripe.com/api/customer_portal/configurations/create
 */
export function findRefusals({ features = {} }: ConfigurationSpec): FieldFault[] {
  const faults = [
    ...checkCustomerUpdate(features.customer_update),
    ...checkCancel(features.subscription_cancel),
    ...checkPause(features.subscription_pause),
    ...checkUpdate(features.subscription_update),
    ...checkPaymentMethods(features),
  ];
  return faults.map(({ path, expected }) => ({ path: `features.${path}`, expected }));
}

function checkCustomerUpdate(feature: ConfigurationFeatures['customer_update']): FieldFault[] {
  if (feature?.enabled !== true || (feature.allowed_updates?.length ?? 0) > 0) return [];
  return [{ path: 'customer_update.allowed_updates', expected: sinceEnabled }];
}

function checkCancel(feature: ConfigurationFeatures['subscription_cancel'] = {}): FieldFault[] {
  const faults: FieldFault[] = [];
  const path = 'subscription_cancel';
  const {
    proration_behavior: prorations = 'none',
    mode = 'at_period_end',
    cancellation_reason: reason,
  } = feature;
  if (prorations === 'always_invoice') {
    faults.push({
      path: `${path}.proration_behavior`,
      expected: 'none or create_prorations: Stripe refuses always_invoice',
    });
  } else if (prorations !== 'none' && mode === 'at_period_end') {
    faults.push({ path: `${path}.proration_behavior`, expected: 'none, since the mode is at_period_end' });
  }
  if (reason?.enabled === true && (reason.options?.length ?? 0) === 0) {
    faults.push({
      path: `${path}.cancellation_reason.options`,
      expected: 'at least one, since reasons are enabled',
    });
  }
  return faults;
}

function checkPause(feature: ConfigurationFeatures['subscription_pause']): FieldFault[] {
  const path = 'subscription_pause.duration.interval_options';
  const { type, interval_options: options = [] } = feature?.duration ?? {};
  if (type === 'interval_options' && options.length === 0)
    return [{ path, expected: 'at least one, by the type' }];
  const tooLong = options.findIndex(
    ({ interval, interval_count: count = 1 }) => daysByInterval[interval] * count > maxPauseDays,
  );
  return tooLong === -1 ? [] : [{ path: `${path}.${tooLong}`, expected: 'three years at most' }];
}

function checkUpdate(feature: ConfigurationFeatures['subscription_update'] = {}): FieldFault[] {
  const path = 'subscription_update';
  const { products = [], default_allowed_updates: updates = [] } = feature;
  const faults: FieldFault[] = [];
  if (feature.enabled === true && products.length === 0)
    faults.push({ path: `${path}.products`, expected: sinceEnabled });
  if (feature.enabled === true && updates.length === 0)
    faults.push({ path: `${path}.default_allowed_updates`, expected: sinceEnabled });
  if (feature.proration_behavior === 'always_invoice' && feature.schedule_at_period_end?.conditions.length) {
    faults.push({
      path: `${path}.proration_behavior`,
      expected: 'none or create_prorations, since changes are scheduled at the end of the period',
    });
  }
  products.forEach(({ adjustable_quantity: quantity }, index) => {
    if (quantity?.maximum !== undefined && quantity.maximum < (quantity.minimum ?? 0)) {
      faults.push({
        path: `${path}.products.${index}.adjustable_quantity.maximum`,
        expected: 'not less than the minimum',
      });
    }
  });
  return faults;
}

/** "Cannot enable subscription updates while payment method update is disabled." */
function checkPaymentMethods(features: ConfigurationFeatures): FieldFault[] {
  if (features.subscription_update?.enabled !== true || features.payment_method_update?.enabled === true)
    return [];
  return [
    {
      path: 'payment_method_update.enabled',
      expected: 'true, since subscription_update is enabled and Stripe offers it only together',
    },
  ];
}

/** An administrator's input in Stripe's words. A field that is left out is undefined; an empty text removes one. */
export interface ConfigurationDraft {
  readonly default_return_url?: string;
  readonly business_profile?: object;
  readonly login_page?: { readonly enabled: boolean };
  readonly features?: Readonly<Partial<Record<FeatureName, { readonly enabled?: boolean }>>>;
}

/**
 * Refuses what Stripe would refuse, by the rules that apply to policies.
 *
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
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== '');
  return Object.fromEntries(entries.map(([key, inner]) => [key, omitEmpty(inner)]));
}

function refuse(faults: readonly FieldFault[]): BadUserInputError {
  const texts = faults.map(
    ({ path, expected }) => `${toInputPath(path)}: expected ${expected.replace(/^.*?\bexpected /, '')}`,
  );
  return new BadUserInputError(`${texts.join('; ')}.`);
}
