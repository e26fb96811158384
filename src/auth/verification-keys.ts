import { type KeyObject, createSecretKey } from 'node:crypto';
import { getKeyAlgorithms, publicKeyAlgorithms } from './algorithms.ts';
import { checkKeySource, parsePublicKey } from './key-source.ts';
import type { KeySource } from './key-source.ts';

/** What a token's signature is checked with. */
export interface VerificationKeys {
  /** The only algorithms a token may name: those of the kind of key. */
  readonly algorithms: readonly string[];
  /**
   * The keys that a token may be signed with: one of them has to have done so.
   * @param keyId - what the token's header says, if anything; it is whatever the sender likes
   * @throws AuthUnavailableError
   */
  find(algorithm: string, keyId: unknown): readonly KeyObject[] | Promise<readonly KeyObject[]>;
}

/**
 * Prepares the keys once, so that no request has to. What fetches keys is loaded only where they are fetched.
 * @throws Error when the key material would let in tokens it should not
 */
export async function createVerificationKeys(
  source: KeySource,
  clock: () => number,
): Promise<VerificationKeys> {
  checkKeySource(source);
  if (source.kind === 'jwks') {
    const { RemoteKeySet } = await import('./remote-key-set.ts');
    const keySet = new RemoteKeySet(source.url, clock);
    return { algorithms: publicKeyAlgorithms, find: (algorithm, keyId) => keySet.find(algorithm, keyId) };
  }
  const key = source.kind === 'secret' ? createSecretKey(source.secret, 'utf8') : parsePublicKey(source.pem);
  return { algorithms: getKeyAlgorithms(key), find: () => [key] };
}
