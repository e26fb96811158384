import * as hostile from './hostile-token.ts';
import type { HostileToken } from './hostile-token.ts';
import * as kit from './token-kit.ts';

const { attacker, createKeySetToken, replacePart } = hostile;
const { claims, craftToken, createHmacToken, createRsaToken, encode, hmac, rsa, secret } = kit;

/** Tokens that name an algorithm which their key is not for. */
export const hostileAlgorithms = (
  [
    ['none, with a good signature', 'secret', () => createHmacToken(claims, { alg: 'none' })],
    ['nOnE', 'publicKey', () => createRsaToken(claims, { alg: 'nOnE' })],
    ['none on a key set', 'jwks', () => createKeySetToken('rsa', rsa.privateKey, { alg: 'none' })],
    ['none, named second', 'secret', () => craftToken('{"alg":"HS256","alg":"none"}', claims, hmac(secret))],
    ['an algorithm in lower case', 'secret', () => createHmacToken(claims, { alg: 'hs256' })],
    ['an algorithm named as a property', 'secret', () => createHmacToken(claims, { alg: '__proto__' })],
    ['HS256 with the public key', 'publicKey', () => createConfusedToken()],
    ['HS256 with a public key of the key set', 'jwks', () => createConfusedToken('rsa')],
    [
      'HS256 with a symmetric key of the key set',
      'jwks',
      () => createConfusedToken('symmetric', hostile.symmetricKey),
    ],
    ['RS256 where a secret is expected', 'secret', () => createRsaToken()],
    [
      'HS512 with a secret too short for it',
      'secret',
      () => craftToken({ alg: 'HS512' }, claims, hmac(secret, 'sha512')),
    ],
    [
      'ES256 where RSA is expected',
      'publicKey',
      () => craftToken({ alg: 'ES256' }, claims, kit.signature(kit.p256.privateKey)),
    ],
  ] as const
).map(([name, target, create]): HostileToken => ({
  name,
  target,
  message: hostile.refusals.algorithm,
  create,
}));

/** Takes what is public for a secret. */
function createConfusedToken(kid?: string, key = kit.toPem(rsa.publicKey)): string {
  return craftToken({ alg: 'HS256', kid }, claims, hmac(key));
}

/** Tokens that no accepted key has signed as they are. */
export const hostileSignatures = (
  [
    ['another secret', 'secret', () => craftToken({ alg: 'HS256' }, claims, hmac('another'))],
    ['an empty secret', 'secret', () => craftToken({ alg: 'HS256' }, claims, hmac(''))],
    ['a signature cut to 16 bytes', 'secret', () => createHmacToken().slice(0, -21)],
    [
      'claims changed after signing',
      'secret',
      () => replacePart(createHmacToken(), 1, encode({ ...claims, sub: 'user_2' })),
    ],
    [
      'a header changed after signing',
      'secret',
      () => replacePart(createHmacToken(), 0, encode({ alg: 'HS256' })),
    ],
    ["another person's RSA key", 'publicKey', () => createRsaToken(claims, {}, attacker.privateKey)],
    [
      "another person's key under a known key id",
      'jwks',
      () => createKeySetToken('rsa', attacker.privateKey),
    ],
    [
      "another person's key without a key id",
      'jwks',
      () => createKeySetToken(undefined, attacker.privateKey),
    ],
    [
      'another algorithm than the key is for',
      'jwks',
      () => createKeySetToken('rsa', rsa.privateKey, { alg: 'RS512' }),
    ],
    ['an RSA key of 1024 bits', 'jwks', () => createKeySetToken('weak', hostile.weakRsa.privateKey)],
    ['a key for encryption', 'jwks', () => createKeySetToken('encryption', hostile.encryptionRsa.privateKey)],
    [
      'a private key that the issuer published',
      'jwks',
      () => createKeySetToken('leaked', hostile.leakedRsa.privateKey),
    ],
    [
      'an ECDSA signature of zeros',
      'jwks',
      () => craftToken({ alg: 'ES256', kid: 'p256' }, claims, () => Buffer.alloc(64)),
    ],
  ] as const
).map(([name, target, create]): HostileToken => ({
  name,
  target,
  message: hostile.refusals.signature,
  create,
}));
