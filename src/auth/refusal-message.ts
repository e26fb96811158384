import { errors } from 'jose';

const signatureRefused = 'The token is not signed with a key that is accepted here.';

/** For each of jose's codes, what a developer needs to know and an attacker cannot use. */
const messages: Readonly<Record<string, string>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'The token is signed with an algorithm that is not accepted here.',
  ERR_JOSE_NOT_SUPPORTED: 'The token needs an extension that is not supported here.',
  ERR_JWS_INVALID: 'The token is not a well-formed JWT.',
  ERR_JWT_INVALID: 'The token is not a well-formed JWT.',
  ERR_JWT_EXPIRED: 'The token is expired.',
};

/** Tells why jose refused a token, without any part of it. */
export function getRefusalMessage(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed) return getClaimMessage(error);
  return (error instanceof errors.JOSEError ? messages[error.code] : undefined) ?? signatureRefused;
}

function getClaimMessage({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (claim === 'iss' || claim === 'aud') return "The token's issuer or audience is not the expected one.";
  if (claim === 'nbf' && reason === 'check_failed') return 'The token is not valid yet.';
  return `The token's "${claim}" claim must be there and be a number.`;
}
