import { AuthUnavailableError, UnauthenticatedError } from '../../auth/auth.errors.ts';
import { type AuthConfig, createAuthenticator } from '../../auth/authenticator.ts';
import { type KeySetAddress, KeySetError, createKeySet } from '../../auth/issuer-keys.ts';
import {
  type JWK,
  getPublicKeyAlgorithms,
  getSecretAlgorithms,
  listAlgorithms,
  parsePublicKey,
} from '../../auth/key-source.ts';
import { createAuthConfig } from '../../config/config.ts';
import { authVariables, hasAll } from '../../config/environment-schema.ts';
import { type Check, type Judgement, fail, pass, skip, warn } from './check.ts';

/** Which keys and algorithms tokens are verified with. */
export const checkTokenKeys: Check = async ({ keySource }) => {
  if (keySource === null) return skip('the source of keys has a fault');
  if (keySource.kind === 'jwks') return checkKeySet(keySource);
  if (keySource.kind === 'publicKey')
    return pass(`a public key, for ${getPublicKeyAlgorithms(parsePublicKey(keySource.pem)).join(', ')}`);
  const { secret } = keySource;
  if (secret !== secret.trim())
    return warn(
      'the secret begins or ends with white space, such as a line break, which is part of it',
      "Remove it from JWT_SECRET, unless the issuer's secret has it too.",
    );
  const algorithms = getSecretAlgorithms(secret).join(', ');
  return pass(`a shared secret of ${Buffer.byteLength(secret)} bytes, for ${algorithms}`);
};

async function checkKeySet(address: KeySetAddress): Promise<Judgement> {
  const keySet = createKeySet(address);
  try {
    await keySet.reload();
    return await judgeKeys(keySet.jwks()?.keys ?? []);
  } catch (error) {
    if (!(error instanceof KeySetError)) throw error;
    return fail(
      `${error.message} Its URL is ${address.url.origin}${address.url.pathname}`,
      "Set JWT_JWKS_URL to the issuer's jwks_uri, and allow this machine to reach it.",
    );
  }
}

async function judgeKeys(keys: readonly JWK[]): Promise<Judgement> {
  if (keys.some(({ kty, d }) => kty === 'oct' || d !== undefined))
    return fail(
      'the key set shows a private or symmetric key: an attacker who reads it can sign tokens',
      'Revoke the key at the issuer, and publish public keys only.',
    );
  const usable = (await Promise.all(keys.map(listAlgorithms))).filter(({ length }) => length > 0);
  const algorithms = [...new Set(usable.flat())].join(', ');
  if (usable.length > 0)
    return pass(`${usable.length} of ${keys.length} keys can be used, for ${algorithms}`);
  return fail(
    `none of the ${keys.length} keys of the key set can be used`,
    'Configure the issuer to sign with RSA (2048 bits), EC (P-256, P-384, P-521) or Ed25519 keys.',
  );
}

/** Whether the service accepts the token, or which claim it refuses. The token is never printed. */
export const checkToken: Check = ({ values, keySource, token }) => {
  if (token === undefined) return [];
  if (keySource === null || !hasAll(values, authVariables)) return skip('the token variables have faults');
  return authenticate(createAuthConfig(values, keySource), extractToken(token));
};

/** The file may hold a whole header, or quotes. */
function extractToken(text: string): string {
  const value = text.trim().replace(/^(authorization: *)?bearer +/i, '');
  return value.replace(/^"(.*)"$/, '$1');
}

async function authenticate(config: AuthConfig, token: string): Promise<Judgement> {
  try {
    const caller = await createAuthenticator(config).authenticate(`Bearer ${token}`);
    if (caller === null) return skip('the file holds no token');
    const roles = caller.roles.length === 0 ? 'no roles' : `the roles ${caller.roles.join(', ')}`;
    const email = caller.email === null ? 'no verified e-mail' : 'a verified e-mail';
    return pass(`accepted: user ${caller.userId}, ${roles}, ${email}`);
  } catch (error) {
    if (error instanceof UnauthenticatedError || error instanceof AuthUnavailableError)
      return judgeRefusal(error);
    throw error;
  }
}

function judgeRefusal({ message, refusal, cause }: UnauthenticatedError | AuthUnavailableError): Judgement {
  if (refusal === null) return fail(cause instanceof Error ? `${message} ${cause.message}` : message);
  const { refused, expected, actual, hint } = refusal;
  return fail(
    `${message} ${refused}: expected ${expected}; found: ${actual}${hint === undefined ? '' : ` (${hint})`}`,
    fixes[refused] ?? 'Compare the claim with JWT_SUBJECT_CLAIM, JWT_AUDIENCE_CLAIM and JWT_REQUIRED_CLAIMS.',
  );
}

const clockFix = "Compare the issuer's clock with the clock of this machine.";
const fixes: Readonly<Record<string, string>> = {
  iss: 'Set JWT_ISSUER to the issuer that the tokens name, character by character.',
  aud: 'Ask the issuer for tokens with this audience, or set JWT_AUDIENCE; for tokens without "aud" set JWT_AUDIENCE_CLAIM.',
  exp: 'Ask the issuer for a new token; if this one is new, compare the clocks.',
  nbf: clockFix,
  iat: clockFix,
  alg: 'Configure the issuer to sign with one of these algorithms, or set another source of keys.',
  kid: 'Set JWT_JWKS_URL to the jwks_uri of the issuer that signed the token.',
  signature: 'Set the source of keys to the issuer that signed the token.',
  typ: 'Send an access token, not another token of the same issuer.',
  authorization: 'Put one signed JWT into the file.',
};
