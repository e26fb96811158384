import { describe, expect, test } from '@jest/globals';
import { createServiceEnvironment } from '../../bench/harness/service-environment.ts';
import { type TokenAlgorithm, createTokenIssuer } from '../../bench/harness/tokens.ts';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import { loadConfig } from '../../src/config/config.ts';
import { loadPolicyFile } from '../../src/policies/policy-file.ts';

describe.each<TokenAlgorithm>(['HS256', 'RS256'])('the service as it is measured, with %s', (algorithm) => {
  const issuer = createTokenIssuer(algorithm);
  const config = loadConfig(
    createServiceEnvironment({
      port: 4000,
      metricsPort: 4001,
      stubPort: 4002,
      databaseUrl: 'sqlite::memory:',
      tokens: issuer.env,
    }),
  );

  test('has everything switched on', async () => {
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

  test('knows the users by their tokens', async () => {
    const authenticator = await createAuthenticator(config.auth);
    const caller = await authenticator.authenticate(`Bearer ${issuer.createToken('auth0|00000001')}`);
    expect(caller?.userId).toBe('auth0|00000001');
  });
});
