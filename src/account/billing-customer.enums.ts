import { registerOpenEnum } from '../graphql/types.ts';

export const subscriptionStatus = registerOpenEnum(
  'SubscriptionStatus',
  "A subscription's status at Stripe. ACTIVE does not prove payment: a payment may be pending, a sent invoice may not be due yet, or collection may be paused.",
  {
    active: 'The subscription is running.',
    canceled: 'The subscription has ended.',
    incomplete: 'The first payment is pending.',
    incomplete_expired: 'The first payment did not succeed in time.',
    past_due: 'A payment failed or was not attempted, or a sent invoice is overdue.',
    paused: 'The subscription is paused and nothing is charged.',
    trialing: 'The subscription is in its trial.',
    unpaid: 'Invoices were not paid in time, and Stripe no longer collects.',
  },
);

export const billingInterval = registerOpenEnum('BillingInterval', 'How often a price is charged.', {
  day: 'Daily.',
  week: 'Weekly.',
  month: 'Monthly.',
  year: 'Yearly.',
});

export const pricingModel = registerOpenEnum('PricingModel', 'How a price is computed from the quantity.', {
  per_unit: 'The same amount for each unit.',
  package: 'An amount for each package of units.',
  graduated: 'Each unit costs the amount of the tier that the unit is in.',
  volume: 'All units cost the amount of the tier that the whole quantity is in.',
  usage: 'By reported usage. `usageModel` says how.',
});

export const packageRounding = registerOpenEnum('PackageRounding', 'What a package that is not full costs.', {
  up: 'As much as a full package.',
  down: 'Nothing.',
});

export const collectionMethod = registerOpenEnum('CollectionMethod', 'How invoices are paid.', {
  charge_automatically: 'Stripe charges the payment method.',
  send_invoice: 'Stripe sends invoices by e-mail, and the customer pays them.',
});

export const taxExemption = registerOpenEnum('TaxExemption', 'Whether the customer is exempt from tax.', {
  none: 'Not exempt.',
  exempt: 'Exempt.',
  reverse: 'The customer accounts for the tax: reverse charge.',
});

export const taxIdVerification = registerOpenEnum(
  'TaxIdVerification',
  'Whether an authority has confirmed a tax id.',
  {
    pending: 'Stripe is still checking the tax id.',
    verified: 'The authority knows the tax id.',
    unverified: 'The authority does not know the tax id.',
    unavailable: 'Stripe does not verify tax ids of this type.',
  },
);

export const cancellationReason = registerOpenEnum(
  'CancellationReason',
  'Why a subscription was cancelled, from the point of view of Stripe.',
  {
    cancellation_requested: 'The customer or the seller asked for it.',
    payment_disputed: 'A payment was disputed.',
    payment_failed: 'Payments failed.',
    canceled_by_retention_policy: 'A retention policy of the seller cancelled it.',
  },
);

export const cancellationFeedback = registerOpenEnum(
  'CancellationFeedback',
  "The customer's reason for a cancellation.",
  {
    customer_service: 'The customer service was worse than expected.',
    low_quality: 'The quality was worse than expected.',
    missing_features: 'Features are missing.',
    other: 'Another reason.',
    switched_service: 'The customer uses another service.',
    too_complex: 'It was too hard to use.',
    too_expensive: 'It is too expensive.',
    unused: 'The customer does not use it enough.',
  },
);

export const pauseReason = registerOpenEnum('PauseReason', 'Why a subscription is paused.', {
  pause_requested: 'The customer or the seller paused the subscription.',
  trial_end_without_payment_method: 'The trial ended, and there was no payment method.',
  first_payment_failure: 'The first attempt to charge a renewal failed.',
  final_payment_failure: 'All attempts to charge a payment failed.',
  system: 'Stripe paused the subscription.',
  payment_collection: 'Only the collection of payments is paused: the subscription continues.',
});

export const discountScope = registerOpenEnum('DiscountScope', 'What a discount was given to.', {
  customer: 'The customer: it applies to subscriptions without a discount of their own.',
  subscription: 'The whole subscription.',
  item: 'One item of the subscription.',
});
