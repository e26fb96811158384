import { registerOpenEnum } from '../graphql/open-enum.ts';

export const subscriptionStatus = registerOpenEnum(
  'SubscriptionStatus',
  "A subscription's status at Stripe.",
  {
    active: 'The subscription is running.',
    canceled: 'The subscription has ended.',
    incomplete: 'The first payment is pending.',
    incomplete_expired: 'The first payment did not succeed in time.',
    past_due: 'A payment failed and Stripe retries it.',
    paused: 'The subscription is paused and nothing is charged.',
    trialing: 'The subscription is in its trial.',
    unpaid: 'Payments failed and Stripe no longer retries them.',
  },
);

export const billingInterval = registerOpenEnum('BillingInterval', 'How often a price is charged.', {
  day: 'Daily.',
  week: 'Weekly.',
  month: 'Monthly.',
  year: 'Yearly.',
});
