import { createHash, randomBytes } from 'node:crypto';

/** The path of a link, which the token follows. */
export const linkPath = '/portal-links';

const tokenPattern = /^[\w-]{43}$/;
const idPattern = /^[0-9a-f]{64}$/;

export function createLinkToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Returns the id of a link, under which it is stored. The id does not reveal the token, so a copy of the store opens
 * nothing.
 */
export function toLinkId(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function isLinkToken(text: string): boolean {
  return tokenPattern.test(text);
}

export function isLinkId(text: string): boolean {
  return idPattern.test(text);
}
