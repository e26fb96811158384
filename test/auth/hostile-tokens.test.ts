import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import { startKeySetServer, toJwk } from './key-set-server.ts';
import type { KeySetServer } from './key-set-server.ts';
import * as kit from './token-kit.ts';

const {
  claims,
  craftToken,
  createHmacToken,
  createRsaToken,
  encode,
  hmac,
  now,
  p256,
  rsa,
  secret,
  signature,
} = kit;

const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weakRsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const encryptionRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const leakedRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const longSecret = 'x'.repeat(64);

const messages = {
  algorithm: 'The token is signed with an algorithm that is not accepted here.',
  signature: 'The token is not signed with a key that is accepted here.',
  extension: 'The token needs an extension that is not supported here.',
  form: 'The token is not a well-formed JWT.',
  header: 'The Authorization header must be "Bearer", a space and one signed JWT.',
  meantFor: "The token's issuer or audience is not the expected one.",
  expired: 'The token is expired.',
  type: 'The token is not an access token.',
  early: 'The token is not valid yet.',
  future: 'The token was issued in the future.',
  subject: `The token's "sub" claim does not name a user.`,
} as const;

type Target = 'secret' | 'publicKey' | 'jwks';
type HostileToken = readonly [name: string, target: Target, message: string, create: () => string];

let attackersServer: KeySetServer;
let issuersServer: KeySetServer;
let authenticators: Record<Target, Authenticator>;

beforeAll(async () => {
  attackersServer = await startKeySetServer(toJwk(attacker.publicKey, { kid: 'attacker' }));
  issuersServer = await startKeySetServer(
    toJwk(rsa.publicKey, { kid: 'rsa', alg: 'RS256', use: 'sig' }),
    toJwk(p256.publicKey, { kid: 'p256' }),
    toJwk(weakRsa.publicKey, { kid: 'weak' }),
    toJwk(encryptionRsa.publicKey, { kid: 'encryption', use: 'enc' }),
    toJwk(leakedRsa.privateKey, { kid: 'leaked' }),
    { kty: 'oct', kid: 'symmetric', k: encode(longSecret) },
  );
  const clock = () => now * 1000;
  authenticators = {
    secret: await createAuthenticator(kit.createConfig({ kind: 'secret', secret }), clock),
    publicKey: await createAuthenticator(
      kit.createConfig({ kind: 'publicKey', pem: kit.toPem(rsa.publicKey) }),
      clock,
    ),
    jwks: await createAuthenticator(kit.createConfig({ kind: 'jwks', url: issuersServer.url }), clock),
  };
});

afterAll(async () => {
  await attackersServer.close();
  await issuersServer.close();
});

/** A token for the key set, signed by the key that the key id names. */
function createKeySetToken(kid: unknown, key = rsa.privateKey, header: object = {}): string {
  return createRsaToken(claims, { kid, ...header }, key);
}

function withoutClaim(name: keyof typeof claims): object {
  return Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
}

function replacePart(token: string, index: number, part: string): string {
  return token.split('.').with(index, part).join('.');
}

const noSignature = () => Buffer.alloc(0);

const algorithmTokens: readonly HostileToken[] = [
  [
    'none, without a signature',
    'secret',
    messages.header,
    () => craftToken({ alg: 'none' }, claims, noSignature),
  ],
  [
    'none, with a good signature',
    'secret',
    messages.algorithm,
    () => createHmacToken(claims, { alg: 'none' }),
  ],
  ['nOnE', 'publicKey', messages.algorithm, () => createRsaToken(claims, { alg: 'nOnE' })],
  [
    'none on a key set',
    'jwks',
    messages.algorithm,
    () => createKeySetToken('rsa', undefined, { alg: 'none' }),
  ],
  ['no algorithm', 'secret', messages.form, () => createHmacToken(claims, { alg: undefined })],
  ['an empty algorithm', 'secret', messages.form, () => createHmacToken(claims, { alg: '' })],
  ['a list of algorithms', 'secret', messages.form, () => createHmacToken(claims, { alg: ['HS256'] })],
  ['a lower-case algorithm', 'secret', messages.algorithm, () => createHmacToken(claims, { alg: 'hs256' })],
  [
    'an algorithm named as a property',
    'secret',
    messages.algorithm,
    () => createHmacToken(claims, { alg: '__proto__' }),
  ],
  [
    'algorithm named twice, none last',
    'secret',
    messages.algorithm,
    () => craftToken('{"alg":"HS256","alg":"none"}', claims, hmac(secret)),
  ],
  [
    'confusion: the public key as an HMAC secret',
    'publicKey',
    messages.algorithm,
    () => craftToken({ alg: 'HS256' }, claims, hmac(kit.toPem(rsa.publicKey))),
  ],
  [
    'confusion: a public key of the key set as an HMAC secret',
    'jwks',
    messages.algorithm,
    () => craftToken({ alg: 'HS256', kid: 'rsa' }, claims, hmac(kit.toPem(rsa.publicKey))),
  ],
  [
    'a symmetric key of the key set',
    'jwks',
    messages.algorithm,
    () => craftToken({ alg: 'HS256', kid: 'symmetric' }, claims, hmac(longSecret)),
  ],
  ['RSA where a secret is expected', 'secret', messages.algorithm, () => createRsaToken()],
  [
    'HS512 with a secret that is too short for it',
    'secret',
    messages.algorithm,
    () => craftToken({ alg: 'HS512' }, claims, hmac(secret, 'sha512')),
  ],
  [
    'EC where RSA is expected',
    'publicKey',
    messages.algorithm,
    () => craftToken({ alg: 'ES256' }, claims, signature(p256.privateKey)),
  ],
  [
    'another algorithm than the key is for',
    'jwks',
    messages.signature,
    () => createKeySetToken('rsa', undefined, { alg: 'RS512' }),
  ],
];

