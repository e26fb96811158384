import { type KeyObject, createPublicKey } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { type JWK, createLocalJWKSet } from 'jose';
import { isIP } from 'node:net';
import type { OutboundProxy } from '../shared/outbound-agent.ts';
import { isQuoted } from '../shared/texts.ts';
import { isLoopback } from '../shared/urls.ts';

export type KeySource =
  | {
      readonly kind: 'jwks';
      readonly url: URL;
      readonly allowHttp?: boolean; // Within a private network.
      readonly proxy?: OutboundProxy;
    }
  | { readonly kind: 'publicKey'; readonly pem: string }
  | { readonly kind: 'secret'; readonly secret: string };

const minRsaBits = 2048; // RFC 7518, 3.3

/** @throws Error that says what is wrong with the key material and what to give instead, without quoting the material */
export function checkKeySource(source: KeySource): void {
  if (source.kind === 'jwks') checkJwksUrl(source.url, source.allowHttp ?? false);
  else if (source.kind === 'publicKey') parsePublicKey(source.pem);
  else checkSecret(source.secret);
}

function checkJwksUrl(url: URL, allowHttp: boolean): void {
  if (url.username !== '' || url.password !== '')
    throw new Error('a JWKS URL cannot contain a user name or a password');
  if (url.protocol === 'https:') return;
  if (url.protocol !== 'http:' || !(isLoopback(url) || allowHttp))
    throw new Error(
      'a JWKS URL must be https (http on localhost; or inside a cluster, with JWT_JWKS_ALLOW_HTTP=true): an attacker who answers it can sign tokens',
    );
  if (!isLoopback(url) && !isPrivate(url.hostname))
    throw new Error(
      'a JWKS URL over http needs a private address or name, such as keycloak or keycloak.auth.svc.cluster.local',
    );
}

/** Whether a host is a bare name, a name under a private domain, or a private address, so not on the public internet. */
function isPrivate(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address)) return ['private', 'uniqueLocal'].includes(ipaddr.process(address).range());
  return /^[^.]+$|\.(svc|cluster\.local|internal|local)$/.test(hostname);
}

function checkSecret(secret: string): void {
  if (secret.includes('-----BEGIN '))
    throw new Error(
      'this is a PEM key, not a shared secret: an attacker who has the public key could sign tokens',
    );
  if (isQuoted(secret)) throw new Error('the value is in quotes; remove them');
  const bytes = Buffer.byteLength(secret);
  const needed = bytesByHmac.HS256;
  if (bytes < needed)
    throw new Error(`the secret has ${bytes} bytes and needs ${needed}; try: openssl rand -base64 48`);
}

/** Reads a public key in PEM, also with `\n` for line breaks, as in many environments. @throws Error that says what was given */
export function parsePublicKey(pem: string): KeyObject {
  const text = pem.replaceAll('\\n', '\n').trim();
  const labels = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map((match) => match[1] ?? '');
  if (labels.some((label) => label.endsWith('PRIVATE KEY')))
    throw new Error(
      'this is a private key; give its public half (openssl pkey -in key.pem -pubout) and keep it away from here',
    );
  if (labels.some((label) => label.includes('CERTIFICATE')))
    throw new Error('this is a certificate; give its public key (openssl x509 -in cert.pem -pubkey -noout)');
  if (!/^(RSA )?PUBLIC KEY$/.test(labels.join()))
    throw new Error('expected one PEM block that begins with -----BEGIN PUBLIC KEY-----');
  const key = readKey(text);
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < minRsaBits)
    throw new Error(`this RSA key has ${bits} bits and needs ${minRsaBits}`);
  if (getPublicKeyAlgorithms(key).length === 0)
    throw new Error('this kind of public key cannot be used; give RSA, EC (P-256, P-384, P-521) or Ed25519');
  return key;
}

function readKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new Error('this PEM block cannot be read as a public key');
  }
}

/** By the curve or the kind of key. All are asymmetric: with HMAC, the public key would be the secret. */
const algorithmsByKind: Readonly<Record<string, readonly string[]>> = {
  rsa: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
  ed25519: ['EdDSA', 'Ed25519'],
};

export const publicKeyAlgorithms = Object.values(algorithmsByKind).flat();

export function getPublicKeyAlgorithms(key: KeyObject): readonly string[] {
  const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? '';
  return algorithmsByKind[kind] ?? [];
}

export type { JWK };

/** The algorithms that tokens may use with this key of a key set; empty when it cannot verify tokens. */
export async function listAlgorithms(jwk: JWK): Promise<string[]> {
  const find = createLocalJWKSet({ keys: [jwk] });
  const usable = await Promise.all(
    publicKeyAlgorithms.map(async (alg) => {
      const key = await find({ alg }).catch(() => null);
      const { modulusLength = minRsaBits } = (key?.algorithm ?? {}) as { readonly modulusLength?: number };
      return key !== null && modulusLength >= minRsaBits;
    }),
  );
  return publicKeyAlgorithms.filter((_alg, index) => usable[index]);
}

/** A secret must be at least as long as the hash (RFC 7518, 3.2). */
const bytesByHmac = { HS256: 32, HS384: 48, HS512: 64 };

export function getSecretAlgorithms(secret: string): string[] {
  const bytes = Buffer.byteLength(secret);
  return Object.entries(bytesByHmac).flatMap(([name, minimum]) => (bytes >= minimum ? [name] : []));
}
