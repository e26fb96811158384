import { describe, expect, test } from '@jest/globals';
import { publicKey, required } from './config-kit.ts';
import { ConfigurationError, loadConfig } from '../../src/config/config.ts';
import { type Environment } from '../../src/config/environment.ts';

describe('what is accepted', () => {
  test.each<[Environment, object]>([
    [{ STRIPE_SECRET_KEY: 'rk_live_1' }, { stripe: { livemode: true, scope: 'live', apiUrl: null } }],
    [{ STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_SCOPE: 'live-eu' }, { stripe: { scope: 'live-eu' } }],
    [{ STRIPE_SCOPE: 'sandbox_7' }, { stripe: { livemode: false, scope: 'sandbox_7' } }],
    [{ STRIPE_SCOPE: 'x'.repeat(40) }, { stripe: { scope: 'x'.repeat(40) } }],
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
    [
      { JWT_REQUIRED_CLAIMS: 'token_use = access, note=a=b' },
      {
        auth: {
          requiredClaims: new Map([
            ['token_use', 'access'],
            ['note', 'a=b'],
          ]),
        },
      },
    ],
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
    [{ PORT: '65535' }, { http: { port: 65_535 } }],
    [{ port: '1' }, { http: { port: 4000 } }],
    [{ HOST: '10.0.0.7' }, { http: { host: '10.0.0.7', metricsHost: '10.0.0.7' } }],
    [
      { PUBLIC_URL: 'https://app.example.com/billing' },
      { publicUrl: new URL('https://app.example.com/billing') },
    ],
    [{ PUBLIC_URL: 'http://localhost:4000' }, { publicUrl: new URL('http://localhost:4000') }],
    [{ HOST: '10.0.0.7', METRICS_HOST: '::1' }, { http: { host: '10.0.0.7', metricsHost: '::1' } }],
    [{ RATE_LIMIT: '5/2h' }, { http: { rateLimit: { requests: 5, perSeconds: 7200 } } }],
    [{ RATE_LIMIT: '5/30s' }, { http: { rateLimit: { requests: 5, perSeconds: 30 } } }],
    [{ RATE_LIMIT: '9999999/9999s' }, { http: { rateLimit: { requests: 9_999_999, perSeconds: 9_999 } } }],
    [{ RATE_LIMIT: '60/168h' }, { http: { rateLimit: { perSeconds: 604_800 } } }],
    [{ RATE_LIMIT: 'off' }, { http: { rateLimit: null } }],
    [{ TRUST_PROXY: '2' }, { http: { trustProxy: 2 } }],
    [{ TRUST_PROXY: '10.0.0.1' }, { http: { trustProxy: ['10.0.0.1'] } }],
    [
      { TRUST_PROXY: '192.0.2.7/32,fd00::/64,::1/128' },
      { http: { trustProxy: ['192.0.2.7/32', 'fd00::/64', '::1/128'] } },
    ],
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
    [{ DATABASE_URL: ' sqlite:./billing.db\r' }, { databaseUrl: 'sqlite:./billing.db' }],
    [{ REDIS_URL: 'redis://user:p%25ss@localhost' }, { http: { redisUrl: 'redis://user:p%25ss@localhost' } }],
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

test('spaces and line breaks around a value are ignored, except around a shared secret', () => {
  const env: Environment = {
    ...required,
    STRIPE_WEBHOOK_SECRETS: 'whsec_12345678',
    PORT: '4001',
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'warn',
    FEDERATION: 'true',
  };
  const padded = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, ` ${value ?? ''}\r\n`]),
  );
  const JWT_SECRET = padded['JWT_SECRET'];

  expect(loadConfig(padded)).toEqual(loadConfig({ ...env, JWT_SECRET }));
});

test('the metrics may have the same port at another address', () => {
  const addresses = { HOST: '10.0.0.1', METRICS_HOST: '127.0.0.1' };
  expect(loadConfig({ ...required, ...addresses, PORT: '9000', METRICS_PORT: '9000' }).http).toMatchObject({
    port: 9000,
    metricsPort: 9000,
  });
  expect(loadConfig({ ...required, PORT: '0', METRICS_PORT: '0' }).http.metricsPort).toBe(0);
});

test('nothing is read but the argument', () => {
  process.env['PORT'] = '1';
  try {
    expect(loadConfig(required).http.port).toBe(4000);
  } finally {
    delete process.env['PORT'];
  }
});

function getFaults(env: Environment): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

test('every fault is told at once, each with its variable and what it expects', () => {
  const faulty = {
    NODE_ENV: 'staging',
    LOG_LEVEL: 'loud',
    DATABASE_URL: 'postgres://db',
    PORT: '65536',
    CORS_ORIGINS: 'https://app.example.com/path',
    TRUST_PROXY: 'yes',
    RATE_LIMIT: 'many',
    LANDING_PAGE: 'pretty',
    STRIPE_SECRET_KEY: 'pk_test_1',
    STRIPE_API_URL: 'ftp://stripe',
    STRIPE_ACCOUNT: 'mine',
    STRIPE_SCOPE: 'Of Mine',
    JWT_JWKS_URL: 'nowhere',
    RETURN_URLS: '*',
    POLICY_NAMESPACE: 'Of Mine',
  };

  const faults = getFaults(faulty);

  for (const name of Object.keys(faulty)) {
    expect(faults).toContainEqual(expect.stringMatching(new RegExp(`^${name}: .{10}`)));
  }
  expect(faults).toContain('JWT_ISSUER: is required');
  expect(faults).toContain('JWT_AUDIENCE: is required');
  expect(new ConfigurationError(faults).message.split('\n')).toHaveLength(faults.length + 1);
});

describe('what is not accepted', () => {
  test.each<[Environment, RegExp]>([
    // Tokens that should not be accepted.
    [{ JWT_AUDIENCE: undefined }, /^JWT_AUDIENCE: is required$/],
    [{ JWT_ISSUER: ' ' }, /^JWT_ISSUER: is required$/],
    [{ JWT_ISSUER: '"https://issuer.example.com"' }, /^JWT_ISSUER: the value is in quotes; remove them$/],
    [{ JWT_AUDIENCE: "'billing'" }, /^JWT_AUDIENCE: the value is in quotes; remove them$/],
    [{ JWT_AUDIENCE: ' , ' }, /^JWT_AUDIENCE: is required$/],
    [{ JWT_REQUIRED_CLAIMS: 'token_use' }, /^JWT_REQUIRED_CLAIMS: expected claims with their values/],
    [{ JWT_REQUIRED_CLAIMS: 'sts=active,=x' }, /^JWT_REQUIRED_CLAIMS: expected claims with their values/],
    [{ JWT_REQUIRED_CLAIMS: '=sts=active' }, /^JWT_REQUIRED_CLAIMS: expected claims with their values/],
    [{ JWT_REQUIRED_CLAIMS: 'token_use,sts' }, /^JWT_REQUIRED_CLAIMS: expected claims with their values/],
    [{ JWT_REQUIRED_CLAIMS: ',' }, /^JWT_REQUIRED_CLAIMS: expected claims with their values/],
    [{ JWT_REQUIRED_CLAIMS: 'groups=a, groups =b' }, /^JWT_REQUIRED_CLAIMS: .* each claim once/],
    [{ JWT_SECRET: `"${required.JWT_SECRET}"` }, /^JWT_SECRET: the value is in quotes; remove them$/],
    [{ JWT_SECRET: 'short' }, /^JWT_SECRET: the secret has 5 bytes and needs 32/],
    [{ JWT_SECRET: publicKey }, /^JWT_SECRET: this is a PEM key/],
    [{ JWT_SECRET: undefined }, /^JWT_JWKS_URL, JWT_PUBLIC_KEY, JWT_SECRET: one of them is required/],
    [{ JWT_SECRET: undefined, JWT_JWKS_URL: 'issuer.example.com' }, /^JWT_JWKS_URL: expected an http/],
    [
      { JWT_SECRET: undefined, JWT_JWKS_URL: 'xhttps://issuer.example.com' },
      /^JWT_JWKS_URL: expected an http/,
    ],
    [{ JWT_PUBLIC_KEY: publicKey }, /^JWT_JWKS_URL, JWT_PUBLIC_KEY, JWT_SECRET: set only one/],
    [{ JWT_JWKS_URL: 'https://issuer.example.com/jwks' }, /^JWT_JWKS_URL, .*: set only one/],
    [{ JWT_SECRET: '', JWT_PUBLIC_KEY: 'MCowBQYDK2VwAyEA' }, /^JWT_PUBLIC_KEY: expected one PEM block/],
    [
      { JWT_SECRET: '', JWT_JWKS_URL: 'https://issuer.example.com', JWT_JWKS_ALLOW_HTTP: 'yes' },
      /^JWT_JWKS_ALLOW_HTTP: /,
    ],
    [
      { JWT_SECRET: '', JWT_JWKS_URL: 'http://issuer.example.com/jwks' },
      /^JWT_JWKS_URL: a JWKS URL must be https/,
    ],
    // Keys that must not get away.
    [
      { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_API_URL: 'https://stripe.example.com' },
      /^STRIPE_API_URL: a live key is only sent to https:\/\/api\.stripe\.com/,
    ],
    [
      { STRIPE_SECRET_KEY: 'rk_live_1', STRIPE_API_URL: 'http://127.0.0.1:12111' },
      /^STRIPE_API_URL: a live key is only sent/,
    ],
    [
      { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_API_URL: 'https://api.stripe.com:8443' },
      /^STRIPE_API_URL: a live key is only sent/,
    ],
    [
      { STRIPE_API_URL: 'http://stripe.example.com' },
      /^STRIPE_API_URL: expected https, or http on localhost/,
    ],
    [
      { STRIPE_API_URL: 'http://127.0.0.1.example.com' },
      /^STRIPE_API_URL: expected https, or http on localhost/,
    ],
    [{ STRIPE_API_URL: 'https://stripe.example.com/v1' }, /^STRIPE_API_URL: expected an origin/],
    [{ STRIPE_API_URL: 'https://user:word@stripe.example.com' }, /^STRIPE_API_URL: expected an origin/],
    [{ STRIPE_SECRET_KEY: 'whsec_1' }, /^STRIPE_SECRET_KEY: expected a Stripe secret/],
    // Mappings of another mode.
    [{ STRIPE_SCOPE: 'live' }, /^STRIPE_SCOPE: with a live key, the scope must begin with "live"/],
    [{ STRIPE_SCOPE: 'live-2' }, /^STRIPE_SCOPE: with a live key, the scope must begin with "live"/],
    [
      { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_SCOPE: 'test' },
      /^STRIPE_SCOPE: with a live key, the scope must begin with "live"/,
    ],
    [{ STRIPE_SCOPE: 'a:b' }, /^STRIPE_SCOPE: expected up to 40/],
    [{ STRIPE_SCOPE: 'x'.repeat(41) }, /^STRIPE_SCOPE: expected up to 40/],
    // Everything else.
    [{ STRIPE_ACCOUNT: 'cus_1' }, /^STRIPE_ACCOUNT: expected a connected account/],
    [
      { STRIPE_WEBHOOK_SECRETS: 'whsec_,whsec_12345678' },
      /^STRIPE_WEBHOOK_SECRETS: expected signing secrets/,
    ],
    [
      { STRIPE_WEBHOOK_SECRETS: 'whsec_guides' },
      /^STRIPE_WEBHOOK_SECRETS: .*whsec_ and at least 8 letters or digits$/,
    ],
    [{ LINK_BY_METADATA_KEY: "a']:'b" }, /^LINK_BY_METADATA_KEY: expected up to 40 letters/],
    [{ LINK_BY_METADATA_KEY: 'billing_portal_attempt' }, /^LINK_BY_METADATA_KEY: expected another key/],
    [{ STRIPE_RATE_LIMIT: '0' }, /^STRIPE_RATE_LIMIT: expected a number of requests per second/],
    [{ RETURN_URLS: ',' }, /^RETURN_URLS: expected at least one origin/],
    [{ RETURN_URLS: 'http://app.example.com' }, /^RETURN_URLS: .* is http/],
    [{ RETURN_URLS: 'https://app.*.example.com' }, /^RETURN_URLS: .* a wildcard/],
    [{ RETURN_URLS: 'https://a.example.com,app' }, /^RETURN_URLS: "app" is not a URL/],
    [{ PUBLIC_URL: 'http://billing.example.com' }, /^PUBLIC_URL: expected https/],
    [{ PUBLIC_URL: 'https://ada:word@billing.example.com' }, /^PUBLIC_URL: expected https/],
    [{ PUBLIC_URL: 'https://ada@billing.example.com' }, /^PUBLIC_URL: expected https/],
    [{ PUBLIC_URL: 'https://:word@billing.example.com' }, /^PUBLIC_URL: expected https/],
    [{ PUBLIC_URL: 'https://billing.example.com#plan' }, /^PUBLIC_URL: expected https/],
    [{ PUBLIC_URL: 'ftp://localhost' }, /^PUBLIC_URL: expected https/],
    [{ PUBLIC_URL: 'https://billing.example.com?plan=a' }, /^PUBLIC_URL: expected https/],
    [{ CORS_ORIGINS: '*' }, /^CORS_ORIGINS: expected origins such as/],
    [{ CORS_ORIGINS: 'https://app.example.com/' }, /^CORS_ORIGINS: expected origins such as/],
    [{ CORS_ORIGINS: 'https://app.*.example.com' }, /^CORS_ORIGINS: .* a wildcard/],
    [{ METRICS_PORT: '4000' }, /^METRICS_PORT: expected another port than that of PORT$/],
    [
      { METRICS_PORT: '9000', PORT: '9000', METRICS_HOST: '127.0.0.1' },
      /^METRICS_PORT: expected another port than that of PORT$/,
    ],
    [{ PORT: '-1' }, /^PORT: expected a port number/],
    [{ PORT: '80.5' }, /^PORT: expected a port number/],
    [{ PORT: 'http' }, /^PORT: expected a port number/],
    [{ RATE_LIMIT: '0/1m' }, /^RATE_LIMIT: expected a limit such as/],
    [{ RATE_LIMIT: '05/1m' }, /^RATE_LIMIT: expected a limit such as/],
    [{ RATE_LIMIT: '60/1min' }, /^RATE_LIMIT: expected a limit such as/],
    [{ RATE_LIMIT: '10000000/1m' }, /^RATE_LIMIT: expected a limit such as/],
    [{ RATE_LIMIT: '60/10000s' }, /^RATE_LIMIT: expected a limit such as/],
    [{ RATE_LIMIT: '60/1d' }, /^RATE_LIMIT: expected a limit such as/],
    [{ RATE_LIMIT: '60/169h' }, /^RATE_LIMIT: expected a time of at most 168h/],
    [{ REDIS_URL: 'http://localhost' }, /^REDIS_URL: expected redis:/],
    [{ REDIS_URL: 'xredis://localhost' }, /^REDIS_URL: expected redis:/],
    [{ REDIS_URL: 'redis://[localhost' }, /^REDIS_URL: expected redis:/],
    [{ REDIS_URL: 'redis://localhost/counts' }, /^REDIS_URL: expected redis:/],
    [{ REDIS_URL: 'redis://user:p%ss@localhost' }, /^REDIS_URL: a percent sign in the user or the password/],
    [{ HTTPS_PROXY: 'socks5://proxy:1080' }, /^HTTPS_PROXY: expected the URL of an HTTP proxy/],
    [{ HTTPS_PROXY: 'http://user:p%ss@proxy' }, /^HTTPS_PROXY: a percent sign in the user or the password/],
    [{ HTTPS_PROXY: 'p%ss:word@proxy:3128' }, /^HTTPS_PROXY: a percent sign in the user or the password/],
    [{ TRUST_PROXY: 'true' }, /^TRUST_PROXY: expected off, a number/],
    [{ TRUST_PROXY: 'fade' }, /^TRUST_PROXY: expected off, a number/],
    [{ TRUST_PROXY: '10.0.0.0/33' }, /^TRUST_PROXY: expected off, a number/],
    [{ TRUST_PROXY: 'fd00::/129' }, /^TRUST_PROXY: expected off, a number/],
    [{ TRUST_PROXY: '/10.0.0.1' }, /^TRUST_PROXY: expected off, a number/],
    [{ TRUST_PROXY: '10.0.0.0/8/8' }, /^TRUST_PROXY: expected off, a number/],
    [{ TRUST_PROXY: '10.0.0.1, proxy.internal' }, /^TRUST_PROXY: expected off, a number/],
    [{ TRUST_PROXY: '0.0.0.0/0' }, /^TRUST_PROXY: expected off, a number/],
    [{ TRUST_PROXY: ',' }, /^TRUST_PROXY: expected off, a number/],
    [{ DATABASE_URL: 'mongodb://db' }, /^DATABASE_URL: expected the name of a database/],
    [{ DATABASE_URL: 'mongodb://ada:pass@db:27017/' }, /^DATABASE_URL: expected the name of a database/],
    [{ DATABASE_URL: 'mongodb://db1,db2/?replicaSet=rs0' }, /^DATABASE_URL: expected the name of a database/],
    [
      { DATABASE_URL: 'mongodb+srv://cluster.example.com?w=1' },
      /^DATABASE_URL: expected the name of a database/,
    ],
    [{ DATABASE_URL: 'sqlite:' }, /^DATABASE_URL: expected mongodb/],
    [{ DATABASE_URL: 'data/billing.db' }, /^DATABASE_URL: expected mongodb/],
    [{ POLICY_NAMESPACE: 'a b' }, /^POLICY_NAMESPACE: expected up to 40/],
  ])('%j', (changes, fault) => {
    expect(getFaults({ ...required, ...changes })).toEqual([expect.stringMatching(fault)]);
  });

  test('is not quoted where it may be secret', () => {
    const secrets = {
      STRIPE_SECRET_KEY: 'pk_test_Planted',
      JWT_SECRET: 'Planted',
      DATABASE_URL: 'postgres://Planted:Planted@db',
      JWT_JWKS_URL: 'https://Planted:Planted@issuer.example.com',
    };
    for (const [name, value] of Object.entries(secrets)) {
      const faults = getFaults({ ...required, JWT_SECRET: undefined, [name]: value });
      expect(faults).toHaveLength(name.startsWith('JWT') ? 1 : 2);
      expect(faults.join()).not.toContain('Planted');
    }
  });
});

test.each(['RETURN_URLS', 'CORS_ORIGINS'])('a fault of %s repeats its URL without the password', (name) => {
  const [fault = ''] = getFaults({ ...required, [name]: 'https://ada:Planted/Planted@app.example.com' });
  expect(fault).toContain('https://[secret]@app.example.com');
  expect(fault).not.toContain('Planted');
});

test.each(Object.keys(required))('%s is required', (name) => {
  expect(getFaults({ ...required, [name]: undefined })).toEqual([
    expect.stringMatching(new RegExp(`^${name === 'JWT_SECRET' ? 'JWT_JWKS_URL, .*' : name}: .*is required`)),
  ]);
});
