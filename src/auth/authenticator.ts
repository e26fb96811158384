import { UnauthenticatedError } from './auth.errors.ts';
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

/** Tokens with many groups or permissions reach this size. The server's limit for all headers is higher. */
const maxTokenLength = 16_384;
const bearer = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Extracts the token from an Authorization header, which must be `Bearer` and exactly one signed JWT.
 * @throws UnauthenticatedError
 */
export function getBearerToken(authorization: string): string {
  if (authorization.length > maxTokenLength + 'Bearer '.length) {
    const message = `The Authorization header is longer than ${maxTokenLength} characters.`;
    throw createHeaderError(message, `${authorization.length} characters`);
  }
  const token = bearer.exec(authorization)?.[1];
  if (token === undefined) {
    const message = 'The Authorization header must be "Bearer", a space and one signed JWT.';
    throw createHeaderError(message, describeForm(authorization));
  }
  return token;
}

function createHeaderError(message: string, actual: string): UnauthenticatedError {
  return new UnauthenticatedError(message, {
    refused: 'authorization',
    expected: 'Bearer and one signed JWT',
    actual,
  });
}

/** Describes the header for the log without quoting any part of it. */
function describeForm(authorization: string): string {
  const parts = /^bearer +(\S+)$/i.exec(authorization)?.[1]?.split('.').length;
  if (parts === undefined) return 'something else';
  if (parts === 1) return 'an opaque token: ask the issuer for a JWT, for example by naming an audience';
  return parts === 5
    ? 'an encrypted JWT (JWE): ask the issuer for a signed one'
    : `a token of ${parts} parts`;
}
