import { expect, test } from '@jest/globals';
import { startLocalStripe } from './local-stripe-client.ts';

test('feedback options have a text, are expanded, and cannot be used after they are deactivated', async () => {
  const { stripe } = await startLocalStripe();
  const options = stripe.billing.feedbackOptions;
  const { id } = await options.create({ description: 'I am moving abroad' });
  const features = {
    subscription_cancel: {
      enabled: true,
      cancellation_reason: { enabled: true, options: ['other' as const], feedback_options: [id] },
    },
  };
  const path = 'features.subscription_cancel.cancellation_reason.feedback_options';

  const created = await stripe.billingPortal.configurations.create({ features, expand: [path] });

  expect(created.features.subscription_cancel.cancellation_reason.feedback_options).toEqual([
    await options.retrieve(id),
  ]);
  const refused = stripe.billingPortal.configurations.create({
    features: {
      subscription_cancel: {
        enabled: true,
        cancellation_reason: { enabled: true, options: ['other'], feedback_options: ['fo_none'] },
      },
    },
  });
  await expect(refused).rejects.toMatchObject({ code: 'resource_missing' });
  expect(await options.deactivate(id)).toMatchObject({
    status: 'inactive',
    description: 'I am moving abroad',
  });
  expect((await options.list({ status: 'active' })).data.map((option) => option.id)).not.toContain(id);
  await expect(stripe.billingPortal.configurations.create({ features })).rejects.toMatchObject({
    param: 'features[subscription_cancel][cancellation_reason][feedback_options][0]',
  });
});
