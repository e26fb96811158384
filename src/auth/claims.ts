import { UnauthenticatedError } from './auth.errors.ts';
import type { Caller } from './caller.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Which claims identify the caller. */
export interface ClaimNames {
  readonly subjectClaim: string;
  readonly rolesClaim: string;
  /** Null where the billing subject has no e-mail address in the token. */
  readonly emailClaim: string | null;
}

/** The customer directory takes ids of this form; lone surrogates would make two users one when stored. */
const userIdPattern = /^[^\u0000-\u001f\u007f\p{Surrogate}]{1,255}$/u;

/**
 * Reads the caller from the claims of a verified token.
 * @throws UnauthenticatedError when they identify no user
 */
export function getCaller(claims: Claims, names: ClaimNames): Caller {
  return {
    userId: getUserId(claims, names.subjectClaim),
    roles: getRoles(findClaim(claims, names.rolesClaim)),
    email: findEmail(claims, names.emailClaim),
    claims,
  };
}

/**
 * Finds a claim by its literal name (`https://example.com/roles`), else by a dotted path through nested
 * claims (`realm_access.roles`), whose parts may hold dots themselves.
 */
export function findClaim(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const outer = name.slice(0, dot);
    if (!Object.hasOwn(claims, outer) || !isRecord(claims[outer])) continue;
    const found = findClaim(claims[outer], name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function isRecord(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null;
}

function getUserId(claims: Claims, name: string): string {
  const claim = findClaim(claims, name);
  const userId = isNumericId(claim, name) ? String(claim) : claim;
  if (typeof userId === 'string' && userId.length <= 255 && userIdPattern.test(userId)) return userId;
  // The log shows the kind of value only: an id is a user's data.
  const actual = typeof userId === 'string' ? `a text of ${userId.length} characters` : describeKind(userId);
  throw new UnauthenticatedError(`The token's "${name}" claim does not name a user.`, {
    refused: name,
    expected: 'a text of 1 to 255 characters, without control characters',
    actual,
  });
}

/** A custom claim often holds the key of a database row. `sub` is a text by RFC 7519, and past 2^53 JSON's numbers run together. */
function isNumericId(claim: unknown, name: string): claim is number {
  return name !== 'sub' && Number.isSafeInteger(claim) && Number(claim) >= 0;
}

function describeKind(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

/** Roles are a list, words in one text, or the keys of an object, as Zitadel writes them: `{ "billing:admin": { … } }`. */
function getRoles(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((role) => role !== '');
  if (Array.isArray(claim)) return claim.filter((role) => typeof role === 'string');
  // A role with `false` or `null` beside it is one that the user does not have.
  return isRecord(claim)
    ? Object.keys(claim).filter((role) => claim[role] === true || isRecord(claim[role]))
    : [];
}

function findEmail(claims: Claims, name: string | null): string | null {
  if (name === null || claims['email_verified'] !== true) return null;
  return getEmail(findClaim(claims, name));
}

function getEmail(claim: unknown): string | null {
  return typeof claim === 'string' && claim.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(claim) ? claim : null;
}
