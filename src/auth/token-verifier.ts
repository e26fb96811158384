import { UnauthenticatedError } from './auth.errors.ts';
import { type CheckedToken, CheckedTokens } from './checked-tokens.ts';
import { type ExpectedClaims, checkClaims } from './claims-check.ts';
import { isSignedBy } from './signature-check.ts';
import { type Members, parseToken, readMembers } from './signed-token.ts';
import type { VerificationKeys } from './verification-keys.ts';

/** A token of another type has another use: a logout token of the same issuer lets nobody in (RFC 8725, 3.11). */
const acceptedType = /^(application\/)?(at\+)?jwt$/i;

/** Checks a token's signature, and that it is meant for this service and for now. */
export class TokenVerifier {
  private readonly checked: CheckedTokens;

  constructor(
    private readonly keys: VerificationKeys,
    private readonly expected: ExpectedClaims,
    private readonly clock: () => number,
  ) {
    this.checked = new CheckedTokens(clock);
  }

  /**
   * @returns the claims of a token that can be trusted
   * @throws UnauthenticatedError, AuthUnavailableError
   */
  async verify(text: string): Promise<Members> {
    const { header, claims } = await this.checkSignature(text);
    checkClaims(claims, this.expected, this.clock() / 1000);
    checkType(header['typ']);
    return claims;
  }

  private async checkSignature(text: string): Promise<CheckedToken> {
    const known = this.checked.find(text);
    if (known !== null && (await this.findKeys(known)).includes(known.key)) return known;
    const token = parseToken(text);
    const { header, algorithm, signedText, signature, claims } = token;
    const keys = await this.findKeys(token);
    const key = keys.find((candidate) => isSignedBy(candidate, algorithm, signedText, signature));
    if (key === undefined)
      throw new UnauthenticatedError('The token is not signed with a key that is accepted here.');
    const checked = { header, algorithm, key, claims: readMembers(claims) };
    this.checked.keep(text, checked);
    return checked;
  }

  private findKeys({ algorithm, header }: Pick<CheckedToken, 'algorithm' | 'header'>) {
    if (!this.keys.algorithms.includes(algorithm))
      throw new UnauthenticatedError('The token is signed with an algorithm that is not accepted here.');
    return this.keys.find(algorithm, header['kid']);
  }
}

function checkType(typ: unknown): void {
  if (typ === undefined || (typeof typ === 'string' && acceptedType.test(typ))) return;
  throw new UnauthenticatedError('The token is not an access token.');
}
