import { UnauthenticatedError } from './auth.errors.ts';

const maxTokenLength = 8192;
const bearer = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Takes the token out of an Authorization header: `Bearer`, and exactly one signed JWT.
 * @throws UnauthenticatedError
 */
export function getBearerToken(authorization: string): string {
  if (authorization.length > maxTokenLength + 'Bearer '.length) {
    throw new UnauthenticatedError(`The Authorization header holds more than ${maxTokenLength} characters.`);
  }
  const token = bearer.exec(authorization)?.[1];
  if (token === undefined) {
    throw new UnauthenticatedError('The Authorization header must be "Bearer", a space and one signed JWT.');
  }
  return token;
}
