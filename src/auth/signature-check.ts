import { type KeyObject, constants, createHmac, timingSafeEqual, verify } from 'node:crypto';
import { getKeyAlgorithms } from './algorithms.ts';

type Check = (key: KeyObject, text: string, signature: Buffer) => boolean;

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;

function createHmacCheck(hash: string): Check {
  return (key, text, signature) => {
    const expected = createHmac(hash, key).update(text).digest();
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  };
}

/** @param hash null where the algorithm has its own */
function createPublicKeyCheck(hash: string | null, options: object = {}): Check {
  return (key, text, signature) => verify(hash, Buffer.from(text), { ...options, key }, signature);
}

const pkcs1 = { padding: RSA_PKCS1_PADDING };
const pss = { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST };
/** Two numbers side by side, where Node would expect ASN.1. */
const joined = { dsaEncoding: 'ieee-p1363' };

/** Node's own checks, as RFC 7518 section 3.1 and RFC 8037 section 3.1 name them. */
const checks: ReadonlyMap<string, Check> = new Map([
  ['HS256', createHmacCheck('sha256')],
  ['HS384', createHmacCheck('sha384')],
  ['HS512', createHmacCheck('sha512')],
  ['RS256', createPublicKeyCheck('sha256', pkcs1)],
  ['RS384', createPublicKeyCheck('sha384', pkcs1)],
  ['RS512', createPublicKeyCheck('sha512', pkcs1)],
  ['PS256', createPublicKeyCheck('sha256', pss)],
  ['PS384', createPublicKeyCheck('sha384', pss)],
  ['PS512', createPublicKeyCheck('sha512', pss)],
  ['ES256', createPublicKeyCheck('sha256', joined)],
  ['ES384', createPublicKeyCheck('sha384', joined)],
  ['ES512', createPublicKeyCheck('sha512', joined)],
  ['EdDSA', createPublicKeyCheck(null)],
  ['Ed25519', createPublicKeyCheck(null)],
]);

/**
 * Whether this key has signed this text by this algorithm: never by one that is not for the key's kind. At once, and not
 * by WebCrypto: its way through other threads and back takes longer than the check.
 */
export function isSignedBy(key: KeyObject, algorithm: string, text: string, signature: Buffer): boolean {
  const check = checks.get(algorithm);
  return check !== undefined && getKeyAlgorithms(key).includes(algorithm) && check(key, text, signature);
}
