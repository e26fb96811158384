import { type KeyObject, createPublicKey } from 'node:crypto';
import { getPublicKeyAlgorithms } from '../../auth/algorithms.ts';
import { fetchKeys } from '../../auth/key-set.ts';
import { checkPublicKey } from '../../auth/key-source.ts';

type Jwk = Awaited<ReturnType<typeof fetchKeys>>[number];

/** What one key of a key set can be used for. */
export interface KeySetMember {
  /** The algorithms that tokens may name with it. */
  readonly algorithms: readonly string[];
  /** Why it cannot be used, without any part of it; null when it can. */
  readonly fault: string | null;
  /** Whether the key is one that signs tokens, and must not be public. */
  readonly isSecret: boolean;
}

/** Checks every key of an issuer's set by the rules for tokens. @throws KeySetError */
export async function readKeySetMembers(url: URL): Promise<readonly KeySetMember[]> {
  return (await fetchKeys(url)).map((jwk) => {
    const isSecret = jwk.kty === 'oct' || jwk.d !== undefined;
    try {
      return { algorithms: getUsableAlgorithms(jwk), fault: null, isSecret };
    } catch (error) {
      const fault = error instanceof Error ? error.message : 'this key cannot be used';
      return { algorithms: [], fault, isSecret };
    }
  });
}

function getUsableAlgorithms(jwk: Jwk): readonly string[] {
  if (jwk.kty === 'oct' || jwk.d !== undefined) throw new Error('this is no public key');
  if (jwk.use !== undefined && jwk.use !== 'sig') throw new Error('this key is not for signatures');
  if (jwk.key_ops !== undefined && !jwk.key_ops.includes('verify'))
    throw new Error('this key is not for checking signatures');
  const algorithms = getPublicKeyAlgorithms(checkPublicKey(parseJwk(jwk)));
  const named = jwk.alg === undefined ? algorithms : algorithms.filter((name) => name === jwk.alg);
  if (named.length === 0) throw new Error('the algorithm that this key names is not accepted');
  return named;
}

function parseJwk(jwk: Jwk): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    throw new Error('this key cannot be read');
  }
}
