import type { KeyObject } from 'node:crypto';

const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const ed25519Algorithms = ['EdDSA', 'Ed25519'];
const ecAlgorithms: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/** What the keys of a key set may be used with. None is symmetric: a public key is never taken for a secret. */
export const publicKeyAlgorithms = [...rsaAlgorithms, ...Object.values(ecAlgorithms), ...ed25519Algorithms];

/** The algorithms that a public key of this kind verifies; empty for a kind that is not accepted. */
export function getPublicKeyAlgorithms(key: KeyObject): readonly string[] {
  if (key.asymmetricKeyType === 'rsa') return rsaAlgorithms;
  if (key.asymmetricKeyType === 'ed25519') return ed25519Algorithms;
  const ecAlgorithm = ecAlgorithms[key.asymmetricKeyDetails?.namedCurve ?? ''];
  return ecAlgorithm === undefined ? [] : [ecAlgorithm];
}

/** HMAC algorithms, with the bytes that a secret must have: as many as the hash (RFC 7518, 3.2). */
const hmacAlgorithms = [
  { name: 'HS256', minBytes: 32 },
  { name: 'HS384', minBytes: 48 },
  { name: 'HS512', minBytes: 64 },
] as const;

export const minSecretBytes = hmacAlgorithms[0].minBytes;

/** The HMAC algorithms that a secret of this length is strong enough for. */
export function getSecretAlgorithms(bytes: number): readonly string[] {
  return hmacAlgorithms.filter(({ minBytes }) => bytes >= minBytes).map(({ name }) => name);
}

/** The algorithms that a key checks. A private key, which should not be here, checks none. */
export function getKeyAlgorithms(key: KeyObject): readonly string[] {
  if (key.type === 'public') return getPublicKeyAlgorithms(key);
  return key.type === 'secret' ? getSecretAlgorithms(key.symmetricKeySize ?? 0) : [];
}
