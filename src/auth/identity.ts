import { type Caller, getCaller } from './claims.ts';

/** A user, as the host's own sessions know them. */
export interface Identity {
  /** Your id of the user, or of the organisation that is billed. */
  readonly userId: string;
  readonly roles?: readonly string[] | undefined;
  readonly email?: string | null | undefined;
  /** Only a verified address takes part in linking the user to a customer. */
  readonly emailVerified?: boolean | undefined;
  /** Further facts, which policies can use as claims. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

const claimNames = { subjectClaim: 'sub', rolesClaim: 'roles', emailClaim: 'email' };

/** Reads an identity by the rules for tokens. @throws Error, since a wrong identity is the host's mistake */
export function toCaller({ userId, roles = [], email, emailVerified, claims = {} }: Identity): Caller {
  try {
    return getCaller({ ...claims, sub: userId, roles, email, email_verified: emailVerified }, claimNames);
  } catch (cause) {
    throw new Error('The userId of an identity must be a text of 1 to 255 characters.', { cause });
  }
}
