import { getPublicKeyAlgorithms, getSecretAlgorithms } from '../../auth/algorithms.ts';
import { KeySetError } from '../../auth/key-set.ts';
import { parsePublicKey } from '../../auth/key-source.ts';
import type { Deployment } from './deployment.ts';
import { type Judgement, fail, pass, skip, warn } from './finding.ts';
import { type KeySetMember, readKeySetMembers } from './key-set-members.ts';

/** Whether tokens can be checked: by which keys, and which algorithms. */
export async function checkTokenKeys({ keySource }: Deployment): Promise<Judgement[]> {
  if (keySource === null) return [skip('the source of keys has a fault')];
  if (keySource.kind === 'jwks') return checkKeySet(keySource.url);
  if (keySource.kind === 'publicKey') {
    return [pass(`a public key, for ${getPublicKeyAlgorithms(parsePublicKey(keySource.pem)).join(', ')}`)];
  }
  if (/^(["']).*\1$/.test(keySource.secret))
    return [
      warn(
        'the shared secret is in quotes, which count as a part of it',
        'Remove the quotes from JWT_SECRET.',
      ),
    ];
  const bytes = Buffer.byteLength(keySource.secret);
  const names = getSecretAlgorithms(bytes).map(({ name }) => name);
  return [pass(`a shared secret of ${bytes} bytes, for ${names.join(', ')}`)];
}

async function checkKeySet(url: URL): Promise<Judgement[]> {
  try {
    return [judgeMembers(await readKeySetMembers(url))];
  } catch (error) {
    if (!(error instanceof KeySetError)) throw error;
    return [
      fail(
        `${error.message} It is ${url.origin}${url.pathname}`,
        "Set JWT_JWKS_URL to the issuer's jwks_uri, and let this machine reach it.",
      ),
    ];
  }
}

function judgeMembers(members: readonly KeySetMember[]): Judgement {
  if (members.some(({ isSecret }) => isSecret)) {
    return fail(
      'the key set shows a private or symmetric key: an attacker who reads it can sign tokens',
      'Withdraw the key at the issuer, and publish the public halves only.',
    );
  }
  const usable = members.filter(({ fault }) => fault === null);
  const algorithms = [...new Set(usable.flatMap((member) => member.algorithms))];
  if (usable.length > 0) {
    return pass(`${usable.length} of ${members.length} keys can be used, for ${algorithms.join(', ')}`);
  }
  return fail(
    `none of the ${members.length} keys of the key set can be used: ${[...new Set(members.map(({ fault }) => fault))].join('; ')}`,
    'Let the issuer sign with RSA (2048 bits), EC (P-256, P-384, P-521) or Ed25519 keys.',
  );
}
