import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { ConfigurationObject } from '../stripe-objects.ts';
import { referToFeedbackOptions } from './feedback-options.ts';
import type { FeatureValues, ProductValues } from './portal-feature-parameters.ts';

type Features = ConfigurationObject['features'];
type SubscriptionUpdate = Features['subscription_update'];

/** The features of a new configuration. Features that are not named are off. */
export function createFeatures(store: Store, values: FeatureValues): Features {
  return mergeFeatures(store, allOff, values);
}

/** The features after an update. @throws StripeApiError for a combination that Stripe refuses */
export function mergeFeatures(store: Store, before: Features, values: FeatureValues): Features {
  const features: Features = {
    customer_update: {
      enabled: values.customer_update?.enabled ?? before.customer_update.enabled,
      allowed_updates: [
        ...listOr(before.customer_update.allowed_updates, values.customer_update?.allowed_updates),
      ],
    },
    invoice_history: { ...before.invoice_history, ...values.invoice_history },
    payment_method_update: { ...before.payment_method_update, ...values.payment_method_update },
    subscription_cancel: mergeCancel(store, before.subscription_cancel, values.subscription_cancel),
    subscription_pause: mergePause(before.subscription_pause, values.subscription_pause),
    subscription_update: mergeUpdate(store, before.subscription_update, values.subscription_update),
  };
  refuseContradictions(features);
  return features;
}

const allOff: Features = {
  customer_update: { allowed_updates: [], enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false, payment_method_configuration: null },
  subscription_cancel: {
    cancellation_reason: {
      enabled: false,
      feedback_options: null,
      options: ['too_expensive', 'missing_features', 'switched_service', 'unused', 'other'],
    },
    enabled: false,
    mode: 'at_period_end',
    proration_behavior: 'none',
  },
  subscription_pause: {
    duration: { interval_options: [{ interval: 'month', interval_count: 1 }], type: 'interval_options' },
    enabled: false,
  },
  subscription_update: {
    billing_cycle_anchor: null,
    default_allowed_updates: [],
    enabled: false,
    products: [],
    proration_behavior: 'none',
    schedule_at_period_end: { conditions: [] },
    trial_update_behavior: 'end_trial',
  },
};

/** A list after an update. Null, the decoded empty value, empties it. */
function listOr<T>(before: readonly T[], change: readonly T[] | null | undefined): readonly T[] {
  return change === undefined ? before : (change ?? []);
}

function mergeCancel(
  store: Store,
  before: Features['subscription_cancel'],
  values: FeatureValues['subscription_cancel'],
): Features['subscription_cancel'] {
  const reason = before.cancellation_reason;
  const change = values?.cancellation_reason;
  const param = 'features[subscription_cancel][cancellation_reason][feedback_options]';
  referToFeedbackOptions(store, change?.feedback_options ?? [], param);
  return {
    cancellation_reason: {
      enabled: change?.enabled ?? reason.enabled,
      feedback_options:
        change?.feedback_options === undefined
          ? reason.feedback_options
          : change.feedback_options && [...change.feedback_options],
      options: [...listOr(reason.options, change?.options)],
    },
    enabled: values?.enabled ?? before.enabled,
    mode: values?.mode ?? before.mode,
    proration_behavior: values?.proration_behavior ?? before.proration_behavior,
  };
}

function mergePause(
  before: Features['subscription_pause'],
  values: FeatureValues['subscription_pause'],
): Features['subscription_pause'] {
  const { duration } = values ?? {};
  const given = duration?.interval_options?.map(({ interval, interval_count: count = 1 }) => ({
    interval,
    interval_count: count,
  }));
  const options = duration?.interval_options === undefined ? before.duration.interval_options : (given ?? []);
  return {
    duration: {
      interval_options: duration?.type === 'indefinite' ? [] : options,
      type: duration?.type ?? before.duration.type,
    },
    enabled: values?.enabled ?? before.enabled,
  };
}

function mergeUpdate(
  store: Store,
  before: SubscriptionUpdate,
  values: FeatureValues['subscription_update'],
): SubscriptionUpdate {
  const param = 'features[subscription_update]';
  if (values?.products && values.products.length > 10) {
    throw invalidRequest(`You may only specify up to 10 products.`, `${param}[products]`);
  }
  const products = values?.products?.map((each, index) =>
    createProduct(store, each, `${param}[products][${index}]`),
  );
  return {
    billing_cycle_anchor: values?.billing_cycle_anchor ?? before.billing_cycle_anchor,
    default_allowed_updates: [...listOr(before.default_allowed_updates, values?.default_allowed_updates)],
    enabled: values?.enabled ?? before.enabled,
    products: values?.products === undefined ? (before.products ?? []) : (products ?? []),
    proration_behavior: values?.proration_behavior ?? before.proration_behavior,
    schedule_at_period_end: {
      conditions: [
        ...listOr(before.schedule_at_period_end.conditions, values?.schedule_at_period_end?.conditions),
      ],
    },
    trial_update_behavior: values?.trial_update_behavior ?? before.trial_update_behavior,
  };
}

type PortalProduct = NonNullable<SubscriptionUpdate['products']>[number];

function createProduct(store: Store, values: ProductValues, param: string): PortalProduct {
  store.refer('product', values.product, `${param}[product]`);
  values.prices.forEach((id, index) => {
    const price = store.refer('price', id, `${param}[prices][${index}]`);
    if (price.product !== values.product) {
      throw invalidRequest(
        `The price \`${id}\` does not belong to the product \`${values.product}\`.`,
        `${param}[prices][${index}]`,
      );
    }
  });
  const quantity = values.adjustable_quantity;
  return {
    adjustable_quantity: {
      enabled: quantity?.enabled ?? false,
      maximum: quantity?.maximum ?? null,
      minimum: quantity?.minimum ?? 1,
    },
    prices: [...values.prices],
    product: values.product,
  };
}

function refuseContradictions(features: Features): void {
  const { payment_method_update: method, subscription_cancel: cancel } = features;
  const { subscription_update: update } = features;
  if (cancel.proration_behavior === 'always_invoice') {
    throw invalidRequest(
      '`always_invoice` is not supported for subscription cancellations.',
      'features[subscription_cancel][proration_behavior]',
    );
  }
  if (cancel.mode === 'at_period_end' && cancel.proration_behavior !== 'none') {
    throw invalidRequest(
      'Prorations are only compatible with `mode=immediately`.',
      'features[subscription_cancel][proration_behavior]',
    );
  }
  if (!update.enabled) return;
  if (update.default_allowed_updates.length === 0)
    throw missing('subscription_update', 'default_allowed_updates');
  if ((update.products ?? []).length === 0) throw missing('subscription_update', 'products');
  if (!method.enabled) {
    // Stripe's own words: https://github.com/nextjs/saas-starter/issues/68
    throw invalidRequest('Cannot enable subscription updates while payment method update is disabled.');
  }
  if (update.proration_behavior === 'always_invoice' && update.schedule_at_period_end.conditions.length > 0) {
    throw invalidRequest(
      '`always_invoice` cannot be combined with updates that are scheduled at the end of the period.',
      'features[subscription_update][proration_behavior]',
    );
  }
}

function missing(feature: string, name: string): Error {
  const param = `features[${feature}][${name}]`;
  return invalidRequest(`Missing required param: ${param}.`, param, 'parameter_missing');
}
