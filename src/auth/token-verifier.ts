import { UnauthenticatedError } from './auth.errors.ts';
import { type ExpectedClaims, checkClaims } from './claims-check.ts';
import { isSignedBy } from './signature-check.ts';
import { type Members, parseToken, readMembers } from './signed-token.ts';
import type { VerificationKeys } from './verification-keys.ts';

/** A token of another type has another use: a logout token of the same issuer lets nobody in (RFC 8725, 3.11). */
const acceptedType = /^(application\/)?(at\+)?jwt$/i;

/** Checks a token's signature, and that it is meant for this service and for now. */
export class TokenVerifier {
  constructor(
    private readonly keys: VerificationKeys,
    private readonly expected: ExpectedClaims,
    private readonly clock: () => number,
  ) {}

  /**
   * @returns the claims of a token that can be trusted
   * @throws UnauthenticatedError, AuthUnavailableError
   */
  async verify(text: string): Promise<Members> {
    const { header, algorithm, signedText, signature, claims: part } = parseToken(text);
    if (!this.keys.algorithms.includes(algorithm))
      throw new UnauthenticatedError('The token is signed with an algorithm that is not accepted here.');
    const keys = await this.keys.find(algorithm, header['kid']);
    if (!keys.some((key) => isSignedBy(key, algorithm, signedText, signature)))
      throw new UnauthenticatedError('The token is not signed with a key that is accepted here.');
    const claims = readMembers(part);
    checkClaims(claims, this.expected, this.clock() / 1000);
    checkType(header['typ']);
    return claims;
  }
}

function checkType(typ: unknown): void {
  if (typ === undefined || (typeof typ === 'string' && acceptedType.test(typ))) return;
  throw new UnauthenticatedError('The token is not an access token.');
}
