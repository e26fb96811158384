import {
  accepted,
  array,
  boolean,
  either,
  emptyable,
  integer,
  metadata,
  object,
  oneOf,
  required,
  string,
  timestamp,
} from '../parameters.ts';

export const feedbacks = [
  'customer_service',
  'low_quality',
  'missing_features',
  'other',
  'switched_service',
  'too_complex',
  'too_expensive',
  'unused',
] as const;

export const prorationBehavior = oneOf(['always_invoice', 'create_prorations', 'none']);
export const cancellationDetails = object({
  comment: emptyable(string()),
  feedback: emptyable(oneOf(feedbacks)),
  feedback_option: string(),
});
const paymentBehavior = oneOf([
  'allow_incomplete',
  'default_incomplete',
  'error_if_incomplete',
  'pending_if_incomplete',
]);

export const discountParameters = emptyable(
  array(object({ coupon: string(), discount: string(), promotion_code: string() })),
);

const commonParameters = {
  cancel_at_period_end: boolean(),
  cancel_at: emptyable(timestamp()),
  collection_method: oneOf(['charge_automatically', 'send_invoice']),
  days_until_due: integer({ min: 0 }),
  default_payment_method: string(),
  description: emptyable(string({ maxLength: 500 })),
  discounts: discountParameters,
  metadata: metadata(),
  off_session: boolean(),
  payment_behavior: paymentBehavior,
  payment_settings: accepted(),
  proration_behavior: prorationBehavior,
  trial_end: either(string(), object({})),
};

export const createParameters = {
  ...commonParameters,
  customer: required(string()),
  items: required(
    array(
      object({
        discounts: discountParameters,
        metadata: metadata(),
        price: required(string()),
        quantity: integer({ min: 0 }),
      }),
    ),
  ),
  currency: string({ maxLength: 3 }),
  on_behalf_of: string(),
  trial_period_days: integer({ min: 1, max: 730 }),
};

export const updateParameters = {
  ...commonParameters,
  billing_cycle_anchor: oneOf(['now', 'unchanged']),
  cancellation_details: cancellationDetails,
  items: array(
    object({
      id: string(),
      price: string(),
      quantity: integer({ min: 0 }),
      deleted: boolean(),
      discounts: discountParameters,
      metadata: metadata(),
    }),
  ),
  pause_collection: emptyable(
    object({
      behavior: required(oneOf(['keep_as_draft', 'mark_uncollectible', 'void'])),
      resumes_at: timestamp(),
    }),
  ),
};
