import { BadUserInputError } from '../shared/errors.ts';
import { type FieldFault, findRefusals } from './configuration-checks.ts';
import type { FeatureName } from './configuration-features.schema.ts';
import { type ConfigurationSpec, configurationSchema, mergeSpecs } from './configuration.schema.ts';
import { toInputPath } from './input-path.ts';
import type { BillingPortalConfigurationInput } from './portal-configuration.inputs.ts';
import type * as inputs from './portal-features.inputs.ts';

/** What an administrator gave, in Stripe's words. What was left out is undefined; a text to remove is empty. */
export interface ConfigurationDraft {
  readonly default_return_url?: string;
  readonly business_profile?: object;
  readonly login_page?: { readonly enabled: boolean };
  readonly features?: Readonly<Partial<Record<FeatureName, { readonly enabled?: boolean }>>>;
}

type Given<T> = T | null | undefined;

export function createDraft(input: BillingPortalConfigurationInput): ConfigurationDraft {
  const { businessProfile: profile, loginPage, features } = input;
  return omitUndefined({
    default_return_url: toText(input.defaultReturnUrl),
    business_profile:
      profile &&
      omitUndefined({
        headline: toText(profile.headline),
        privacy_policy_url: toText(profile.privacyPolicyUrl),
        terms_of_service_url: toText(profile.termsOfServiceUrl),
      }),
    login_page: loginPage && { enabled: loginPage.enabled },
    features: features && createFeatures(features),
  });
}

function createFeatures(features: inputs.ConfigurationFeaturesInput) {
  const { customerUpdate, invoiceHistory, paymentMethodUpdate: paymentMethods, subscriptionPause } = features;
  const { subscriptionCancel: cancel, subscriptionUpdate: update } = features;
  return omitUndefined({
    customer_update:
      customerUpdate &&
      omitUndefined({ enabled: customerUpdate.enabled, allowed_updates: customerUpdate.allowedUpdates }),
    invoice_history: invoiceHistory && { enabled: invoiceHistory.enabled },
    payment_method_update:
      paymentMethods &&
      omitUndefined({
        enabled: paymentMethods.enabled,
        payment_method_configuration: toText(paymentMethods.paymentMethodConfigurationId),
      }),
    subscription_cancel: cancel && createCancel(cancel),
    subscription_pause:
      subscriptionPause &&
      omitUndefined({
        enabled: subscriptionPause.enabled,
        duration: subscriptionPause.duration && createPauseDuration(subscriptionPause.duration),
      }),
    subscription_update: update && createUpdate(update),
  });
}

function createCancel({ enabled, mode, ...cancel }: inputs.PortalSubscriptionCancelInput) {
  const { prorationBehavior, cancellationReason: reason } = cancel;
  return omitUndefined({
    enabled,
    mode,
    proration_behavior: prorationBehavior,
    cancellation_reason:
      reason &&
      omitUndefined({
        enabled: reason.enabled,
        options: reason.options,
        feedback_options: reason.feedbackOptionIds,
      }),
  });
}

function createPauseDuration({ type, intervalOptions }: inputs.PortalPauseDurationInput) {
  return omitUndefined({
    type,
    interval_options: intervalOptions?.map(({ interval, intervalCount }) =>
      omitUndefined({ interval, interval_count: intervalCount }),
    ),
  });
}

function createUpdate(update: inputs.PortalSubscriptionUpdateInput) {
  return omitUndefined({
    enabled: update.enabled,
    default_allowed_updates: update.defaultAllowedUpdates,
    products: update.products?.map(createProduct),
    proration_behavior: update.prorationBehavior,
    billing_cycle_anchor: update.billingCycleAnchor,
    schedule_at_period_end: update.scheduleAtPeriodEnd && {
      conditions: update.scheduleAtPeriodEnd.map((type) => ({ type })),
    },
    trial_update_behavior: update.trialUpdateBehavior,
  });
}

function createProduct({ productId, priceIds, adjustableQuantity: quantity }: inputs.PortalProductInput) {
  return omitUndefined({
    product: productId,
    prices: priceIds,
    adjustable_quantity:
      quantity &&
      omitUndefined({ enabled: quantity.enabled, minimum: quantity.minimum, maximum: quantity.maximum }),
  });
}

/** Stripe removes a text that it is sent empty. */
function toText(text: Given<string>): string | undefined {
  return text === null ? '' : text;
}

/** What is null was left out too: only texts can be removed. */
function omitUndefined<T extends object>(value: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const given = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
  return Object.fromEntries(given) as { [Key in keyof T]?: NonNullable<T[Key]> };
}

/**
 * Refuses what Stripe would, by the rules that hold for policies.
 *
 * @param existing the features that the draft is laid over; what is at fault there already is not the draft's doing
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

/** Stripe answers with null, and is given an empty text, where a policy just says nothing. */
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
