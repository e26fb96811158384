import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isLoopback } from '../loopback.ts';
import { getPublicKeyAlgorithms, minSecretBytes } from './algorithms.ts';

/** Where the keys that tokens are checked with come from. */
export type KeySource =
  | { readonly kind: 'jwks'; readonly url: URL }
  | { readonly kind: 'publicKey'; readonly pem: string }
  | { readonly kind: 'secret'; readonly secret: string };

const minRsaBits = 2048; // RFC 7518, 3.3

/**
 * Refuses key material that would let in tokens it should not.
 * @throws Error that says what is wrong and what to give instead, without the material
 */
export function checkKeySource(source: KeySource): void {
  if (source.kind === 'jwks') checkJwksUrl(source.url);
  else if (source.kind === 'publicKey') parsePublicKey(source.pem);
  else checkSecret(source.secret);
}

function checkJwksUrl(url: URL): void {
  if (url.username !== '' || url.password !== '')
    throw new Error('a JWKS URL cannot hold a user or a password');
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:' && isLoopback(url)) return;
  throw new Error(
    'a JWKS URL must be https (http only on localhost): whoever answers it decides who gets in',
  );
}

function checkSecret(secret: string): void {
  if (secret.includes('-----BEGIN ')) {
    throw new Error(
      'this is a PEM key, not a shared secret; anybody who has the public key could sign tokens',
    );
  }
  const bytes = Buffer.byteLength(secret);
  if (bytes < minSecretBytes) {
    throw new Error(
      `the secret has ${bytes} bytes and needs ${minSecretBytes}; try: openssl rand -base64 48`,
    );
  }
}

/**
 * Reads a public key in PEM; line breaks may be written as `\n`, as variables often have them.
 * @throws Error that says what was given instead of a usable public key
 */
export function parsePublicKey(pem: string): KeyObject {
  const text = pem.replaceAll('\\n', '\n').trim();
  const labels = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map((match) => match[1] ?? '');
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    throw new Error(
      'this is a private key; give its public half (openssl pkey -in key.pem -pubout) and keep it away from here',
    );
  }
  if (labels.some((label) => label.includes('CERTIFICATE'))) {
    throw new Error('this is a certificate; give its public key (openssl x509 -in cert.pem -pubkey -noout)');
  }
  const [label] = labels;
  if (labels.length !== 1 || (label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY')) {
    throw new Error('expected one PEM block that begins with -----BEGIN PUBLIC KEY-----');
  }
  return checkPublicKey(createKey(text));
}

function createKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new Error('this PEM block cannot be read as a public key');
  }
}

/** @throws Error that says why tokens cannot be checked with the key */
export function checkPublicKey(key: KeyObject): KeyObject {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < minRsaBits) {
    throw new Error(`this RSA key has ${bits} bits and needs ${minRsaBits}`);
  }
  if (getPublicKeyAlgorithms(key).length === 0) {
    throw new Error('this kind of public key cannot be used; give RSA, EC (P-256, P-384, P-521) or Ed25519');
  }
  return key;
}
