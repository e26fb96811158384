import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { AuthConfig } from '../../src/auth/authenticator.ts';

/** The present, for every token and authenticator of these tests. */
export const now = Date.UTC(2030, 0, 1) / 1000;

export const secret = 'a secret of thirty-two bytes....';
export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const ed25519 = generateKeyPairSync('ed25519');

export const claims = {
  iss: 'https://issuer.example',
  aud: 'billing',
  sub: 'user_1',
  iat: now,
  exp: now + 300,
};

export function createConfig(
  keySource: AuthConfig['keySource'],
  names: Partial<AuthConfig> = {},
): AuthConfig {
  return {
    keySource,
    issuer: claims.iss,
    audience: [claims.aud],
    audienceClaim: 'aud',
    requiredClaims: new Map(),
    subjectClaim: 'sub',
    rolesClaim: 'roles',
    emailClaim: 'email',
    ...names,
  };
}

export function toPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

type Signer = (input: string) => Buffer;

export function hmac(key: string | Buffer, hash = 'sha256'): Signer {
  return (input) => createHmac(hash, key).update(input).digest();
}

/** Signs with RSA (PKCS #1 v1.5), ECDSA or Ed25519, as the kind of key has it. */
export function signature(key: KeyObject, hash: string | null = 'sha256'): Signer {
  return (input) => sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
}

/** Makes a token of anything; what is a string is taken as the text of the JSON. */
export function craftToken(header: object | string, payload: object | string, signer: Signer): string {
  const input = [header, payload].map(encode).join('.');
  return `${input}.${signer(input).toString('base64url')}`;
}

export function encode(part: object | string | Buffer): string {
  const bytes = typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part);
  return Buffer.from(bytes).toString('base64url');
}

export function createHmacToken(payload: object | string = claims, header: object = {}): string {
  return craftToken({ alg: 'HS256', typ: 'JWT', ...header }, payload, hmac(secret));
}

export function createRsaToken(
  payload: object | string = claims,
  header: object = {},
  key = rsa.privateKey,
): string {
  return craftToken({ alg: 'RS256', typ: 'JWT', ...header }, payload, signature(key));
}
