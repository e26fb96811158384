import type { KeyObject } from 'node:crypto';

const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const ed25519Algorithms = ['EdDSA', 'Ed25519'];
const ecAlgorithms: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/** The algorithms that a key set may use. All are asymmetric: with HMAC, the public key would be the secret. */
export const publicKeyAlgorithms = [...rsaAlgorithms, ...Object.values(ecAlgorithms), ...ed25519Algorithms];

/** The algorithms that a public key of this kind verifies; empty for an unsupported kind. */
export function getPublicKeyAlgorithms(key: KeyObject): readonly string[] {
  if (key.asymmetricKeyType === 'rsa') return rsaAlgorithms;
  if (key.asymmetricKeyType === 'ed25519') return ed25519Algorithms;
  const ecAlgorithm = ecAlgorithms[key.asymmetricKeyDetails?.namedCurve ?? ''];
  return ecAlgorithm === undefined ? [] : [ecAlgorithm];
}

/** A secret must be at least as long as the hash (RFC 7518, 3.2). */
const hmacAlgorithms = [
  { name: 'HS256', hash: 'SHA-256', minBytes: 32 },
  { name: 'HS384', hash: 'SHA-384', minBytes: 48 },
  { name: 'HS512', hash: 'SHA-512', minBytes: 64 },
] as const;

export const minSecretBytes = hmacAlgorithms[0].minBytes;

/** The HMAC algorithms for which a secret of this length is long enough. */
export function getSecretAlgorithms(
  bytes: number,
): readonly { readonly name: string; readonly hash: string }[] {
  return hmacAlgorithms.filter(({ minBytes }) => bytes >= minBytes);
}
