import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type AuthConfig, type Authenticator, createAuthenticator } from '../../src/auth/authenticator.ts';
import { type Caller, requireRole } from '../../src/auth/claims.ts';
import { createToken } from '../../src/auth/token-issuer.ts';
import type { BillingError } from '../../src/shared/errors.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { startKeySetServer, toJwk } from './key-set-server.ts';
import {
  claims,
  craftToken,
  createConfig,
  createHmacToken,
  createRsaToken,
  ed25519,
  hmac,
  now,
  p256,
  rsa,
  secret,
  signature,
  toPem,
} from './token-kit.ts';

const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' });

async function authenticate(config: AuthConfig, authorization: string | undefined): Promise<Caller | null> {
  return createAuthenticator(config, () => now * 1000).authenticate(authorization);
}

const secretConfig = createConfig({ kind: 'secret', secret });

describe('a good token is accepted', () => {
  const longSecret = secret.repeat(2);

  test.each([
    ['HS256', secret, 'sha256'],
    ['HS256', longSecret, 'sha256'],
    ['HS384', longSecret, 'sha384'],
    ['HS512', longSecret, 'sha512'],
  ])('%s with the secret %s', async (alg, key, hash) => {
    const token = craftToken({ alg }, claims, hmac(key, hash));
    const config = createConfig({ kind: 'secret', secret: key });
    await expect(authenticate(config, `Bearer ${token}`)).resolves.toMatchObject({ userId: 'user_1' });
  });

  test.each([
    ['RS256', rsa, 'sha256'],
    ['RS512', rsa, 'sha512'],
    ['ES256', p256, 'sha256'],
    ['ES384', p384, 'sha384'],
    ['ES512', p521, 'sha512'],
    ['EdDSA', ed25519, null],
    ['Ed25519', ed25519, null],
  ])('%s with a public key', async (alg, { publicKey, privateKey }, hash) => {
    const token = craftToken({ alg }, claims, signature(privateKey, hash));
    const config = createConfig({ kind: 'publicKey', pem: toPem(publicKey) });
    await expect(authenticate(config, `Bearer ${token}`)).resolves.toMatchObject({ userId: 'user_1' });
  });

  test.each(['JWT', 'at+jwt', 'application/at+jwt', undefined])('with the type %s', async (typ) => {
    const authorization = `Bearer ${createHmacToken(claims, { typ })}`;
    await expect(authenticate(secretConfig, authorization)).resolves.toMatchObject({ userId: 'user_1' });
  });

  test.each(['Bearer ', 'bearer ', 'BEARER ', 'Bearer   '])('behind %j', async (scheme) => {
    const authorization = scheme + createHmacToken();
    await expect(authenticate(secretConfig, authorization)).resolves.toMatchObject({ userId: 'user_1' });
  });
});

test('without the header there is no caller', async () => {
  await expect(authenticate(secretConfig, undefined)).resolves.toBeNull();
});

