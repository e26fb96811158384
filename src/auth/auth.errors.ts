import { decodeProtectedHeader, errors } from 'jose';
import { BillingError } from '../shared/errors.ts';

/** Why a token was refused, for the log and the operator. It never contains the token or a user's data. */
export interface Refusal {
  /** The claim or header field, such as `iss` or `alg`. */
  readonly refused: string;
  readonly expected: string;
  readonly actual: string;
  readonly hint?: string;
}

/** The token is missing or refused. The message never contains any part of the token. */
export class UnauthenticatedError extends BillingError {
  constructor(
    message: string,
    readonly refusal: Refusal | null = null,
  ) {
    super('UNAUTHENTICATED', message);
  }
}

/** The keys that verify tokens are unavailable, so the token is neither accepted nor refused. */
export class AuthUnavailableError extends BillingError {
  /** @param cause null when the issuer's keys are available, but the one that the token names is not among them yet */
  constructor(
    cause: unknown,
    retryAfter: number,
    readonly refusal: Refusal | null = null,
  ) {
    const message = 'Tokens cannot be verified right now. Try again shortly.';
    super('AUTH_UNAVAILABLE', message, { cause: cause ?? undefined, retryAfter });
  }
}

export interface ExpectedClaims {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** The claim that must name the audience: `aud`, or the issuer's replacement, such as `client_id` or `azp`. */
  readonly audienceClaim: string;
  /** Further claims, each with the value that it must have or contain: `token_use` and `access`. */
  readonly requiredClaims: ReadonlyMap<string, string>;
}

/** What the client reads, by the claim or header field that is refused. */
const messages: Readonly<Record<string, string>> = {
  authorization: 'The Authorization header must be "Bearer", a space and one signed JWT.',
  alg: 'The token is signed with an algorithm ("alg") that is not accepted here.',
  crit: 'The token needs an extension that is not supported here.',
  exp: 'The token has expired ("exp").',
  iat: 'The token was issued in the future ("iat").',
  iss: `The token's issuer ("iss") is not the expected one.`,
  nbf: 'The token is not valid yet ("nbf").',
  signature: 'The token is not signed with a key that is accepted here.',
  token: 'The token is not a well-formed JWT.',
  typ: 'The token is not an access token ("typ").',
};

/** Creates the refusal of a claim or header field. The log shows both values; the client sees only the message. */
export function refuse(
  refused: string,
  expected: string,
  actual: unknown,
  message = messages[refused] ?? 'The token is refused.',
): UnauthenticatedError {
  const refusal = { refused, expected, actual: describeValue(actual), ...findHint(expected, actual) };
  return new UnauthenticatedError(message, refusal);
}

export function refuseAudience(
  claim: string,
  { audience }: ExpectedClaims,
  actual: unknown,
): UnauthenticatedError {
  const message = `The token's audience ("${claim}") is not the expected one.`;
  return refuse(claim, audience.join(' or '), actual, message);
}

/** Converts errors of `jwtVerify` into refusals. BillingErrors stay as they are. */
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
    return refuse('token', 'a well-formed JWT', reason);
  const { alg, kid, crit } = decodeProtectedHeader(token);
  if (error instanceof errors.JOSEAlgNotAllowed) return refuse('alg', algorithms.join(', '), alg);
  if (error instanceof errors.JOSENotSupported) return refuse('crit', 'none', crit);
  const actual = `${reason}; alg ${describeValue(alg)}, kid ${describeValue(kid)}`;
  return refuse('signature', 'a signature by a key that is accepted here', actual);
}

function refuseClaim(
  { claim, reason, payload }: errors.JWTClaimValidationFailed | errors.JWTExpired,
  expected: ExpectedClaims,
): UnauthenticatedError {
  const actual = payload[claim];
  if (claim === 'iss') return refuse(claim, expected.issuer, actual);
  if (claim === 'aud') return refuseAudience(claim, expected, actual);
  if (reason !== 'check_failed')
    return refuse(claim, 'a number', actual, `The token's "${claim}" claim must be a number.`);
  return refuse(claim, `a time in the ${claim === 'exp' ? 'future' : 'past'}`, describeTime(actual));
}

const longestValue = 200;

/** Formats a token's value for the log: on one line, shortened, and without anything that could be a credential. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = toText(value);
  const clean = text
    .slice(0, longestValue)
    .replace(/eyJ[\w-]*(\.[\w-]*)*/g, '[token]')
    .replace(/[^\s"@]+@[^\s"@]+/g, '[e-mail]')
    .replace(/[\p{C}\u2028\u2029]/gu, '\ufffd');
  return text.length > longestValue ? `${clean}…` : clean;
}

/** The header of a token that is not verified yet can nest lists deeper than JSON.stringify can follow. */
function toText(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return 'a deeply nested value';
  }
}

export function describeTime(value: unknown): string {
  const ms = typeof value === 'number' ? value * 1000 : NaN;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : describeValue(value);
}

/** Differences that are easy to overlook, each with what removes it. */
const differences: readonly (readonly [string, (text: string) => string])[] = [
  ['a trailing slash', (text) => text.replace(/\/$/, '')],
  ['upper and lower case', (text) => text.toLowerCase()],
  ['http and https', (text) => text.replace(/^http:/, 'https:')],
  ['leading or trailing spaces', (text) => text.trim()],
];

function findHint(expected: string, actual: unknown): { hint?: string } {
  if (typeof actual !== 'string' || actual === expected) return {};
  const found = differences.find(([, without]) => without(actual) === without(expected));
  return found === undefined ? {} : { hint: `they differ only in ${found[0]}` };
}
