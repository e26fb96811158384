import { expect, test } from '@jest/globals';
import { startLocalStripe } from './local-stripe-client.ts';

test('the account has the business name, and a connected account its own id', async () => {
  const { stripe } = await startLocalStripe({ businessName: 'Rocket Rides' });
  const account = await stripe.accounts.retrieveCurrent();
  expect(account).toMatchObject({
    object: 'account',
    country: 'US',
    default_currency: 'usd',
    business_profile: { name: 'Rocket Rides' },
    settings: { dashboard: { display_name: 'Rocket Rides' } },
  });
  const connected = await stripe.accounts.retrieveCurrent({}, { stripeAccount: 'acct_123' });
  expect(connected.id).toBe('acct_123');
});
