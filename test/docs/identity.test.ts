import { type KeyObject, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { compileFunction } from 'node:vm';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Authenticator, createAuthenticator } from '../../src/auth/authenticator.ts';
import { loadConfig } from '../../src/config/config.ts';
import { type KeySetServer, startKeySetServer, toJwk } from '../auth/key-set-server.ts';
import { craftToken, hmac, now, p256, rsa, secret, signature } from '../auth/token-kit.ts';
import { required } from '../config/config-kit.ts';
import { type Provider, providers } from './identity-providers.ts';

const page = readFileSync(new URL('../../docs/identity.md', import.meta.url), 'utf8');
const keys = { RS256: rsa.privateKey, ES256: p256.privateKey };
const otherKeys = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
};

let keySet: KeySetServer;

beforeAll(async () => {
  keySet = await startKeySetServer(
    toJwk(rsa.publicKey, { kid: 'RS256', alg: 'RS256', use: 'sig' }),
    toJwk(p256.publicKey, { kid: 'ES256', alg: 'ES256', use: 'sig' }),
  );
});

afterAll(() => keySet.close());

function readSection(heading: string): string {
  return page.split(/^## /m).find((section) => section.startsWith(`${heading}\n`)) ?? '';
}

/** The variables as the page has them, with the secret that a reader fills in. */
function readVariables(heading: string): NodeJS.Dict<string> {
  const [, block = ''] = /```env\n([\s\S]*?)```/.exec(readSection(heading)) ?? [];
  const variables = parseEnv(block);
  return variables['JWT_SECRET'] === '' ? { ...variables, JWT_SECRET: secret } : variables;
}

function load(heading: string, changes: NodeJS.Dict<string> = {}) {
  const { STRIPE_SECRET_KEY, RETURN_URLS } = required;
  return loadConfig({ STRIPE_SECRET_KEY, RETURN_URLS, ...readVariables(heading), ...changes }).auth;
}

/** The keys come from the local key set, where the page has the provider's. */
function createSectionAuthenticator(heading: string, changes = {}): Authenticator {
  const { keySource, ...config } = load(heading, changes);
  const source = keySource.kind === 'jwks' ? { ...keySource, url: keySet.url } : keySource;
  return createAuthenticator({ ...config, keySource: source }, () => now * 1000);
}

function signToken({ alg }: Provider, claims: object, by: Record<string, KeyObject> = keys): string {
  if (alg === 'HS256') return craftToken({ alg, typ: 'JWT' }, claims, hmac(by === keys ? secret : 'other'));
  const key = by[alg];
  if (key === undefined) throw new Error(`no key for ${alg}`);
  return craftToken({ alg, typ: 'JWT', kid: alg }, claims, signature(key));
}

test('the page has a section for each provider, and the test each section', () => {
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);

  expect(headings).toEqual([
    ...providers.map(({ heading }) => heading),
    'Other providers',
    'Why a token is refused',
  ]);
});

describe.each(providers)('$heading', (provider) => {
  const { heading, claims, caller, organisation, others } = provider;

  test('the variables load as the page has them', () => {
    const { issuer, audience } = load(heading);

    expect(issuer).toBe(claims['iss']);
    expect(audience.length).toBeGreaterThan(0);
  });

  test('a token of the documented shape is accepted, with its user and roles', async () => {
    const authenticator = createSectionAuthenticator(heading);

    const answer = authenticator.authenticate(`Bearer ${signToken(provider, claims)}`);

    await expect(answer).resolves.toMatchObject(caller);
  });

  const { audienceClaim } = load(heading);
  test.each<[string, string, () => string]>([
    ['of another issuer', 'iss', () => signToken(provider, { ...claims, iss: 'https://other.example.com' })],
    [
      'for another audience',
      audienceClaim,
      () => signToken(provider, { ...claims, [audienceClaim]: 'shop' }),
    ],
    [
      'without an audience',
      audienceClaim,
      () => signToken(provider, { ...claims, [audienceClaim]: undefined }),
    ],
    ['that has expired', 'exp', () => signToken(provider, { ...claims, exp: now - 120 })],
    ['without a subject', 'sub', () => signToken(provider, { ...claims, sub: undefined })],
    ['signed by another key', 'signature', () => signToken(provider, claims, otherKeys)],
    ...others.map(({ what, refused, changes, token }): [string, string, () => string] => [
      what,
      refused,
      () => token ?? signToken(provider, { ...claims, ...changes }),
    ]),
  ])('a token %s is refused, and the reason names %s', async (_what, refused, create) => {
    const authenticator = createSectionAuthenticator(heading);

    const answer = authenticator.authenticate(`Bearer ${create()}`);

    // The client's message names a claim too; these are no claims.
    const inMessage = ['signature', 'authorization'].includes(refused) ? '' : `"${refused}"`;
    await expect(answer).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining(inMessage),
      refusal: { refused },
    });
  });

  test('if organisations pay, the claim that the section names is the user, and is required', async () => {
    const [, claim = 'sub'] = /JWT_SUBJECT_CLAIM=([\w.]+)/.exec(readSection(heading)) ?? [];
    const authenticator = createSectionAuthenticator(heading, { JWT_SUBJECT_CLAIM: claim });

    const token = signToken(provider, { ...claims, ...organisation.claims });
    await expect(authenticator.authenticate(`Bearer ${token}`)).resolves.toMatchObject({
      userId: organisation.id,
    });
    const without = signToken(provider, { ...claims, [claim.split('.')[0] ?? '']: undefined });
    await expect(authenticator.authenticate(`Bearer ${without}`)).rejects.toMatchObject({
      refusal: { refused: claim },
    });
  });
});

describe('the route for Auth.js', () => {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(readSection('Auth.js')) ?? [];
  const body = `${code.replace(/^import .*$/gm, '').replace('export ', '')}; return GET();`;
  // The page's own code, with its imports as parameters.
  const run = compileFunction(body, ['SignJWT', 'auth', 'process']) as (
    ...imports: unknown[]
  ) => Promise<Response>;
  const call = (session: unknown): Promise<Response> =>
    run(SignJWT, () => Promise.resolve(session), { env: { BILLING_JWT_SECRET: secret } });

  test('signs a token that the service accepts', async () => {
    const response = await call({ user: { id: 'user_1', roles: ['billing:admin'] } });
    const { token } = (await response.json()) as { token: string };
    const authenticator = createAuthenticator(load('Auth.js'));

    await expect(authenticator.authenticate(`Bearer ${token}`)).resolves.toMatchObject({
      userId: 'user_1',
      roles: ['billing:admin'],
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('signs nothing for visitors', async () => {
    expect((await call(null)).status).toBe(401);
  });
});
