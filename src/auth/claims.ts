import { BillingError } from '../shared/errors.ts';
import { refuse } from './auth.errors.ts';

export type Claims = Readonly<Record<string, unknown>>;

export interface Caller {
  readonly userId: string;
  readonly roles: readonly string[];
  /** The e-mail address, if the issuer verified it. */
  readonly email: string | null;
  readonly claims: Claims;
}

export interface ClaimNames {
  readonly subjectClaim: string;
  readonly rolesClaim: string;
  /** Null when the token has no e-mail address for the billing subject. */
  readonly emailClaim: string | null;
}

/** The ids that the customer directory accepts. Without the check, two ids with lone surrogates could be stored as one. */
const userIdPattern = /^[^\u0000-\u001f\u007f\p{Surrogate}]{1,255}$/u;

/** Reads the caller from the claims of a verified token. @throws UnauthenticatedError when they identify no user */
export function readCaller(claims: Claims, names: ClaimNames): Caller {
  return {
    userId: getUserId(claims, names.subjectClaim),
    roles: getRoles(findClaim(claims, names.rolesClaim)),
    email: findEmail(claims, names.emailClaim),
    claims,
  };
}

/** Finds a claim by its literal name, else by a dotted path (`realm_access.roles`), in which segments may contain dots. */
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
  // Only the kind of value is logged: an id is personal data.
  const actual = typeof userId === 'string' ? `a text of ${userId.length} characters` : describeKind(userId);
  const expected = 'a text of 1 to 255 characters, without control characters';
  throw refuse(name, expected, actual, `The token's "${name}" claim does not name a user.`);
}

/** A custom claim is often a numeric database key. RFC 7519 makes `sub` a string, and numbers above 2^53 are not exact in JSON. */
function isNumericId(claim: unknown, name: string): claim is number {
  return name !== 'sub' && Number.isSafeInteger(claim) && Number(claim) >= 0;
}

function describeKind(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

/** Roles are a list, a space-separated string, or the keys of an object, as in Zitadel's tokens: `{ "billing:admin": { … } }`. */
function getRoles(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((role) => role !== '');
  if (Array.isArray(claim)) return claim.filter((role) => typeof role === 'string');
  // A role with the value `false` or `null` does not count.
  if (!isRecord(claim)) return [];
  return Object.keys(claim).filter((role) => claim[role] === true || isRecord(claim[role]));
}

function findEmail(claims: Claims, name: string | null): string | null {
  if (name === null || claims['email_verified'] !== true) return null;
  const claim = findClaim(claims, name);
  return typeof claim === 'string' && claim.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(claim) ? claim : null;
}

/** @throws BillingError FORBIDDEN when the caller's token does not carry the role; null allows every caller */
export function requireRole({ roles }: Caller, role: string | null): void {
  if (role !== null && !roles.includes(role))
    throw new BillingError('FORBIDDEN', `This operation needs the role "${role}".`);
}

/** A user, as the host's own sessions know them. */
export interface Identity {
  /** Your id of the user, or of the organisation that is billed. */
  readonly userId: string;
  readonly roles?: readonly string[] | undefined;
  readonly email?: string | null | undefined;
  /** Only a verified address takes part in linking the user to a customer. */
  readonly emailVerified?: boolean | undefined;
  /** Further facts, which policies can use as claims. */
  readonly claims?: Claims | undefined;
}

/** Reads an identity by the rules for tokens. @throws Error, since a wrong identity is the host's mistake */
export function toCaller({ userId, roles = [], email, emailVerified, claims = {} }: Identity): Caller {
  const all = { ...claims, sub: userId, roles, email, email_verified: emailVerified };
  try {
    return readCaller(all, { subjectClaim: 'sub', rolesClaim: 'roles', emailClaim: 'email' });
  } catch (cause) {
    throw new Error('The userId of an identity must be a text of 1 to 255 characters.', { cause });
  }
}
