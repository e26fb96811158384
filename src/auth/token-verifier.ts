import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyOptions, JWTVerifyResult } from 'jose';
import { AuthUnavailableError, UnauthenticatedError } from './auth.errors.ts';
import { getRefusalMessage } from './refusal-message.ts';
import type { VerificationKeys } from './verification-keys.ts';

const clockSkewSeconds = 60;
/** A token of another type has another use: a logout token of the same issuer lets nobody in (RFC 8725, 3.11). */
const acceptedType = /^(application\/)?(at\+)?jwt$/i;

/** Checks a token's signature, and that it is meant for this service and for now. */
export class TokenVerifier {
  private readonly options: JWTVerifyOptions;

  constructor(
    private readonly keys: VerificationKeys,
    expected: { readonly issuer: string; readonly audience: string },
    private readonly clock: () => number,
  ) {
    this.options = {
      algorithms: [...keys.algorithms],
      issuer: expected.issuer,
      audience: expected.audience,
      requiredClaims: ['exp'],
      clockTolerance: clockSkewSeconds,
    };
  }

  /**
   * @returns the claims of a token that can be trusted
   * @throws UnauthenticatedError, AuthUnavailableError
   */
  async verify(token: string): Promise<JWTPayload> {
    const now = this.clock();
    const { payload, protectedHeader } = await this.verifyByJose(token, now);
    checkWhatJoseLeaves(payload, protectedHeader.typ, now / 1000);
    return payload;
  }

  private async verifyByJose(token: string, now: number): Promise<JWTVerifyResult> {
    const options = { ...this.options, currentDate: new Date(now) };
    try {
      return await jwtVerify(token, this.keys.getKey, options).catch((error: unknown) =>
        verifyWithEachKey(token, error, options),
      );
    } catch (error) {
      if (error instanceof AuthUnavailableError) throw error;
      // jose's errors hold the token's claims, so they are neither kept as the cause nor logged.
      throw new UnauthenticatedError(getRefusalMessage(error));
    }
  }
}

/** A token without a key id may be signed with any of the issuer's keys of its kind. */
async function verifyWithEachKey(
  token: string,
  error: unknown,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
  for await (const key of error) {
    try {
      return await jwtVerify(token, key, options);
    } catch (failure) {
      if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

function checkWhatJoseLeaves(payload: JWTPayload, typ: unknown, nowSeconds: number): void {
  if (typ !== undefined && !(typeof typ === 'string' && acceptedType.test(typ))) {
    throw new UnauthenticatedError('The token is not an access token.');
  }
  // JSON.parse reads 1e999 as Infinity.
  if (payload.exp === Infinity) throw new UnauthenticatedError('The token never expires.');
  // jose checks this only together with a maximal age.
  if (payload.iat !== undefined && payload.iat > nowSeconds + clockSkewSeconds) {
    throw new UnauthenticatedError('The token was issued in the future.');
  }
}
