import { type JWTPayload, type JWTVerifyOptions, type JWTVerifyResult, errors, jwtVerify } from 'jose';
import { findClaim } from './claims.ts';
import { type ExpectedClaims, describeTime, refuse, refuseAudience, toRefusal } from './refusals.ts';
import type { VerificationKeys } from './verification-keys.ts';

const clockSkewSeconds = 60;

/** Tokens of other types are refused: a logout token of the same issuer is not an access token (RFC 8725, 3.11). */
const acceptedType = /^(application\/)?(at\+)?jwt$/i;

/** Verifies tokens with jose: the signature, the issuer, the audience, the times and the type. */
export class TokenVerifier {
  private readonly options: JWTVerifyOptions;

  constructor(
    private readonly keys: VerificationKeys,
    private readonly expected: ExpectedClaims,
    private readonly clock: () => number,
  ) {
    const { issuer, audience, audienceClaim } = expected;
    this.options = {
      algorithms: [...keys.algorithms],
      issuer,
      ...(audienceClaim === 'aud' ? { audience: [...audience] } : {}),
      requiredClaims: ['exp'],
      clockTolerance: clockSkewSeconds,
    };
  }

  /**
   * @returns the claims of the verified token
   * @throws UnauthenticatedError, AuthUnavailableError
   */
  async verify(token: string): Promise<JWTPayload> {
    const nowMs = this.clock();
    try {
      const { payload, protectedHeader } = await this.verifyByJose(token, nowMs);
      checkTimes(payload, nowMs / 1000);
      checkType(protectedHeader.typ);
      this.checkOtherAudience(payload);
      checkRequiredClaims(payload, this.expected.requiredClaims);
      return payload;
    } catch (error) {
      throw toRefusal(error, token, this.expected, this.keys.algorithms);
    }
  }

  private async verifyByJose(token: string, nowMs: number): Promise<JWTVerifyResult> {
    const options = { ...this.options, currentDate: new Date(nowMs) };
    try {
      return await jwtVerify(token, this.keys.find, options);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      return verifyWithAny(token, error, options);
    }
  }

  /** When another claim names the audience, a token with a foreign `aud` is still refused (RFC 7519, 4.1.3). */
  private checkOtherAudience(claims: JWTPayload): void {
    const { audience, audienceClaim } = this.expected;
    if (audienceClaim === 'aud') return;
    const actual = findClaim(claims, audienceClaim);
    if (!names(actual, audience)) throw refuseAudience(audienceClaim, this.expected, actual);
    if (claims.aud !== undefined && !names(claims.aud, audience))
      throw refuseAudience('aud', this.expected, claims.aud);
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

/** jose accepts an `iat` in the future, and JSON.parse reads 1e999 as Infinity. */
function checkTimes({ exp, iat }: JWTPayload, nowSeconds: number): void {
  if (exp === Infinity) throw refuse('The token never expires.', 'exp', 'a time', exp);
  if (iat !== undefined && iat > nowSeconds + clockSkewSeconds) {
    const message = 'The token was issued in the future.';
    throw refuse(message, 'iat', 'a time in the past', describeTime(iat));
  }
}

function checkType(typ: unknown): void {
  if (typ === undefined || (typeof typ === 'string' && acceptedType.test(typ))) return;
  throw refuse('The token is not an access token.', 'typ', 'JWT or at+jwt', typ);
}

function checkRequiredClaims(claims: JWTPayload, required: ExpectedClaims['requiredClaims']): void {
  for (const [name, value] of required) {
    const actual = findClaim(claims, name);
    if ([actual].flat().some((each) => String(each) === value)) continue;
    throw refuse(`The token's "${name}" claim is not the expected one.`, name, value, actual);
  }
}

function names(claim: unknown, audience: readonly string[]): boolean {
  return [claim].flat().some((each) => typeof each === 'string' && audience.includes(each));
}
