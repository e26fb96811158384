import { CreationAttempts } from '../../customers/creation-attempts.ts';
import { listConflictsOf, removeConflict } from '../../customers/customer-conflicts.ts';
import { RemovedLinks } from '../../customers/removed-links.ts';
import { SnapshotRegister } from '../../account/snapshot-register.ts';
import { unlinkUser } from '../../customers/unlink-user.ts';
import { LinkRegister } from '../../email-links/email-link-register.ts';
import type { Store } from '../store.ts';

/** What an erasure did. */
export interface Erasure {
  /** Descriptions of what was removed. */
  readonly removed: readonly string[];
  /** The customers that were linked or named the user, and are still at Stripe. */
  readonly stripeCustomerIds: readonly string[];
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
  const others = await listConflictsOf(records, userId);
  const mapping = await unlinkUser(database, userId);
  for (const conflict of others) {
    // An event would link the user to this one, now that the other is gone.
    await new RemovedLinks(records).add(conflict);
    await removeConflict(records, conflict);
  }
  const links = await new LinkRegister(records).removeOf(userId);
  const removed = [
    traces > 0 && `who it was, in ${count(traces, 'entry', 'entries')} of the audit trail`,
    mapping && `the link to ${mapping.stripeCustomerId}, with its contract end and attributes`,
    others.length > 0 && `${count(others.length, 'conflict', 'conflicts')} about other customers`,
    snapshots > 0 && "what was last read of the customer's card and subscriptions",
    links > 0 && `${count(links, 'link', 'links')} for e-mails, used or not`,
    attempts > 0 && 'what a customer was created with in the last two days',
  ].filter((description) => typeof description === 'string');
  const remaining = [...(mapping === null ? [] : [mapping]), ...others];
  return { removed, stripeCustomerIds: remaining.map(({ stripeCustomerId }) => stripeCustomerId) };
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