test.each([
  ['', ''],
  ['the scheme alone', 'Bearer'],
  ['the scheme and a space', 'Bearer '],
  ['no scheme', createHmacToken()],
  ['another scheme', `Basic ${createHmacToken()}`],
  ['another scheme that ends alike', `XBearer ${createHmacToken()}`],
  ['no space', `Bearer${createHmacToken()}`],
  ['a tab', `Bearer\t${createHmacToken()}`],
  ['a space before', ` Bearer ${createHmacToken()}`],
  ['a quoted token', `Bearer "${createHmacToken()}"`],
])('a header with %s is refused', async (_, authorization) => {
  await expect(authenticate(secretConfig, authorization)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('weak key material is refused when the authenticator is made', () => {
  expect(() => createAuthenticator(createConfig({ kind: 'secret', secret: 'short' }))).toThrow('bytes');
});

describe('what the claims say', () => {
  async function getCaller(
    payload: object | string,
    names: Partial<AuthConfig> = {},
  ): Promise<Caller | null> {
    return authenticate({ ...secretConfig, ...names }, `Bearer ${createHmacToken(payload)}`);
  }

  test('the caller holds every claim', async () => {
    const payload = { ...claims, plan: { name: 'gold' } };
    await expect(getCaller(payload)).resolves.toEqual({
      userId: 'user_1',
      roles: [],
      email: null,
      claims: payload,
    });
  });

  test.each([
    ['org_id', { org_id: 'org_1' }],
    ['organisation.id', { organisation: { id: 'org_1' } }],
    ['https://example.com/org', { 'https://example.com/org': 'org_1' }],
    ['https://example.com/claims.org', { 'https://example.com/claims': { org: 'org_1' } }],
    ['a.b', { 'a.b': 'org_1', a: { b: 'the literal name comes first' } }],
    ['a.b.c', { a: { x: 1 }, 'a.b': { c: 'org_1' } }],
  ])('the subject can be the claim %s', async (subjectClaim, extra) => {
    await expect(getCaller({ ...claims, ...extra }, { subjectClaim })).resolves.toMatchObject({
      userId: 'org_1',
    });
  });

  test.each([
    'org_id',
    'constructor.name',
    '__proto__',
    'iss.length',
    'organisation.',
    '.id',
    'organisation.id.x',
  ])('there is no subject in the claim %s', async (subjectClaim) => {
    await expect(
      getCaller({ ...claims, organisation: { id: 'org_1' } }, { subjectClaim }),
    ).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: `The token's "${subjectClaim}" claim does not name a user.`,
    });
  });

  test.each([
    [42, '42'],
    [0, '0'],
    [9_007_199_254_740_991, '9007199254740991'],
  ])('the subject can be the number %s in a claim of the issuer', async (id, userId) => {
    await expect(getCaller({ ...claims, id }, { subjectClaim: 'id' })).resolves.toMatchObject({ userId });
  });

  test.each([
    ['past 2^53', '9007199254740993'],
    ['negative', '-1'],
    ['a fraction', '1.5'],
    ['infinite', '1e999'],
    ['true', 'true'],
  ])('the subject cannot be a number that is %s', async (_, id) => {
    const payload = JSON.stringify({ ...claims, id: 'planted' }).replace('"planted"', id);
    await expect(getCaller(payload, { subjectClaim: 'id' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test.each([
    [
      ['a', 'b c'],
      ['a', 'b c'],
    ],
    ['billing:admin  support ', ['billing:admin', 'support']],
    ['', []],
    [['a', 1, null, { b: true }], ['a']],
    [{ 'billing:admin': { org_1: 'example.com' }, support: true }, ['billing:admin', 'support']],
    [{ a: false, b: null, c: 'no', d: 0 }, []],
    [true, []],
    [null, []],
    [undefined, []],
  ])('the roles %j are %j', async (roles, expected) => {
    await expect(getCaller({ ...claims, roles })).resolves.toMatchObject({ roles: expected });
  });

  test('roles can be nested', async () => {
    const payload = { ...claims, realm_access: { roles: ['support'] } };
    await expect(getCaller(payload, { rolesClaim: 'realm_access.roles' })).resolves.toMatchObject({
      roles: ['support'],
    });
  });

  test.each([
    ['ada@example.com', true, 'ada@example.com'],
    ['ada@example.com', false, null],
    ['ada@example.com', 'true', null],
    ['ada@example.com', 1, null],
    ['ada@example.com', undefined, null],
    ['ada', true, null],
    ['ada@example.com\nBcc: eve@evil.example', true, null],
    ['ada@example.com,eve@evil.example', true, null],
    [`${'a'.repeat(250)}@b.example`, true, null],
    [['ada@example.com'], true, null],
  ])('the e-mail %j with email_verified %j is %j', async (email, verified, expected) => {
    await expect(getCaller({ ...claims, email, email_verified: verified })).resolves.toMatchObject({
      email: expected,
    });
  });
});

/** Access tokens as these issuers write them; the members that matter are theirs, word for word. */
const { aud: _aud, ...withoutAudience } = claims;
const cognito = {
  ...withoutAudience,
  client_id: 'billing',
  token_use: 'access',
  scope: 'openid',
  version: 2,
};
const clerk = { ...withoutAudience, azp: 'billing', sid: 'sess_1', v: 2 };
const rolesOfZitadel = 'urn:zitadel:iam:org:project:roles';
const zitadel = { ...claims, [rolesOfZitadel]: { 'billing:admin': { 2001: 'acme.zitadel.cloud' } } };
const keycloak = { ...claims, typ: 'Bearer', azp: 'web', realm_access: { roles: ['billing:admin'] } };
const supabase = { ...claims, app_metadata: { org: { id: 42 } }, role: 'authenticated' };

const identify = (token: object, settings: Partial<AuthConfig>): Promise<Caller | null> =>
  authenticate({ ...secretConfig, ...settings }, `Bearer ${createHmacToken(token)}`);

test.each<[string, object, Partial<AuthConfig>, Partial<Caller>]>([
  ['Cognito', cognito, { audienceClaim: 'client_id' }, { userId: 'user_1' }],
  ['Clerk', clerk, { audienceClaim: 'azp' }, { userId: 'user_1' }],
  ['Zitadel', zitadel, { rolesClaim: rolesOfZitadel }, { roles: ['billing:admin'] }],
  ['Keycloak', keycloak, { rolesClaim: 'realm_access.roles' }, { roles: ['billing:admin'] }],
  ['Supabase', supabase, { subjectClaim: 'app_metadata.org.id' }, { userId: '42' }],
])('an access token of %s is accepted', async (_issuer, token, settings, caller) => {
  await expect(identify(token, settings)).resolves.toMatchObject(caller);
});

describe('where another claim names the audience', () => {
  const settings = { audienceClaim: 'client_id' };
  const refusedClaim = (claim: string) => ({
    code: 'UNAUTHENTICATED',
    message: `The token's audience ("${claim}") is not the expected one.`,
  });

  test.each<[string, object]>([
    ['is missing, though "aud" is the expected one', { ...cognito, client_id: undefined, aud: 'billing' }],
    ['is of another client', { ...cognito, client_id: 'shop' }],
    ['begins alike', { ...cognito, client_id: 'billing2' }],
    ['is empty', { ...cognito, client_id: '' }],
    ['is an object', { ...cognito, client_id: { billing: true } }],
  ])('a token whose claim %s is refused', async (_what, token) => {
    await expect(identify(token, settings)).rejects.toMatchObject(refusedClaim('client_id'));
  });

  test.each([['shop'], [['shop']], [[]], [null]])(
    'a token for another service is refused: "aud" is %j',
    async (aud) => {
      await expect(identify({ ...cognito, aud }, settings)).rejects.toMatchObject(refusedClaim('aud'));
    },
  );

  test('a token may name the audience in both claims', async () => {
    const token = { ...cognito, aud: ['billing'] };
    await expect(identify(token, settings)).resolves.toMatchObject({ userId: 'user_1' });
  });
});

test('without that setting a token without "aud" is refused, whatever else it holds', async () => {
  for (const token of [cognito, clerk]) {
    await expect(identify(token, {})).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
});

/** Why the token in this header is refused, for the log. */
async function explain(authorization: string, settings: Partial<AuthConfig> = {}): Promise<unknown> {
  const config = { ...secretConfig, ...settings };
  const error: unknown = await authenticate(config, authorization).catch((reason: unknown) => reason);
  return (error as { refusal?: unknown }).refusal;
}

const sign = (payload: object, header: object = {}): string => `Bearer ${createHmacToken(payload, header)}`;

test.each<[string, unknown]>([
  ['of another value', 'id'],
  ['that is an object', { access: true }],
  ['that is an object which cannot be read as text', { toString: 5 }],
  ['that is a list in a list', [['access']]],
])('a required claim %s is refused, and named in the log', async (_what, value) => {
  const requiredClaims = new Map([['token_use', 'access']]);

  expect(await explain(sign({ ...claims, token_use: value }), { requiredClaims })).toMatchObject({
    refused: 'token_use',
    expected: 'access',
  });
});

test.each<[string, string, object]>([
  [
    'an issuer that is a service account',
    sign({ ...claims, iss: 'ada@project.example.com' }),
    { refused: 'iss', actual: '[e-mail]' },
  ],
  [
    'the issuer',
    sign({ ...claims, iss: 'https://other.example' }),
    { refused: 'iss', expected: 'https://issuer.example', actual: 'https://other.example' },
  ],
  [
    'an issuer with a trailing slash',
    sign({ ...claims, iss: 'https://issuer.example/' }),
    { refused: 'iss', actual: 'https://issuer.example/', hint: 'they differ only in a trailing slash' },
  ],
  [
    'an issuer by http',
    sign({ ...claims, iss: 'http://issuer.example' }),
    { refused: 'iss', hint: 'they differ only in http and https' },
  ],
  [
    'an issuer in another case',
    sign({ ...claims, iss: 'https://Issuer.example' }),
    { refused: 'iss', hint: 'they differ only in upper and lower case' },
  ],
  ['no issuer', sign({ ...claims, iss: undefined }), { refused: 'iss', actual: 'missing' }],
  [
    'the audiences',
    sign({ ...claims, aud: ['shop', 'account'] }),
    { refused: 'aud', expected: 'billing', actual: '["shop","account"]' },
  ],
  [
    'the expiry',
    sign({ ...claims, exp: now - 3600 }),
    { refused: 'exp', actual: '2029-12-31T23:00:00.000Z' },
  ],
  ['an expiry that is text', sign({ ...claims, exp: 'soon' }), { refused: 'exp', actual: 'soon' }],
  ['the start', sign({ ...claims, nbf: now + 3600 }), { refused: 'nbf', actual: '2030-01-01T01:00:00.000Z' }],
  ['the issue', sign({ ...claims, iat: now + 3600 }), { refused: 'iat', actual: '2030-01-01T01:00:00.000Z' }],
  ['the type', sign(claims, { typ: 'logout+jwt' }), { refused: 'typ', actual: 'logout+jwt' }],
  ['the algorithm', sign(claims, { alg: 'RS256' }), { refused: 'alg', expected: 'HS256', actual: 'RS256' }],
  ['an extension', sign(claims, { crit: ['x'], x: 1 }), { refused: 'crit', actual: '["x"]' }],
  [
    'the signature',
    `Bearer ${craftToken({ alg: 'HS256', kid: 'k1' }, claims, hmac('another'))}`,
    { refused: 'signature', actual: 'signature verification failed; alg HS256, kid k1' },
  ],
  ['an opaque token', 'Bearer abc', { refused: 'authorization', actual: expect.stringContaining('opaque') }],
  [
    'an encrypted token',
    'Bearer a.b.c.d.e',
    { refused: 'authorization', actual: expect.stringContaining('JWE') },
  ],
])('the log shows what was expected and what was sent: %s', async (_what, authorization, refusal) => {
  expect(await explain(authorization)).toMatchObject(refusal);
});

test('the log shows of a user id that is refused only its kind', async () => {
  expect(await explain(sign({ ...claims, sub: `planted\u0000` }))).toMatchObject({
    refused: 'sub',
    actual: 'a text of 8 characters',
  });
  expect(await explain(sign({ ...claims, sub: 7 }))).toMatchObject({ actual: 'of type number' });
});

test('the log shows no more than 200 characters, on one line, and no token that a claim holds', async () => {
  const actuals = [];
  for (const iss of ['x'.repeat(9_000), `a\u001b[31m\u2028\nb\u202e`, createHmacToken()]) {
    actuals.push(((await explain(sign({ ...claims, iss }))) as { actual: string }).actual);
  }
  expect(actuals).toEqual([`${'x'.repeat(200)}…`, 'a\ufffd[31m\ufffd\ufffdb\ufffd', '[token]…']);
});

/** The caller's id, or the code of the refusal. */
function readOutcome(authenticator: Authenticator, token: string): Promise<string | undefined> {
  return authenticator.authenticate(`Bearer ${token}`).then(
    (caller) => caller?.userId,
    (error: unknown) => (error as BillingError).code,
  );
}

test('a token that was checked a moment ago is refused as soon as it has expired', async () => {
  let seconds = now;
  const authenticator = createAuthenticator(secretConfig, () => seconds * 1000);
  const token = createHmacToken({ ...claims, exp: now + 10 });

  const answers = [];
  for (seconds of [now, now + 30, now + 69, now + 70]) answers.push(await readOutcome(authenticator, token));

  // Clocks may differ by a minute.
  expect(answers).toEqual(['user_1', 'user_1', 'user_1', 'UNAUTHENTICATED']);
});

/** An authenticator that fetches its keys, and has just accepted a token of the key "old". */
async function acceptTokenOfFetchedKey() {
  const clock = { seconds: now };
  const server = await startKeySetServer(toJwk(rsa.publicKey, { kid: 'old' }));
  closeAfterTests(() => server.close());
  const keySource = { kind: 'jwks', url: server.url } as const;
  const authenticator = createAuthenticator(createConfig(keySource), () => clock.seconds * 1000);
  const token = createRsaToken({ ...claims, exp: now + 3_600 }, { kid: 'old' });
  await readOutcome(authenticator, token);
  return { clock, server, authenticator, token };
}

test('a token that was checked a moment ago is refused as soon as its key is withdrawn', async () => {
  const { clock, server, authenticator, token } = await acceptTokenOfFetchedKey();
  clock.seconds = now + 290;
  const before = await readOutcome(authenticator, token);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  server.answerWith(toJwk(other, { kid: 'old' }));

  // Keys are fetched again after ten minutes.
  clock.seconds = now + 610;
  const after = await readOutcome(authenticator, token);

  expect([before, after]).toEqual(['user_1', 'UNAUTHENTICATED']);
});

test('a token whose key is gone is refused within a minute of its last check', async () => {
  const { clock, server, authenticator, token } = await acceptTokenOfFetchedKey();
  server.answerWith(toJwk(rsa.publicKey, { kid: 'new' }));
  clock.seconds = now + 40;
  await readOutcome(authenticator, createRsaToken({ ...claims, exp: now + 3_600 }, { kid: 'new' }));

  clock.seconds = now + 61;

  expect(await readOutcome(authenticator, token)).toBe('UNAUTHENTICATED');
});

test('a token with another signature than the one that was checked is refused', async () => {
  const authenticator = createAuthenticator(secretConfig, () => now * 1000);
  const token = createHmacToken();
  await readOutcome(authenticator, token);

  const forged = token.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'));

  expect(await readOutcome(authenticator, forged)).toBe('UNAUTHENTICATED');
});

test('an authenticator of the same configuration accepts the token', async () => {
  const names = {
    subjectClaim: 'organisation.id',
    rolesClaim: 'https://example.com/roles',
    emailClaim: 'mail',
  };
  for (const each of [secretConfig, { ...secretConfig, ...names }]) {
    const token = await createToken(each, { userId: 'user_1', roles: ['support'], email: 'ada@example.com' });
    const authenticator = createAuthenticator(each);
    await expect(authenticator.authenticate(`Bearer ${token}`)).resolves.toMatchObject({
      userId: 'user_1',
      roles: ['support'],
      email: 'ada@example.com',
    });
  }
});

test('the token lives for an hour, or as long as it is told', async () => {
  const start = Date.now();
  const tokens = [
    { token: await createToken(secretConfig, { userId: 'user_1' }), lifetime: 3600 },
    { token: await createToken(secretConfig, { userId: 'user_1', lifetimeSeconds: 5 }), lifetime: 5 },
  ];
  for (const { token, lifetime } of tokens) {
    const getCallerAfter = async (seconds: number) =>
      createAuthenticator(secretConfig, () => start + seconds * 1000).authenticate(`Bearer ${token}`);
    await expect(getCallerAfter(lifetime + 50)).resolves.toMatchObject({ userId: 'user_1', email: null });
    await expect(getCallerAfter(lifetime + 70)).rejects.toMatchObject({
      message: 'The token has expired ("exp").',
    });
  }
});

test('no token is made without a shared secret', async () => {
  const publicKeyConfig = createConfig({ kind: 'publicKey', pem: toPem(rsa.publicKey) });
  await expect(createToken(publicKeyConfig, { userId: 'user_1' })).rejects.toThrow('JWT_SECRET');
});

const admin = { userId: 'user_1', roles: ['support', 'billing:admin'], email: null, claims: {} };

test('a caller with the role may go on', () => {
  expect(() => {
    requireRole(admin, 'billing:admin');
  }).not.toThrow();
});

test.each(['billing', 'admin', 'BILLING:ADMIN', 'support billing:admin', ''])(
  'the role %j is not carried',
  (role) => {
    expect(() => {
      requireRole(admin, role);
    }).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  },
);