const signatureTokens: readonly HostileToken[] = [
  ['no signature', 'secret', messages.header, () => replacePart(createHmacToken(), 2, '')],
  [
    'another secret',
    'secret',
    messages.signature,
    () => craftToken({ alg: 'HS256' }, claims, hmac('another')),
  ],
  ['an empty secret', 'secret', messages.signature, () => craftToken({ alg: 'HS256' }, claims, hmac(''))],
  ['a signature cut short', 'secret', messages.signature, () => createHmacToken().slice(0, -21)],
  [
    'claims changed after signing',
    'secret',
    messages.signature,
    () => replacePart(createHmacToken(), 1, encode({ ...claims, sub: 'user_2' })),
  ],
  [
    'a header changed after signing',
    'secret',
    messages.signature,
    () => replacePart(createHmacToken(), 0, encode({ alg: 'HS256', typ: 'at+jwt' })),
  ],
  [
    "somebody else's RSA key",
    'publicKey',
    messages.signature,
    () => createRsaToken(claims, {}, attacker.privateKey),
  ],
  [
    "somebody else's key under a known key id",
    'jwks',
    messages.signature,
    () => createKeySetToken('rsa', attacker.privateKey),
  ],
  [
    "somebody else's key without a key id",
    'jwks',
    messages.signature,
    () => createKeySetToken(undefined, attacker.privateKey),
  ],
  [
    'an RSA key of 1024 bits',
    'jwks',
    messages.signature,
    () => createKeySetToken('weak', weakRsa.privateKey),
  ],
  [
    'a key for encryption',
    'jwks',
    messages.signature,
    () => createKeySetToken('encryption', encryptionRsa.privateKey),
  ],
  [
    'a private key that the issuer published',
    'jwks',
    messages.signature,
    () => createKeySetToken('leaked', leakedRsa.privateKey),
  ],
  [
    'an ECDSA signature of zeros',
    'jwks',
    messages.signature,
    () => craftToken({ alg: 'ES256', kid: 'p256' }, claims, () => Buffer.alloc(64)),
  ],
];

