import { expect, test } from '@jest/globals';
import { type AuthConfig, createAuthenticator } from '../../src/auth/authenticator.ts';
import { claims, craftToken, createConfig, createHmacToken, hmac, now, secret } from './token-kit.ts';

/** Why the token in this header is refused, for the log. */
async function explain(authorization: string, settings: Partial<AuthConfig> = {}): Promise<unknown> {
  const config = createConfig({ kind: 'secret', secret }, settings);
  const authenticator = createAuthenticator(config, () => now * 1000);
  const error: unknown = await authenticator.authenticate(authorization).catch((reason: unknown) => reason);
  return (error as { refusal?: unknown }).refusal;
}

const sign = (payload: object, header: object = {}): string => `Bearer ${createHmacToken(payload, header)}`;

test.each<[string, string, object]>([
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
