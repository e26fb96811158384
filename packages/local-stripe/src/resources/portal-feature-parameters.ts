import { array, boolean, emptyable, integer, object, oneOf, required, string } from '../parameters.ts';
import type { Parameter } from '../parameters.ts';
import { feedbacks } from './subscription-parameters.ts';

const allowedCustomerUpdates = ['address', 'email', 'name', 'phone', 'shipping', 'tax_id'] as const;
const prorationBehavior = oneOf(['always_invoice', 'create_prorations', 'none']);
const intervalOption = object({
  interval: required(oneOf(['day', 'week', 'month', 'year'])),
  interval_count: integer({ min: 1 }),
});
const product = object({
  adjustable_quantity: object({
    enabled: required(boolean()),
    maximum: integer({ min: 0 }),
    minimum: integer({ min: 0 }),
  }),
  prices: required(array(string())),
  product: required(string()),
});

/** The six features. Their `enabled` is required on creation and optional on update. */
function featureTable<R extends boolean>(enabled: Parameter<boolean, R>) {
  return object({
    customer_update: object({ allowed_updates: emptyable(array(oneOf(allowedCustomerUpdates))), enabled }),
    invoice_history: object({ enabled: required(boolean()) }),
    payment_method_update: object({
      enabled: required(boolean()),
      payment_method_configuration: emptyable(string()),
    }),
    subscription_cancel: object({
      cancellation_reason: object({
        enabled: required(boolean()),
        feedback_options: emptyable(array(string())),
        options: emptyable(array(oneOf(feedbacks))),
      }),
      enabled,
      mode: oneOf(['at_period_end', 'immediately']),
      proration_behavior: prorationBehavior,
    }),
    subscription_pause: object({
      duration: object({
        interval_options: emptyable(array(intervalOption)),
        type: required(oneOf(['indefinite', 'interval_options'])),
      }),
      enabled: boolean(),
    }),
    subscription_update: object({
      billing_cycle_anchor: oneOf(['now', 'unchanged']),
      default_allowed_updates: emptyable(array(oneOf(['price', 'promotion_code', 'quantity']))),
      enabled,
      products: emptyable(array(product)),
      proration_behavior: prorationBehavior,
      schedule_at_period_end: object({
        conditions: emptyable(
          array(object({ type: required(oneOf(['decreasing_item_amount', 'shortening_interval'])) })),
        ),
      }),
      trial_update_behavior: oneOf(['continue_trial', 'end_trial']),
    }),
  });
}

export const featureParameters = featureTable(required(boolean()));
export const featureUpdateParameters = featureTable(boolean());

export type FeatureValues = Exclude<ReturnType<(typeof featureUpdateParameters)['decode']>, null>;
export type ProductValues = ReturnType<(typeof product)['decode']>;
