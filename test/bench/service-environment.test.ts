import { expect, test } from '@jest/globals';
import { createServiceEnvironment, createToken } from '../../bench/harness/targets.ts';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import { loadConfig } from '../../src/config/config.ts';
import { loadPolicyFile } from '../../src/policies/policy-file.ts';

const config = loadConfig(
  createServiceEnvironment({
    port: 4000,
    metricsPort: 4001,
    stubPort: 4002,
    databaseUrl: 'sqlite::memory:',
  }),
);

test('the measured service has every feature on', async () => {
  expect(config).toMatchObject({ logLevel: 'info' });
  expect(config.http).toMatchObject({
    metricsPort: 4001,
    rateLimit: expect.anything(),
    landingPage: 'none',
    introspection: false,
  });
  expect(config.webhooks.secrets).toHaveLength(1);
  expect(await loadPolicyFile(config.policies.file ?? '')).toBeDefined();
});

test('the measured service knows the users by their tokens', async () => {
  const authenticator = createAuthenticator(config.auth);
  const caller = await authenticator.authenticate(`Bearer ${createToken('auth0|00000001')}`);
  expect(caller?.userId).toBe('auth0|00000001');
});
