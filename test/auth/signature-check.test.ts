import { type KeyObject, constants, createSecretKey, sign } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { isSignedBy } from '../../src/auth/signature-check.ts';
import { ed25519, hmac, p256, rsa, secret, signature, toPem } from './token-kit.ts';

const text = 'header.claims';
const secretKey = createSecretKey(secret, 'utf8');

function signPss(hash: string): Buffer {
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return sign(hash, Buffer.from(text), { key: rsa.privateKey, padding, saltLength });
}

const good: readonly (readonly [string, KeyObject, Buffer])[] = [
  ['HS256', secretKey, hmac(secret)(text)],
  ['RS256', rsa.publicKey, signature(rsa.privateKey)(text)],
  ['PS256', rsa.publicKey, signPss('sha256')],
  ['PS512', rsa.publicKey, signPss('sha512')],
  ['ES256', p256.publicKey, signature(p256.privateKey)(text)],
  ['EdDSA', ed25519.publicKey, signature(ed25519.privateKey, null)(text)],
];

test.each(good)('%s: the signature of the key is taken', (algorithm, key, signed) => {
  expect(isSignedBy(key, algorithm, text, signed)).toBe(true);
});

test.each(good)(
  '%s: nothing near the signature is taken, and none makes it fail',
  (algorithm, key, signed) => {
    const flipped = Buffer.from(signed);
    flipped[0] = (flipped[0] ?? 0) ^ 1;
    const others: Buffer[] = [flipped, Buffer.alloc(signed.length), Buffer.concat([signed, Buffer.alloc(1)])];
    for (let length = 0; length < signed.length; length += 1) others.push(signed.subarray(0, length));

    for (const other of others) expect(isSignedBy(key, algorithm, text, other)).toBe(false);
    expect(isSignedBy(key, algorithm, `${text}x`, signed)).toBe(false);
  },
);

test.each<[string, string, KeyObject, Buffer]>([
  ['a public key for a secret', 'HS256', rsa.publicKey, hmac(toPem(rsa.publicKey))(text)],
  ['a secret too short for the hash', 'HS512', secretKey, hmac(secret, 'sha512')(text)],
  ['a private key', 'RS256', rsa.privateKey, signature(rsa.privateKey)(text)],
  ['a key of another kind', 'RS256', p256.publicKey, signature(p256.privateKey)(text)],
  ['a curve of another algorithm', 'ES384', p256.publicKey, signature(p256.privateKey, 'sha384')(text)],
  ['no algorithm', 'none', secretKey, Buffer.alloc(0)],
  ['an algorithm that is a property', 'constructor', secretKey, hmac(secret)(text)],
])('%s is never taken, whatever it has signed', (_title, algorithm, key, signed) => {
  expect(isSignedBy(key, algorithm, text, signed)).toBe(false);
});
