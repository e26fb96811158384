import { registerOpenEnum } from '../graphql/open-enum.ts';

export const customerUpdateKind = registerOpenEnum(
  'CustomerUpdateKind',
  'A billing detail that the customer may change in the portal.',
  {
    address: 'The billing address.',
    email: 'The billing e-mail address.',
    name: 'The name on invoices.',
    phone: 'The phone number.',
    shipping: 'The shipping address.',
    tax_id: 'Tax ids, such as a VAT number.',
  },
);

export const cancellationMode = registerOpenEnum(
  'CancellationMode',
  'When a cancellation in the portal takes effect.',
  {
    at_period_end: 'At the end of the period that is paid for.',
    immediately: 'At once.',
  },
);

export const prorationBehavior = registerOpenEnum(
  'ProrationBehavior',
  'What is charged or credited for the part of a period that a change affects.',
  {
    always_invoice: 'The difference is invoiced at once.',
    create_prorations: 'The difference is put on the next invoice.',
    none: 'Nothing.',
  },
);

export const cancellationReasonOption = registerOpenEnum(
  'CancellationReasonOption',
  'A reason that the portal offers to a customer who cancels.',
  {
    customer_service: 'The service was not good enough.',
    low_quality: 'The quality was less than expected.',
    missing_features: 'Some features are missing.',
    other: 'Another reason.',
    switched_service: 'The customer found an alternative.',
    too_complex: 'It was too hard to use.',
    too_expensive: 'It is too expensive.',
    unused: 'The customer does not use it enough.',
  },
);

export const pauseDurationType = registerOpenEnum(
  'PauseDurationType',
  'How the length of a pause is chosen.',
  {
    indefinite: 'The pause lasts until the customer resumes.',
    interval_options: 'The customer picks one of the preset lengths.',
  },
);

export const timeInterval = registerOpenEnum('TimeInterval', 'A unit of time.', {
  day: 'A day.',
  week: 'A week.',
  month: 'A month.',
  year: 'A year.',
});

export const subscriptionUpdateKind = registerOpenEnum(
  'SubscriptionUpdateKind',
  'A change to a subscription that the customer may make in the portal.',
  {
    price: 'Switch to another price or product.',
    promotion_code: 'Enter a promotion code.',
    quantity: 'Change the quantity.',
  },
);

export const billingCycleAnchor = registerOpenEnum(
  'BillingCycleAnchor',
  'What a change of subscription does to the billing date.',
  { now: 'The billing date moves to the day of the change.', unchanged: 'The billing date stays.' },
);

export const scheduleCondition = registerOpenEnum(
  'ScheduleCondition',
  'A kind of change that waits for the end of the period.',
  {
    decreasing_item_amount: 'The new price is lower.',
    shortening_interval: 'The new billing interval is shorter.',
  },
);

export const trialUpdateBehavior = registerOpenEnum(
  'TrialUpdateBehavior',
  'What a change of plan does to a running trial.',
  { continue_trial: 'The trial goes on.', end_trial: 'The trial ends.' },
);
