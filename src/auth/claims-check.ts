import { UnauthenticatedError } from './auth.errors.ts';
import type { Members } from './signed-token.ts';

const clockSkewSeconds = 60;

/** Whom a token has to come from, and whom it has to be for. */
export interface ExpectedClaims {
  readonly issuer: string;
  readonly audience: string;
}

/** Holds the claims of a token against RFC 7519 section 4.1. @throws UnauthenticatedError */
export function checkClaims(claims: Members, expected: ExpectedClaims, nowSeconds: number): void {
  if (claims['iss'] !== expected.issuer || !isFor(claims['aud'], expected.audience))
    throw new UnauthenticatedError("The token's issuer or audience is not the expected one.");
  const exp = readTime(claims, 'exp');
  const nbf = findTime(claims, 'nbf');
  const iat = findTime(claims, 'iat');
  if (exp <= nowSeconds - clockSkewSeconds) throw new UnauthenticatedError('The token is expired.');
  // JSON.parse reads 1e999 as Infinity.
  if (exp === Infinity) throw new UnauthenticatedError('The token never expires.');
  const latestStart = nowSeconds + clockSkewSeconds;
  if (nbf > latestStart) throw new UnauthenticatedError('The token is not valid yet.');
  if (iat > latestStart) throw new UnauthenticatedError('The token was issued in the future.');
}

function isFor(aud: unknown, audience: string): boolean {
  return Array.isArray(aud) ? aud.includes(audience) : aud === audience;
}

/** A time that may be left out, and then is long ago. */
function findTime(claims: Members, name: string): number {
  return claims[name] === undefined ? -Infinity : readTime(claims, name);
}

function readTime(claims: Members, name: string): number {
  const value = claims[name];
  if (typeof value === 'number') return value;
  throw new UnauthenticatedError(`The token's "${name}" claim must be there and be a number.`);
}
