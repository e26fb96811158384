import { registerOpenEnum } from '../graphql/open-enum.ts';

export const subscriptionStatus = registerOpenEnum(
  'SubscriptionStatus',
  "A subscription's state at Stripe.",
  {
    active: 'Paid for and running.',
    canceled: 'Ended.',
    incomplete: 'Waiting for its first payment.',
    incomplete_expired: 'Its first payment never came.',
    past_due: 'A payment failed and is tried again.',
    paused: 'Paused: nothing is charged until it is resumed.',
    trialing: 'In its trial.',
    unpaid: 'Payments failed, and are not tried again.',
  },
);

export const billingInterval = registerOpenEnum('BillingInterval', 'How often a price is charged.', {
  day: 'By the day.',
  week: 'By the week.',
  month: 'By the month.',
  year: 'By the year.',
});
