import { describe, expect, test } from '@jest/globals';
import { loadPoliciesConfig, loadSigningConfig, loadStoreConfig } from '../../src/config/command-config.ts';
import { ConfigurationError } from '../../src/config/config.ts';

function getFaults(load: () => unknown): readonly string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  throw new Error('expected a ConfigurationError');
}

describe('the configuration of commands on mappings', () => {
  test.each([
    [{ STRIPE_SECRET_KEY: 'sk_test_1' }, 'test'],
    [{ STRIPE_SECRET_KEY: 'rk_live_1' }, 'live'],
    [{ STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_SCOPE: 'sandbox-1' }, 'sandbox-1'],
    [{ STRIPE_SCOPE: 'live' }, 'live'],
    [{ STRIPE_SCOPE: 'test', STRIPE_SECRET_KEY: ' ' }, 'test'],
  ])('%j means the mappings of %s', (env, scope) => {
    expect(loadStoreConfig(env)).toMatchObject({
      stripe: { scope },
      databaseUrl: 'sqlite:./data/billing.db',
    });
  });

  test('has no way to Stripe without a key', () => {
    expect(loadStoreConfig({ STRIPE_SCOPE: 'test' }).stripe.secretKey).toBeNull();
    expect(loadStoreConfig({ STRIPE_SECRET_KEY: 'sk_test_1' }).stripe).toMatchObject({ apiUrl: null });
  });

  test('looks at no variable of the service that it does not need', () => {
    const env = { STRIPE_SCOPE: 'test', PORT: 'nonsense', JWT_SECRET: 'short', RETURN_URLS: '*' };
    expect(loadStoreConfig(env).stripe.scope).toBe('test');
  });

  test('reports every fault at once', () => {
    const env = { DATABASE_URL: 'postgres://db' };
    expect(getFaults(() => loadStoreConfig(env))).toEqual([
      expect.stringMatching(/^DATABASE_URL: expected/),
      expect.stringMatching(/^STRIPE_SECRET_KEY, STRIPE_SCOPE: one of them is required/),
    ]);
  });

  test.each([
    [
      { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_SCOPE: 'test' },
      'STRIPE_SCOPE: with a live key, the scope must begin',
    ],
    [{ STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_API_URL: 'http://127.0.0.1:1' }, 'STRIPE_API_URL: a live key'],
    [{ STRIPE_SECRET_KEY: 'pk_test_1' }, 'STRIPE_SECRET_KEY: expected'],
    [{ STRIPE_SCOPE: 'Live!' }, 'STRIPE_SCOPE: expected'],
  ])('%j is refused: %s', (env, fault) => {
    expect(getFaults(() => loadStoreConfig(env))).toEqual([expect.stringContaining(fault)]);
  });
});

test('the configuration of commands on policies has each variable that it reads, or a fault of it', () => {
  const env = { STRIPE_SECRET_KEY: 'sk_test_1', PORTAL_POLICIES: './policies.yaml' };
  expect(loadPoliciesConfig(env)).toMatchObject({ policies: { file: './policies.yaml' }, returnUrls: [] });
  expect(getFaults(() => loadPoliciesConfig({ ...env, PORTAL_POLICIES: '', RETURN_URLS: '*' }))).toEqual([
    expect.stringMatching(/^RETURN_URLS: /),
    'PORTAL_POLICIES: is required',
  ]);
  expect(getFaults(() => loadPoliciesConfig({ ...env, RETURN_URLS: '*' }))).toHaveLength(1);
});

test('commands on mappings refuse a faulty name of the metadata that names users', () => {
  const env = { STRIPE_SECRET_KEY: 'sk_test_1', LINK_BY_METADATA_KEY: 'user id' };
  expect(getFaults(() => loadStoreConfig(env, ['LINK_BY_METADATA_KEY']))).toEqual([
    expect.stringMatching(/^LINK_BY_METADATA_KEY: /),
  ]);
});

describe('the configuration of signing', () => {
  const signing = {
    NODE_ENV: 'development',
    JWT_SECRET: 'a secret of more than thirty-two bytes',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
  };

  test('is that of the service that checks the tokens', () => {
    expect(loadSigningConfig({ ...signing, JWT_SUBJECT_CLAIM: 'org_id' })).toEqual({
      keySource: { kind: 'secret', secret: signing.JWT_SECRET },
      issuer: signing.JWT_ISSUER,
      audience: [signing.JWT_AUDIENCE],
      audienceClaim: 'aud',
      requiredClaims: new Map(),
      subjectClaim: 'org_id',
      rolesClaim: 'roles',
      emailClaim: null,
    });
  });

  test.each([
    [{ NODE_ENV: 'production' }, 'NODE_ENV: tokens can be signed only in development and test'],
    [{ NODE_ENV: undefined }, 'NODE_ENV: tokens can be signed only in development and test'],
    [{ JWT_SECRET: undefined }, 'JWT_SECRET: is required'],
    [{ JWT_SECRET: 'short' }, 'JWT_SECRET: the secret has 5 bytes'],
    [{ JWT_JWKS_URL: 'https://issuer.example.com/jwks' }, 'JWT_SECRET: is required to sign tokens'],
    [{ JWT_AUDIENCE: '' }, 'JWT_AUDIENCE: is required'],
  ])('with %j it is refused: %s', (changes, fault) => {
    expect(getFaults(() => loadSigningConfig({ ...signing, ...changes }))).toEqual([
      expect.stringContaining(fault),
    ]);
  });
});
