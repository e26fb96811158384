import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { type KeySetServer, startKeySetServer, toJwk } from '../../auth/key-set-server.ts';
import { ed25519, p256, rsa, toPem } from '../../auth/token-kit.ts';
import { closeAfterTests } from '../../helpers/closing.ts';
import { createHealthyDeployment, examineFor } from './doctor-kit.ts';

const { env } = await createHealthyDeployment();
const issuer: KeySetServer = await startKeySetServer();
closeAfterTests(issuer.close);

test('names the algorithms of a secret and of a public key', async () => {
  const secret = 'x'.repeat(48);
  expect(await examineFor('token-keys', { ...env, JWT_SECRET: secret })).toEqual([
    'pass: a shared secret of 48 bytes, for HS256, HS384',
  ]);
  const publicKey = { JWT_SECRET: '', JWT_PUBLIC_KEY: toPem(p256.publicKey) };
  expect(await examineFor('token-keys', { ...env, ...publicKey })).toEqual(['pass: a public key, for ES256']);
});

test('warns of a secret whose quotes an env file has handed over', async () => {
  expect(await examineFor('token-keys', { ...env, JWT_SECRET: `"${'x'.repeat(48)}"` })).toEqual([
    'warn: the shared secret is in quotes, which count as a part of it',
  ]);
});

function examineKeySet(): Promise<string[]> {
  return examineFor('token-keys', { ...env, JWT_SECRET: '', JWT_JWKS_URL: issuer.url.href });
}

test('counts the keys of a set that can be used', async () => {
  issuer.answerWith(
    toJwk(rsa.publicKey, { kid: '1', use: 'sig', alg: 'RS256' }),
    toJwk(ed25519.publicKey, { kid: '2', key_ops: ['verify'] }),
    toJwk(rsa.publicKey, { kid: '3', use: 'enc', alg: 'RSA-OAEP' }),
  );
  expect(await examineKeySet()).toEqual(['pass: 2 of 3 keys can be used, for RS256, EdDSA, Ed25519']);
});

const shortRsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });

test.each([
  ['short', toJwk(shortRsa.publicKey), 'this RSA key has 1024 bits and needs 2048'],
  ['of another curve', toJwk(secp256k1.publicKey), 'this kind of public key cannot be used'],
  ['for encryption', toJwk(rsa.publicKey, { use: 'enc' }), 'this key is not for signatures'],
  ['for signing', toJwk(rsa.publicKey, { key_ops: ['sign'] }), 'this key is not for checking signatures'],
  ['for another algorithm', toJwk(rsa.publicKey, { alg: 'RSA1_5' }), 'the algorithm that this key names'],
  ['broken', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }, 'this key cannot be read'],
])('fails when the only key is %s', async (_what, jwk, reason) => {
  issuer.answerWith(jwk);
  expect(await examineKeySet()).toEqual([
    expect.stringContaining(`fail: none of the 1 keys of the key set can be used: ${reason}`),
  ]);
});

test.each([
  ['a private key', toJwk(rsa.privateKey)],
  ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
])('fails when the key set shows %s, whatever else it has', async (_what, jwk) => {
  issuer.answerWith(toJwk(p256.publicKey), jwk);
  expect(await examineKeySet()).toEqual([
    expect.stringMatching(/^fail: the key set shows a private or symmetric key/),
  ]);
});

test('fails when the key set cannot be had', async () => {
  issuer.answerBy((_, response) => response.writeHead(503).end());
  expect(await examineKeySet()).toEqual([
    `fail: The key set endpoint answered with status 503. It is ${issuer.url.href}`,
  ]);
  issuer.answerWith();
  expect(await examineKeySet()).toEqual([expect.stringMatching(/^fail: .* answered with no keys/)]);
});
