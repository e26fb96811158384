import { type JWTVerifyGetKey, errors } from 'jose';
import { getPublicKeyAlgorithms, getSecretAlgorithms, publicKeyAlgorithms } from './algorithms.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { type KeySource, checkKeySource, parsePublicKey } from './key-source.ts';

/** The keys and algorithms that jose verifies signatures with. */
export interface VerificationKeys {
  /** The only algorithms that a token may name: those of the kind of key. */
  readonly algorithms: readonly string[];
  readonly find: JWTVerifyGetKey;
}

/**
 * Imports the keys once, so that requests need not.
 * @throws Error when the key material would accept tokens that it should not
 */
export async function createVerificationKeys(
  source: KeySource,
  issuer: string,
  clock: () => number,
): Promise<VerificationKeys> {
  checkKeySource(source);
  if (source.kind === 'jwks')
    return { algorithms: publicKeyAlgorithms, find: new IssuerKeys(source, issuer, clock).find };
  if (source.kind === 'secret') return importSecret(new TextEncoder().encode(source.secret));
  const key = parsePublicKey(source.pem);
  return { algorithms: getPublicKeyAlgorithms(key), find: () => key };
}

async function importSecret(secret: Uint8Array<ArrayBuffer>): Promise<VerificationKeys> {
  const imports = getSecretAlgorithms(secret.length).map(async ({ name, hash }) => {
    const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash }, false, ['verify']);
    return [name, key] as const;
  });
  const keys = new Map(await Promise.all(imports));
  const find: JWTVerifyGetKey = ({ alg }) => {
    const key = keys.get(alg);
    if (key === undefined) throw new errors.JOSEAlgNotAllowed();
    return key;
  };
  return { algorithms: [...keys.keys()], find };
}
