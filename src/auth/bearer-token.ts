import { UnauthenticatedError } from './auth.errors.ts';

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
