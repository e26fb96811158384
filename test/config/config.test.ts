import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/environment.ts';
import { publicKey, required } from './config-kit.ts';

describe('what is accepted', () => {
  test.each<[Environment, object]>([
    [{ STRIPE_SECRET_KEY: 'rk_live_1' }, { stripe: { livemode: true, scope: 'live', apiUrl: null } }],
    [{ STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_SCOPE: 'live-eu' }, { stripe: { scope: 'live-eu' } }],
    [{ STRIPE_SCOPE: 'sandbox_7' }, { stripe: { livemode: false, scope: 'sandbox_7' } }],
    [
      { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_API_URL: 'https://api.stripe.com' },
      { stripe: { apiUrl: new URL('https://api.stripe.com') } },
    ],
    [
      { STRIPE_API_URL: 'https://stripe.example.com' },
      { stripe: { apiUrl: new URL('https://stripe.example.com') } },
    ],
    [{ STRIPE_API_URL: 'http://[::1]:1' }, { stripe: { apiUrl: new URL('http://[::1]:1') } }],
    [{ STRIPE_ACCOUNT: 'acct_1' }, { stripe: { account: 'acct_1' } }],
    [{}, { linking: { metadataKey: null, byClientReferenceId: false } }],
    [{ LINK_BY_METADATA_KEY: 'acme.user-id_1' }, { linking: { metadataKey: 'acme.user-id_1' } }],
    [{ STRIPE_RATE_LIMIT: '5' }, { stripe: { requestsPerSecond: 5 } }],
    [{ STRIPE_RATE_LIMIT: 'off' }, { stripe: { requestsPerSecond: null } }],
    [{ STRIPE_API_URL: 'http://127.0.0.1:1' }, { stripe: { requestsPerSecond: null } }],
    [{ STRIPE_API_URL: 'http://127.0.0.1:1', STRIPE_RATE_LIMIT: '5' }, { stripe: { requestsPerSecond: 5 } }],
    [{ STRIPE_API_URL: 'https://api.stripe.com' }, { stripe: { requestsPerSecond: 20 } }],
    [
      { JWT_SECRET: '', JWT_JWKS_URL: 'https://issuer.example.com/jwks' },
      { auth: { keySource: { kind: 'jwks', url: new URL('https://issuer.example.com/jwks') } } },
    ],
    [
      { JWT_SECRET: '', JWT_PUBLIC_KEY: publicKey.replaceAll('\n', '\\n') },
      { auth: { keySource: { kind: 'publicKey' } } },
    ],
    [
      { JWT_SECRET: '', JWT_JWKS_URL: 'http://keycloak:8080/certs', JWT_JWKS_ALLOW_HTTP: 'true' },
      { auth: { keySource: { kind: 'jwks', url: new URL('http://keycloak:8080/certs') } } },
    ],
    [{ JWT_AUDIENCE_CLAIM: 'client_id' }, { auth: { audienceClaim: 'client_id' } }],
    [{ JWT_SUBJECT_CLAIM: 'org.id' }, { auth: { subjectClaim: 'org.id', emailClaim: null } }],
    [
      { JWT_SUBJECT_CLAIM: 'org.id', JWT_EMAIL_CLAIM: 'org.email' },
      { auth: { subjectClaim: 'org.id', emailClaim: 'org.email' } },
    ],
    [{ JWT_SUBJECT_CLAIM: 'sub' }, { auth: { subjectClaim: 'sub', emailClaim: 'email' } }],
    [{ REQUIRED_ROLE: ' billing ' }, { requiredRole: 'billing' }],
    [
      { RETURN_URLS: ' https://a.example.com , https://b.example.com/account,' },
      {
        returnUrls: [
          { origin: 'https://a.example.com', path: null },
          { origin: 'https://b.example.com', path: '/account' },
        ],
      },
    ],
    [
      { CORS_ORIGINS: 'https://a.example.com, http://b' },
      { http: { corsOrigins: ['https://a.example.com', 'http://b'] } },
    ],
    [{ PORT: '0' }, { http: { port: 0 } }],
    [{ RATE_LIMIT: '5/2h' }, { http: { rateLimit: { requests: 5, perSeconds: 7200 } } }],
    [{ RATE_LIMIT: 'off' }, { http: { rateLimit: null } }],
    [{ TRUST_PROXY: '2' }, { http: { trustProxy: 2 } }],
    [
      { TRUST_PROXY: '10.0.0.0/8, ::1, fd00::/8' },
      { http: { trustProxy: ['10.0.0.0/8', '::1', 'fd00::/8'] } },
    ],
    [
      { NODE_ENV: 'development' },
      { http: { host: '127.0.0.1', landingPage: 'sandbox', introspection: true } },
    ],
    [
      { NODE_ENV: 'development', LANDING_PAGE: 'none' },
      { http: { landingPage: 'none', introspection: true } },
    ],
    [{ LANDING_PAGE: 'graphiql' }, { http: { landingPage: 'graphiql', introspection: true } }],
    [{ LANDING_PAGE: 'sandbox' }, { http: { landingPage: 'sandbox', introspection: true } }],
    [
      { DATABASE_URL: 'mongodb+srv://cluster.example.com/billing' },
      { databaseUrl: 'mongodb+srv://cluster.example.com/billing' },
    ],
    [
      { PORTAL_POLICIES: './policies.yaml', POLICY_NAMESPACE: 'eu' },
      { policies: { file: './policies.yaml', namespace: 'eu' } },
    ],
  ])('%j', (changes, expected) => {
    expect(loadConfig({ ...required, ...changes })).toMatchObject(expected);
  });
});

test('what is not set has a default, and no secret has one', () => {
  expect(loadConfig(required)).toMatchObject({
    logLevel: 'info',
    databaseUrl: 'sqlite:./data/billing.db',
    http: {
      host: '0.0.0.0',
      port: 4000,
      corsOrigins: [],
      trustProxy: false,
      rateLimit: { requests: 60, perSeconds: 60 },
      landingPage: 'none',
      introspection: false,
    },
    stripe: {
      secretKey: 'sk_test_1',
      livemode: false,
      apiUrl: null,
      account: null,
      scope: 'test',
      requestsPerSecond: 20,
    },
    auth: {
      keySource: { kind: 'secret', secret: 'a secret of more than thirty-two bytes' },
      issuer: 'https://issuer.example.com',
      audience: ['billing'],
      requiredClaims: new Map(),
      subjectClaim: 'sub',
      rolesClaim: 'roles',
      emailClaim: 'email',
    },
    requiredRole: null,
    adminRole: 'billing:admin',
    returnUrls: [{ origin: 'https://app.example.com', path: null }],
    policies: { file: null, namespace: 'default' },
  });
});

test('the whole configuration is frozen', () => {
  const findThawed = (value: unknown, path: string): string[] => {
    if (typeof value !== 'object' || value === null || value instanceof URL) return [];
    const inside = Object.entries(value).flatMap(([name, inner]) => findThawed(inner, `${path}.${name}`));
    return Object.isFrozen(value) ? inside : [path, ...inside];
  };
  expect(findThawed(loadConfig({ ...required, TRUST_PROXY: '::1' }), 'config')).toEqual([]);
});

test('nothing is read but the argument', () => {
  process.env['PORT'] = '1';
  try {
    expect(loadConfig(required).http.port).toBe(4000);
  } finally {
    delete process.env['PORT'];
  }
});