const headerTokens: readonly HostileToken[] = [
  [
    'a key of its own (jwk)',
    'publicKey',
    messages.signature,
    () => createRsaToken(claims, { jwk: toJwk(attacker.publicKey) }, attacker.privateKey),
  ],
  [
    'a key of its own (jwk) on a key set',
    'jwks',
    messages.signature,
    () =>
      createKeySetToken('attacker', attacker.privateKey, {
        jwk: toJwk(attacker.publicKey, { kid: 'attacker' }),
      }),
  ],
  [
    'a key set of its own (jku)',
    'jwks',
    messages.signature,
    () => createKeySetToken('attacker', attacker.privateKey, { jku: attackersServer.url.href }),
  ],
  [
    'a certificate of its own (x5u)',
    'publicKey',
    messages.signature,
    () => createRsaToken(claims, { x5u: attackersServer.url.href }, attacker.privateKey),
  ],
  [
    'a certificate inside (x5c)',
    'jwks',
    messages.signature,
    () =>
      createKeySetToken('attacker', attacker.privateKey, { x5c: [encode(kit.toPem(attacker.publicKey))] }),
  ],
  [
    'a key id that is a URL',
    'jwks',
    messages.signature,
    () => createKeySetToken(attackersServer.url.href, attacker.privateKey),
  ],
  [
    'a key id that is a path to an empty file',
    'secret',
    messages.signature,
    () => craftToken({ alg: 'HS256', kid: '../../../../dev/null' }, claims, hmac('')),
  ],
  [
    'a key id that is SQL',
    'jwks',
    messages.signature,
    () => createKeySetToken("x' UNION SELECT 'key'; --", attacker.privateKey),
  ],
  [
    'a key id that is a shell command',
    'jwks',
    messages.signature,
    () => createKeySetToken('rsa|id', attacker.privateKey),
  ],
  [
    'a key id that is a property',
    'jwks',
    messages.signature,
    () => createKeySetToken('__proto__', attacker.privateKey),
  ],
  ['a key id that is a list', 'jwks', messages.signature, () => createKeySetToken(['rsa'])],
  ['a key id that is an object', 'jwks', messages.signature, () => createKeySetToken({ $gt: '' })],
  [
    'an unknown critical extension',
    'secret',
    messages.extension,
    () => createHmacToken(claims, { crit: ['exp'], exp: now }),
  ],
  [
    'a critical extension that is missing',
    'secret',
    messages.form,
    () => createHmacToken(claims, { crit: ['b64'] }),
  ],
  [
    'no critical extensions, but a list',
    'secret',
    messages.form,
    () => createHmacToken(claims, { crit: [] }),
  ],
  [
    'critical extensions that are no list',
    'secret',
    messages.form,
    () => createHmacToken(claims, { crit: 'exp' }),
  ],
  [
    'an unencoded payload',
    'secret',
    messages.form,
    () => {
      const input = `${encode({ alg: 'HS256', crit: ['b64'], b64: false })}.payload`;
      return `${input}.${hmac(secret)(input).toString('base64url')}`;
    },
  ],
  ['a logout token', 'secret', messages.type, () => createHmacToken(claims, { typ: 'logout+jwt' })],
  ['a DPoP proof', 'secret', messages.type, () => createHmacToken(claims, { typ: 'dpop+jwt' })],
  [
    'a security event',
    'jwks',
    messages.type,
    () => createKeySetToken('rsa', undefined, { typ: 'application/secevent+jwt' }),
  ],
  ['a type that is no text', 'secret', messages.type, () => createHmacToken(claims, { typ: ['JWT'] })],
];

/** Claims that a good signature does not mend. */
const claimTokens: readonly HostileToken[] = (
  [
    ['no issuer', messages.meantFor, withoutClaim('iss')],
    ['another issuer', messages.meantFor, { ...claims, iss: 'https://evil.example' }],
    ['an issuer with a slash more', messages.meantFor, { ...claims, iss: `${claims.iss}/` }],
    ['an issuer that begins alike', messages.meantFor, { ...claims, iss: `${claims.iss}.evil.example` }],
    ['a list of issuers', messages.meantFor, { ...claims, iss: [claims.iss] }],
    ['no audience', messages.meantFor, withoutClaim('aud')],
    ['another audience', messages.meantFor, { ...claims, aud: 'shop' }],
    ['other audiences', messages.meantFor, { ...claims, aud: ['shop', 'billing2'] }],
    ['an empty list of audiences', messages.meantFor, { ...claims, aud: [] }],
    ['an audience that begins alike', messages.meantFor, { ...claims, aud: 'billing-admin' }],
    ['an audience that is an object', messages.meantFor, { ...claims, aud: { billing: true } }],
    ['no expiry', 'The token\'s "exp" claim must be there and be a number.', withoutClaim('exp')],
    [
      'an expiry that is text',
      'The token\'s "exp" claim must be there and be a number.',
      { ...claims, exp: `${now + 300}` },
    ],
    [
      'an expiry that is null',
      'The token\'s "exp" claim must be there and be a number.',
      { ...claims, exp: null },
    ],
    [
      'an expiry that never comes',
      'The token never expires.',
      JSON.stringify(claims).replace(`${now + 300}`, '1e999'),
    ],
    ['expiry 60 seconds ago', messages.expired, { ...claims, exp: now - 60 }],
    ['expiry before there were clocks', messages.expired, { ...claims, exp: -1 }],
    ['validity that begins in 61 seconds', messages.early, { ...claims, nbf: now + 61 }],
    [
      'validity that begins with text',
      'The token\'s "nbf" claim must be there and be a number.',
      { ...claims, nbf: '0' },
    ],
    ['issued in 61 seconds', messages.future, { ...claims, iat: now + 61 }],
    ['issued at a text', 'The token\'s "iat" claim must be there and be a number.', { ...claims, iat: '0' }],
    ['no subject', messages.subject, withoutClaim('sub')],
    ['an empty subject', messages.subject, { ...claims, sub: '' }],
    ['a subject that is a number', messages.subject, { ...claims, sub: 1 }],
    ['a subject that is a list', messages.subject, { ...claims, sub: ['user_1'] }],
    ['a subject that is a query', messages.subject, { ...claims, sub: { $ne: null } }],
    ['a subject of 256 characters', messages.subject, { ...claims, sub: 'u'.repeat(256) }],
    ['a subject with NUL', messages.subject, { ...claims, sub: 'user_1\u0000' }],
    ['a subject with a newline', messages.subject, { ...claims, sub: 'user_1\n' }],
    ['a subject with half a surrogate pair', messages.subject, { ...claims, sub: 'user_1\ud800' }],
    ['claims that are a list', messages.form, '[]'],
    ['claims that are null', messages.form, 'null'],
    ['claims that are no JSON', messages.form, '{"sub":'],
  ] as const
).map(([name, message, payload]) => [name, 'secret', message, () => createHmacToken(payload)]);

