import { expect, test } from '@jest/globals';
import { refusalOf, startEmulator } from './emulator-client.ts';
import { createConfiguration } from './fixtures.ts';

test('the default settings are saved by a control of the emulator’s own, and cannot be deactivated', async () => {
  const fresh = await startEmulator();
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
  expect(fresh.emulator.requests.some(({ path }) => path.startsWith('/_emulator/'))).toBe(false);
});
