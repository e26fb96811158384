import { getBearerToken } from './bearer-token.ts';
import type { Caller } from './caller.ts';
import { type ClaimNames, getCaller } from './claims.ts';
import type { KeySource } from './key-source.ts';
import type { ExpectedClaims } from './refusals.ts';
import { TokenVerifier } from './token-verifier.ts';
import { createVerificationKeys } from './verification-keys.ts';

export interface AuthConfig extends ClaimNames, ExpectedClaims {
  readonly keySource: KeySource;
}

export interface Authenticator {
  /**
   * Identifies the sender of this Authorization header; null when there is none.
   * @throws UnauthenticatedError, AuthUnavailableError
   */
  authenticate(authorization: string | undefined): Promise<Caller | null>;
}

/**
 * Imports the keys once, so that requests need not.
 * @param clock - the current time in milliseconds, for expiry and for the age of fetched keys
 * @throws Error when the key material would accept tokens that it should not
 */
export async function createAuthenticator(
  config: AuthConfig,
  clock: () => number = Date.now,
): Promise<Authenticator> {
  const keys = await createVerificationKeys(config.keySource, config.issuer, clock);
  const verifier = new TokenVerifier(keys, config, clock);
  return {
    async authenticate(authorization) {
      if (authorization === undefined) return null;
      return getCaller(await verifier.verify(getBearerToken(authorization)), config);
    },
  };
}