const malformedTokens: readonly HostileToken[] = [
  [
    'claims that are not UTF-8',
    'secret',
    messages.form,
    () => {
      const input = `${encode({ alg: 'HS256' })}.${encode(Buffer.from('{"sub":"\xff"}', 'latin1'))}`;
      return `${input}.${hmac(secret)(input).toString('base64url')}`;
    },
  ],
  ['a header that is no JSON', 'secret', messages.form, () => craftToken('{', claims, hmac(secret))],
  ['a header that is a list', 'secret', messages.form, () => craftToken('[]', claims, hmac(secret))],
  ['nothing', 'secret', messages.header, () => ''],
  ['one part', 'secret', messages.header, () => encode(claims)],
  ['two parts', 'secret', messages.header, () => createHmacToken().split('.').slice(0, 2).join('.')],
  ['four parts', 'secret', messages.header, () => `${createHmacToken()}.x`],
  ['five parts, an encrypted token', 'secret', messages.header, () => 'a.b.c.d.e'],
  [
    'JSON instead of the compact form',
    'secret',
    messages.header,
    () => JSON.stringify({ payload: encode(claims) }),
  ],
  ['padding', 'secret', messages.header, () => `${createHmacToken()}=`],
  ['characters of plain base64', 'secret', messages.header, () => replacePart(createHmacToken(), 2, 'a+/a')],
  [
    'letters outside of ASCII',
    'secret',
    messages.header,
    () => replacePart(createHmacToken(), 2, '\u00e9\u00e9'),
  ],
  ['a second token', 'secret', messages.header, () => `${createHmacToken()} ${createHmacToken()}`],
  [
    'a second token behind a comma',
    'secret',
    messages.header,
    () => `${createHmacToken()}, Bearer ${createHmacToken()}`,
  ],
  ['a line behind it', 'secret', messages.header, () => `${createHmacToken()}\n`],
  [
    'more than 8192 characters',
    'secret',
    'The Authorization header holds more than 8192 characters.',
    () => createHmacToken({ ...claims, padding: 'x'.repeat(6200) }),
  ],
  [
    'a megabyte',
    'secret',
    'The Authorization header holds more than 8192 characters.',
    () => createHmacToken({ ...claims, padding: 'x'.repeat(1_000_000) }),
  ],
];

const hostileTokens = { algorithmTokens, signatureTokens, headerTokens, claimTokens, malformedTokens };

describe.each(Object.entries(hostileTokens))('%s', (_, tokens) => {
  test.each(tokens)('%s (%s) is refused: %s', async (_name, target, message, create) => {
    const token = create();
    const error: unknown = await authenticators[target]
      .authenticate(`Bearer ${token}`)
      .catch((reason) => reason);
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', message });
    // Neither the error nor what caused it may carry the token into a log.
    const logged = inspect(error, { depth: 10 });
    for (const part of [...token.split('.'), 'user_1'])
      if (part.length > 5) expect(logged).not.toContain(part);
  });
});

test('without what makes them hostile, the tokens are accepted', async () => {
  const good: readonly (readonly [Target, string])[] = [
    ['secret', createHmacToken()],
    ['secret', craftToken({ alg: 'HS256' }, JSON.stringify(claims), hmac(secret))],
    ['publicKey', createRsaToken()],
    ['jwks', createKeySetToken('rsa')],
    ['jwks', createKeySetToken(undefined)],
    ['jwks', craftToken({ alg: 'ES256', kid: 'p256' }, claims, signature(p256.privateKey))],
    ['secret', createHmacToken({ ...claims, padding: 'x'.repeat(5800) })],
    ['secret', createHmacToken({ ...claims, exp: now - 59, nbf: now + 60, iat: now + 60 })],
    ['secret', createHmacToken({ ...claims, sub: 'u'.repeat(255) })],
    ['secret', createHmacToken({ ...claims, aud: ['shop', 'billing'] })],
  ];
  for (const [target, token] of good) {
    await expect(authenticators[target].authenticate(`Bearer ${token}`)).resolves.toMatchObject({
      email: null,
    });
  }
});

test('no server that a token names is asked', () => {
  expect(attackersServer.requestCount()).toBe(0);
});

test('all hostile tokens together made one request for keys', () => {
  expect(issuersServer.requestCount()).toBe(1);
});
