import { expect, test } from '@jest/globals';
import { refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createConfiguration } from './fixtures.ts';

test('a control saves the default settings, which cannot be deactivated', async () => {
  const fresh = await startLocalStripe();
  const { configurations } = fresh.stripe.billingPortal;
  expect((await configurations.list({ is_default: true })).data).toEqual([]);
  await fresh.control('POST', 'portal_settings', { 'business_profile[headline]': 'Hello' });
  await fresh.control('POST', 'portal_settings', { 'features[subscription_pause][enabled]': 'true' });
  const { data } = await configurations.list({ is_default: true });
  expect(data).toMatchObject([
    {
      is_default: true,
      business_profile: { headline: 'Hello' },
      features: { subscription_pause: { enabled: true }, subscription_cancel: { enabled: true } },
    },
  ]);
  expect(await refusalOf(configurations.update(data[0]?.id ?? '', { active: false }))).toMatchObject({
    param: 'active',
  });
  await createConfiguration(fresh.stripe);
  expect((await configurations.list({ is_default: false })).data).toHaveLength(1);
  expect(fresh.localStripe.requests.some(({ path }) => path.startsWith('/_control/'))).toBe(false);
});
