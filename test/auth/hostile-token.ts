import { generateKeyPairSync } from 'node:crypto';
import { toJwk } from './key-set-server.ts';
import { claims, createRsaToken, encode, p256, rsa } from './token-kit.ts';

/** A token that must be refused, by an authenticator of the kind that it is aimed at. */
export interface HostileToken {
  readonly name: string;
  readonly target: 'secret' | 'publicKey' | 'jwks';
  /** Why it is refused: another reason would mean that the test tests something else. */
  readonly message: string;
  /** @param attackersUrl - where the attacker serves a key set */
  readonly create: (attackersUrl: string) => string;
}

export const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const weakRsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
export const encryptionRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const leakedRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const symmetricKey = 'x'.repeat(64);

/** What the issuer serves: good keys, and some that it should not. */
export const issuersKeys = [
  toJwk(rsa.publicKey, { kid: 'rsa', alg: 'RS256', use: 'sig' }),
  toJwk(p256.publicKey, { kid: 'p256' }),
  toJwk(weakRsa.publicKey, { kid: 'weak' }),
  toJwk(encryptionRsa.publicKey, { kid: 'encryption', use: 'enc' }),
  toJwk(leakedRsa.privateKey, { kid: 'leaked' }),
  { kty: 'oct', kid: 'symmetric', k: encode(symmetricKey) },
];

/** A token that names a key of a key set. */
export function createKeySetToken(kid: unknown, key = rsa.privateKey, header: object = {}): string {
  return createRsaToken(claims, { kid, ...header }, key);
}

/** Replaces one part of a token: 0 the header, 1 the claims, 2 the signature. */
export function replacePart(token: string, index: number, part: string): string {
  return token.split('.').with(index, part).join('.');
}

export const refusals = {
  algorithm: 'The token is signed with an algorithm ("alg") that is not accepted here.',
  /** The issuer may have begun to sign with it: the sender is asked to try again once the keys are fetched again. */
  unknownKey: 'Tokens cannot be verified right now. Try again shortly.',
  signature: 'The token is not signed with a key that is accepted here.',
  extension: 'The token needs an extension that is not supported here.',
  form: 'The token is not a well-formed JWT.',
  header: 'The Authorization header must be "Bearer", a space and one signed JWT.',
  length: 'The Authorization header is longer than 16384 characters.',
  issuer: `The token's issuer ("iss") is not the expected one.`,
  audience: `The token's audience ("aud") is not the expected one.`,
  expired: 'The token has expired ("exp").',
  endless: 'The token never expires ("exp").',
  early: 'The token is not valid yet ("nbf").',
  future: 'The token was issued in the future ("iat").',
  type: 'The token is not an access token ("typ").',
  subject: `The token's "sub" claim does not name a user.`,
} as const;
