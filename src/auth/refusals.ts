import { type JWTPayload, decodeProtectedHeader, errors } from 'jose';
import { BillingError } from '../shared/errors.ts';
import { type Refusal, UnauthenticatedError } from './auth.errors.ts';

/** The claims that a token needs to be accepted here. */
export interface ExpectedClaims {
  readonly issuer: string;
  readonly audience: string;
  /** The claim that must name the audience: `aud`, or what the issuer has in its place, such as `client_id` or `azp`. */
  readonly audienceClaim: string;
}

const issuerMessage = `The token's issuer ("iss") is not the expected one.`;

/** @throws UnauthenticatedError */
export function checkIssuer({ iss }: JWTPayload, expected: string): void {
  if (iss !== expected) throw refuse(issuerMessage, 'iss', expected, iss);
}

/** Creates the refusal of a claim or a header field. The log shows both values; the client sees the message alone. */
export function refuse(
  message: string,
  refused: string,
  expected: string,
  actual: unknown,
): UnauthenticatedError {
  const hint = findHint(expected, actual);
  const refusal: Refusal = { refused, expected, actual: describeValue(actual) };
  return new UnauthenticatedError(message, hint === null ? refusal : { ...refusal, hint });
}

/** Turns what `jwtVerify` throws into a refusal. The verification's own BillingErrors stay as they are. */
export function toRefusal(
  error: unknown,
  token: string,
  expected: ExpectedClaims,
  algorithms: readonly string[],
): BillingError {
  if (error instanceof BillingError) return error;
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
    return refuseClaim(error, expected);
  const reason = error instanceof errors.JOSEError ? error.message : 'the key cannot be used';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return refuse('The token is not a well-formed JWT.', 'token', 'a well-formed JWT', reason);
  const { alg, kid, crit } = decodeProtectedHeader(token);
  if (error instanceof errors.JOSEAlgNotAllowed) {
    const message = 'The token is signed with an algorithm that is not accepted here.';
    return refuse(message, 'alg', algorithms.join(', '), alg);
  }
  if (error instanceof errors.JOSENotSupported)
    return refuse('The token needs an extension that is not supported here.', 'crit', 'none', crit);
  const message = 'The token is not signed with a key that is accepted here.';
  const actual = `${reason}; alg ${describeValue(alg)}, kid ${describeValue(kid)}`;
  return refuse(message, 'signature', 'a signature by a key that is accepted here', actual);
}

function refuseClaim(
  { claim, reason, payload }: errors.JWTClaimValidationFailed | errors.JWTExpired,
  expected: ExpectedClaims,
): UnauthenticatedError {
  const actual = payload[claim];
  if (claim === 'iss') return refuse(issuerMessage, claim, expected.issuer, actual);
  if (claim === 'aud') return refuseAudience(claim, expected, actual);
  if (reason !== 'check_failed')
    return refuse(`The token's "${claim}" claim must be there and be a number.`, claim, 'a number', actual);
  if (claim === 'exp') return refuse('The token is expired.', claim, 'a time to come', describeTime(actual));
  return refuse('The token is not valid yet.', claim, 'a time that has passed', describeTime(actual));
}

export function refuseAudience(
  claim: string,
  { audience }: ExpectedClaims,
  actual: unknown,
): UnauthenticatedError {
  return refuse(`The token's audience ("${claim}") is not the expected one.`, claim, audience, actual);
}

const longestValue = 200;

/** A value out of a token as a log may show it: on one line, short, and without what could be a credential. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  const text =
    typeof value === 'string' ? value : typeof value === 'number' ? String(value) : JSON.stringify(value);
  const clean = text
    .slice(0, longestValue)
    .replace(/eyJ[\w-]*(\.[\w-]*)*/g, '[token]')
    .replace(/[\p{C}\u2028\u2029]/gu, '\ufffd');
  return text.length > longestValue ? `${clean}…` : clean;
}

export function describeTime(value: unknown): string {
  const ms = typeof value === 'number' ? value * 1000 : NaN;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : describeValue(value);
}

/** Differences that people overlook. */
function findHint(expected: string, actual: unknown): string | null {
  if (typeof actual !== 'string' || actual === expected) return null;
  if (trimSlash(actual) === trimSlash(expected)) return 'they differ in a trailing slash only';
  if (actual.toLowerCase() === expected.toLowerCase()) return 'they differ in upper and lower case only';
  if (actual.replace(/^http:/, 'https:') === expected.replace(/^http:/, 'https:'))
    return 'they differ in http and https only';
  return actual.trim() === expected.trim() ? 'they differ in blanks only' : null;
}

function trimSlash(text: string): string {
  return text.endsWith('/') ? text.slice(0, -1) : text;
}
