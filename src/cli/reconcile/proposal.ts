import { createHash } from 'node:crypto';
import type { CustomerMapping } from '../../customers/customer-directory.ts';
import { escapeInvisible } from '../shell.ts';

/** A user of the product, with the e-mail address that the product has verified. */
export interface ProductUser {
  readonly userId: string;
  readonly email: string;
}

/** A customer at Stripe with the address of a user. */
export interface Candidate {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: Date;
  /** Whom its metadata names; null when nobody. */
  readonly namedUser: string | null;
  /** Who is linked to it; null when nobody is. */
  readonly linkedUser: string | null;
}

export type ProposalStatus =
  | 'match'
  | 'already_linked'
  | 'no_customer'
  | 'conflict: several customers'
  | 'conflict: several users'
  | 'conflict: linked to another user'
  | 'conflict: metadata names another user';

/** One line for a person to decide on. */
export interface Proposal {
  readonly user: ProductUser;
  readonly stripeCustomerId: string | null;
  readonly candidate: Candidate | null;
  readonly status: ProposalStatus;
}

/** What is known of one user. */
export interface Findings {
  readonly user: ProductUser;
  readonly mapping: CustomerMapping | null;
  readonly candidates: readonly Candidate[];
  /** How many users have this address. */
  readonly sharedBy: number;
}

/** Addresses are compared by this: a person decides in the end. */
export function toComparable(email: string): string {
  return email.trim().toLowerCase();
}

/** What to propose for a user: a line for each customer who may be theirs. */
export function proposeFor({ user, mapping, candidates, sharedBy }: Findings): readonly Proposal[] {
  if (mapping !== null) {
    const { stripeCustomerId } = mapping;
    const candidate = candidates.find(({ id }) => id === stripeCustomerId) ?? null;
    return [{ user, stripeCustomerId, candidate, status: 'already_linked' }];
  }
  if (candidates.length === 0)
    return [{ user, stripeCustomerId: null, candidate: null, status: 'no_customer' }];
  return candidates.map((candidate) => ({
    user,
    stripeCustomerId: candidate.id,
    candidate,
    status: judge(user, candidate, { sharedBy, customers: candidates.length }),
  }));
}

function judge(
  { userId }: ProductUser,
  { linkedUser, namedUser }: Candidate,
  { sharedBy, customers }: { readonly sharedBy: number; readonly customers: number },
): ProposalStatus {
  if (linkedUser !== null) return 'conflict: linked to another user';
  if (namedUser !== null && namedUser !== userId) return 'conflict: metadata names another user';
  if (sharedBy > 1) return 'conflict: several users';
  return customers > 1 ? 'conflict: several customers' : 'match';
}

export const proposalHeadings = [
  'user_id',
  'email',
  'stripe_customer_id',
  'customer_name',
  'customer_created',
  'status',
  'check',
  'accept',
] as const;

const longestName = 200;

/** A line of the CSV file, for a person to write `yes` at its end. */
export function toCsvLine({ user, stripeCustomerId, candidate, status }: Proposal): string {
  const name = escapeInvisible(candidate?.name ?? '').slice(0, longestName);
  const created = candidate?.createdAt.toISOString().slice(0, 10) ?? '';
  const check = createCheck(user.userId, user.email, stripeCustomerId ?? '');
  const cells = [user.userId, user.email, stripeCustomerId ?? '', name, created, status, check, ''];
  return `${cells.map((cell) => `"${guard(cell).replaceAll('"', '""')}"`).join()}\n`;
}

/** Tells when a line is not as it was written: spreadsheets make 7 of 007, and round long numbers. */
export function createCheck(...cells: readonly string[]): string {
  // Begun with a letter, it is no number itself.
  return `c${createHash('sha256').update(JSON.stringify(cells)).digest('hex').slice(0, 12)}`;
}

/** What a spreadsheet would run as a formula, in a cell that begins with it; or what would be taken for a guard. */
const dangerous = /^['=+\-@\t\r\uFF0B\uFF0D\uFF1D\uFF20]/;

/** Keeps a cell from being a formula: https://owasp.org/www-community/attacks/CSV_Injection */
function guard(cell: string): string {
  return dangerous.test(cell) ? `'${cell}` : cell;
}

/** Undoes `guard`. */
export function unguard(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}
