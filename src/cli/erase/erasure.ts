import { CreationAttempts } from '../../customers/creation-attempts.ts';
import { SnapshotRegister } from '../../customers/snapshot-register.ts';
import { unlinkUser } from '../../customers/unlink-user.ts';
import { LinkRegister } from '../../links/link-register.ts';
import type { Store } from '../store.ts';

/** What an erasure did. */
export interface Erasure {
  /** Descriptions of what was removed. */
  readonly removed: readonly string[];
  /** The customer that was linked, and is still at Stripe; null when none was linked. */
  readonly stripeCustomerId: string | null;
}

/** Removes everything that is kept about a user. */
export async function eraseUser(
  { database, audit }: Pick<Store, 'database' | 'audit'>,
  userId: string,
): Promise<Erasure> {
  const { customers, records } = database;
  // Before the mapping goes, which says which customer to look for.
  const known = await customers.findByUserId(userId);
  const traces = await audit.anonymize({ userId, stripeCustomerId: known?.stripeCustomerId ?? null });
  const snapshots = await new SnapshotRegister(records).removeOf(userId);
  const attempts = await new CreationAttempts(records).removeOf(userId);
  const mapping = await unlinkUser(database, userId);
  const links = await new LinkRegister(records).removeOf(userId);
  const removed = [
    traces > 0 && `who it was, in ${count(traces, 'entry', 'entries')} of the audit trail`,
    mapping && `the link to ${mapping.stripeCustomerId}, with its contract end and attributes`,
    snapshots > 0 && "what was last read of the customer's card and subscriptions",
    links > 0 && `${count(links, 'link', 'links')} for e-mails, used or not`,
    attempts > 0 && 'what a customer was created with in the last two days',
  ].filter((description) => typeof description === 'string');
  return { removed, stripeCustomerId: mapping?.stripeCustomerId ?? null };
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
