import { expect, test } from '@jest/globals';
import { loadDeployment } from '../../../src/cli/doctor/deployment.ts';

test('Stripe is asked no more often than the service may ask it', async () => {
  const { stripe } = await loadDeployment({ STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_RATE_LIMIT: '3' });
  expect(stripe?.requestsPerSecond).toBe(3);
});
