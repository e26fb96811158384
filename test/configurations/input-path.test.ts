import { expect, test } from '@jest/globals';
import { toInputPath } from '../../src/configurations/configuration.schema.ts';

test.each([
  ['name', 'name'],
  ['business_profile.headline', 'businessProfile.headline'],
  ['business_profile[privacy_policy_url]', 'businessProfile.privacyPolicyUrl'],
  [
    'features[payment_method_update][payment_method_configuration]',
    'features.paymentMethodUpdate.paymentMethodConfigurationId',
  ],
  ['features[subscription_update][products][0][product]', 'features.subscriptionUpdate.products.0.productId'],
  ['features.subscription_update.products.1.prices.2', 'features.subscriptionUpdate.products.1.priceIds.2'],
  [
    'features[subscription_cancel][cancellation_reason][feedback_options][0]',
    'features.subscriptionCancel.cancellationReason.feedbackOptionIds.0',
  ],
  [
    'features[subscription_update][schedule_at_period_end][conditions][1][type]',
    'features.subscriptionUpdate.scheduleAtPeriodEnd.1',
  ],
])('what Stripe calls %s is %s of the input', (path, expected) => {
  expect(toInputPath(path)).toBe(expected);
});
