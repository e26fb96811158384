import { UnauthenticatedError } from './auth.errors.ts';
import type { Caller } from './caller.ts';
import type { Members } from './signed-token.ts';

/** Which claims say who is calling. */
export interface ClaimNames {
  readonly subjectClaim: string;
  readonly rolesClaim: string;
  readonly emailClaim: string;
}

/** The customer directory takes ids of this form; lone surrogates would make two users one when stored. */
const userIdPattern = /^[^\u0000-\u001f\u007f\p{Surrogate}]+$/u;

/**
 * Reads who is calling from the claims of a verified token.
 * @throws UnauthenticatedError when they name nobody
 */
export function getCaller(claims: Members, names: ClaimNames): Caller {
  const userId = findClaim(claims, names.subjectClaim);
  if (typeof userId !== 'string' || userId.length > 255 || !userIdPattern.test(userId)) {
    throw new UnauthenticatedError(`The token's "${names.subjectClaim}" claim does not name a user.`);
  }
  return {
    userId,
    roles: getRoles(findClaim(claims, names.rolesClaim)),
    email: claims['email_verified'] === true ? getEmail(findClaim(claims, names.emailClaim)) : null,
    claims,
  };
}

/**
 * Finds a claim by its literal name (`https://example.com/roles`), else by a dotted path through nested
 * claims (`realm_access.roles`), whose parts may hold dots themselves.
 */
export function findClaim(claims: Members, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const outer = name.slice(0, dot);
    if (!Object.hasOwn(claims, outer) || !isRecord(claims[outer])) continue;
    const found = findClaim(claims[outer], name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}

function getRoles(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((role) => role !== '');
  return Array.isArray(claim) ? claim.filter((role) => typeof role === 'string') : [];
}

function getEmail(claim: unknown): string | null {
  return typeof claim === 'string' && claim.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(claim) ? claim : null;
}
