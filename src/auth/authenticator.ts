import {
  type JWTPayload,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  decodeJwt,
  errors,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import { type ExpectedClaims, describeTime, refuse, refuseAudience, toRefusal } from './auth.errors.ts';
import { type Caller, type ClaimNames, findClaim, readCaller } from './claims.ts';
import { IssuerKeys } from './issuer-keys.ts';
import {
  type KeySource,
  checkKeySource,
  getPublicKeyAlgorithms,
  getSecretAlgorithms,
  parsePublicKey,
  publicKeyAlgorithms,
} from './key-source.ts';

export interface AuthConfig extends ClaimNames, ExpectedClaims {
  readonly keySource: KeySource;
}

export interface Authenticator {
  /** Null without an Authorization header. @throws UnauthenticatedError, AuthUnavailableError */
  authenticate(authorization: string | undefined): Promise<Caller | null>;
}

const clockSkewSeconds = 60;
const mostTrustedMs = 60_000; // How much later a withdrawn key is noticed, at most.
const mostVerified = 50_000;

/** When a token was verified, and when it ends. Its claims are read from the token again: once parsed, they can take far more memory. */
interface Verification {
  readonly checkedMs: number;
  readonly endMs: number;
}

/** @param clock for expiry and the age of fetched keys. @throws Error when the keys would accept tokens that they should not */
export function createAuthenticator(config: AuthConfig, clock: () => number = Date.now): Authenticator {
  const keys = createVerificationKeys(config, clock);
  // `max` would reserve the memory of all at once, which takes time at the start.
  const verified = new LRUCache<string, Verification>({ maxSize: mostVerified, sizeCalculation: () => 1 });
  return {
    async authenticate(authorization) {
      if (authorization === undefined) return null;
      const token = getBearerToken(authorization);
      const key = hash('sha256', token);
      const nowMs = clock();
      const known = verified.get(key);
      if (known !== undefined && isCurrent(known, nowMs)) return readCaller(decodeJwt(token), config);
      const claims = await verify(token, keys, config, nowMs);
      const endMs = ((claims.exp ?? 0) + clockSkewSeconds) * 1000;
      verified.set(key, { checkedMs: nowMs, endMs });
      return readCaller(claims, config);
    },
  };
}

/** A check in the future shows that the clock was set back since. */
function isCurrent({ checkedMs, endMs }: Verification, nowMs: number): boolean {
  const ageMs = nowMs - checkedMs;
  return ageMs >= 0 && ageMs < mostTrustedMs && nowMs < endMs;
}

/** Tokens with many groups or permissions reach this size. The server's limit for all headers is higher. */
const maxTokenLength = 16_384;
const bearer = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** Extracts the token from an Authorization header, which must be `Bearer` and exactly one signed JWT. */
function getBearerToken(authorization: string): string {
  const expected = 'Bearer and one signed JWT';
  if (authorization.length > maxTokenLength + 'Bearer '.length) {
    const message = `The Authorization header is longer than ${maxTokenLength} characters.`;
    throw refuse('authorization', expected, `${authorization.length} characters`, message);
  }
  const token = bearer.exec(authorization)?.[1];
  if (token !== undefined) return token;
  throw refuse('authorization', expected, describeForm(authorization));
}

/** Describes the header for the log without quoting any part of it. */
function describeForm(authorization: string): string {
  const parts = /^bearer +(\S+)$/i.exec(authorization)?.[1]?.split('.').length;
  if (parts === undefined) return 'something else';
  if (parts === 1) return 'an opaque token: ask the issuer for a JWT, for example by naming an audience';
  if (parts === 5) return 'an encrypted JWT (JWE): ask the issuer for a signed one';
  return `a token of ${parts} parts`;
}

type VerificationKeys = ReturnType<typeof createVerificationKeys>;

/** The only `algorithms` that a token may name are those of the kind of key. */
function createVerificationKeys({ keySource: source, issuer }: AuthConfig, clock: () => number) {
  checkKeySource(source);
  if (source.kind === 'jwks')
    return { algorithms: publicKeyAlgorithms, find: new IssuerKeys(source, issuer, clock).find };
  if (source.kind === 'secret') {
    const secret = new TextEncoder().encode(source.secret);
    return { algorithms: getSecretAlgorithms(source.secret), find: () => secret };
  }
  const key = parsePublicKey(source.pem);
  return { algorithms: getPublicKeyAlgorithms(key), find: () => key };
}

async function verify(
  token: string,
  { algorithms, find }: VerificationKeys,
  expected: ExpectedClaims,
  nowMs: number,
): Promise<JWTPayload> {
  const { issuer, audience, audienceClaim } = expected;
  const options = {
    algorithms: [...algorithms],
    issuer,
    ...(audienceClaim === 'aud' ? { audience: [...audience] } : {}),
    requiredClaims: ['exp'],
    clockTolerance: clockSkewSeconds,
    currentDate: new Date(nowMs),
  };
  try {
    const result = await jwtVerify(token, find, options).catch((error: unknown) => {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return verifyWithAny(token, error, options);
      throw error;
    });
    checkWhatJoseAccepts(result, expected, nowMs / 1000);
    return result.payload;
  } catch (error) {
    throw toRefusal(error, token, expected, algorithms);
  }
}

/** A token without `kid` may be signed by any key of its algorithm. */
async function verifyWithAny(
  token: string,
  keys: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  for await (const key of keys) {
    try {
      return await jwtVerify(token, key, options);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed || error instanceof TypeError))
        throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** Tokens of other types are refused: a logout token of the same issuer is not an access token (RFC 8725, 3.11). */
const acceptedType = /^(application\/)?(at\+)?jwt$/i;

function checkWhatJoseAccepts(
  { payload, protectedHeader: { typ } }: JWTVerifyResult,
  expected: ExpectedClaims,
  nowSeconds: number,
): void {
  const { exp, iat, aud } = payload;
  const { audience, audienceClaim, requiredClaims } = expected;
  // JSON.parse reads 1e999 as Infinity.
  if (exp === Infinity) throw refuse('exp', 'a time', exp, 'The token never expires ("exp").');
  if (iat !== undefined && iat > nowSeconds + clockSkewSeconds)
    throw refuse('iat', 'a time in the past', describeTime(iat));
  if (typ !== undefined && !(typeof typ === 'string' && acceptedType.test(typ)))
    throw refuse('typ', 'JWT or at+jwt', typ);
  if (audienceClaim !== 'aud') {
    const actual = findClaim(payload, audienceClaim);
    if (!names(actual, audience)) throw refuseAudience(audienceClaim, expected, actual);
    // When another claim names the audience, a token with a foreign `aud` is still refused (RFC 7519, 4.1.3).
    if (aud !== undefined && !names(aud, audience)) throw refuseAudience('aud', expected, aud);
  }
  for (const [name, value] of requiredClaims) {
    const actual = findClaim(payload, name);
    if (names(actual, [value])) continue;
    throw refuse(name, value, actual, `The token's "${name}" claim is not the expected one.`);
  }
}

function names(claim: unknown, accepted: readonly string[]): boolean {
  return [claim].flat().some((each: unknown) => {
    const text = typeof each === 'number' || typeof each === 'boolean' ? String(each) : each;
    return typeof text === 'string' && accepted.includes(text);
  });
}
