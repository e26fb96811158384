import { webcrypto } from 'node:crypto';
import { errors, importSPKI } from 'jose';
import type { CryptoKey, JWTVerifyGetKey } from 'jose';
import { getPublicKeyAlgorithms, getSecretAlgorithms, publicKeyAlgorithms } from './algorithms.ts';
import { checkKeySource, parsePublicKey } from './key-source.ts';
import type { KeySource } from './key-source.ts';
import { RemoteKeySet } from './remote-key-set.ts';

/** What a token's signature is checked with. */
export interface VerificationKeys {
  /** The only algorithms a token may name: those of the kind of key. */
  readonly algorithms: readonly string[];
  readonly getKey: JWTVerifyGetKey;
}

/**
 * Prepares the keys once, so that no request has to.
 * @throws Error when the key material would let in tokens it should not
 */
export async function createVerificationKeys(
  source: KeySource,
  clock: () => number,
): Promise<VerificationKeys> {
  checkKeySource(source);
  if (source.kind === 'jwks') {
    const keySet = new RemoteKeySet(source.url, clock);
    return { algorithms: publicKeyAlgorithms, getKey: (header, token) => keySet.getKey(header, token) };
  }
  const keys =
    source.kind === 'secret' ? await importSecret(source.secret) : await importPublicKey(source.pem);
  return { algorithms: [...keys.keys()], getKey: ({ alg }) => getImportedKey(keys, alg) };
}

/** One key for each algorithm: a CryptoKey is bound to its hash. */
type ImportedKeys = ReadonlyMap<string, CryptoKey>;

function getImportedKey(keys: ImportedKeys, algorithm: string): CryptoKey {
  const key = keys.get(algorithm);
  if (key === undefined) throw new errors.JOSEAlgNotAllowed();
  return key;
}

async function importSecret(secret: string): Promise<ImportedKeys> {
  const bytes = Buffer.from(secret);
  const imports = getSecretAlgorithms(bytes.length).map(async ({ name, hash }) => {
    const key = await webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['verify']);
    return [name, key] as const;
  });
  return new Map(await Promise.all(imports));
}

async function importPublicKey(pem: string): Promise<ImportedKeys> {
  const key = parsePublicKey(pem);
  const spki = key.export({ type: 'spki', format: 'pem' }).toString();
  const imports = getPublicKeyAlgorithms(key).map(
    async (algorithm) => [algorithm, await importSPKI(spki, algorithm)] as const,
  );
  return new Map(await Promise.all(imports));
}
