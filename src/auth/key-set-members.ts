import { createPublicKey } from 'node:crypto';
import type { JWK } from 'jose';
import { getPublicKeyAlgorithms } from './algorithms.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import { checkPublicKey } from './key-source.ts';

/** What one key of a key set is good for here. */
export interface KeySetMember {
  /** The algorithms that tokens may name with it. */
  readonly algorithms: readonly string[];
  /** Why it cannot be used, without any part of it; null when it can. */
  readonly fault: string | null;
  /** Whether it shows what signs tokens, to everybody who asks. */
  readonly isSecret: boolean;
}

/** Looks at every key of an issuer's set by the rules that tokens are checked by. @throws KeySetError */
export async function readKeySetMembers(url: URL): Promise<readonly KeySetMember[]> {
  const keySet = await fetchKeySet(url);
  return keySet.jwks().keys.map((jwk) => {
    const isSecret = jwk.kty === 'oct' || jwk.d !== undefined;
    try {
      return { algorithms: getUsableAlgorithms(jwk), fault: null, isSecret };
    } catch (error) {
      return {
        algorithms: [],
        fault: error instanceof Error ? error.message : 'it cannot be used',
        isSecret,
      };
    }
  });
}

function getUsableAlgorithms(jwk: JWK): readonly string[] {
  if (jwk.kty === 'oct' || jwk.d !== undefined) throw new Error('this is no public key');
  if (jwk.use !== undefined && jwk.use !== 'sig') throw new Error('this key is not for signatures');
  if (jwk.key_ops !== undefined && !jwk.key_ops.includes('verify'))
    throw new Error('this key is not for checking signatures');
  const algorithms = getPublicKeyAlgorithms(checkPublicKey(parseJwk(jwk)));
  const named = jwk.alg === undefined ? algorithms : algorithms.filter((name) => name === jwk.alg);
  if (named.length === 0) throw new Error('the algorithm that this key names is not accepted');
  return named;
}

function parseJwk(jwk: JWK): ReturnType<typeof createPublicKey> {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    throw new Error('this key cannot be read');
  }
}
