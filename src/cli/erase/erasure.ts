import { CreationAttempts } from '../../customers/creation-attempts.ts';
import { SnapshotRegister } from '../../customers/snapshot-register.ts';
import type { Database } from '../../database/database.ts';
import { LinkRegister } from '../../links/link-register.ts';

/** Removes what one store keeps about a user, and names it; null when it kept nothing. */
type Eraser = (database: Database, userId: string) => Promise<string | null>;

/** Everything that is kept about a user, store by store: a new store adds its line here. */
const erasers: readonly Eraser[] = [eraseTraces, eraseLink, eraseSnapshots, erasePortalLinks, eraseAttempts];

/** Removes everything that is kept about a user, and names what was removed. */
export async function eraseUser(database: Database, userId: string): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const erase of erasers) {
    const description = await erase(database, userId);
    if (description !== null) removed.push(description);
  }
  return removed;
}

/** Before the link goes, which tells the customer to look for. That something was done stays on the record. */
async function eraseTraces({ audit, customers }: Database, userId: string): Promise<string | null> {
  const mapping = await customers.findByUserId(userId);
  const count = await audit.anonymize({ userId, stripeCustomerId: mapping?.stripeCustomerId ?? null });
  return count === 0
    ? null
    : `who it was, in ${count} ${count === 1 ? 'entry' : 'entries'} of the audit trail`;
}

async function eraseLink({ customers }: Database, userId: string): Promise<string | null> {
  const mapping = await customers.unlink(userId);
  return mapping && `the link to ${mapping.stripeCustomerId}, with its contract end and attributes`;
}

/** After the link is gone, without which none is kept anew. */
async function eraseSnapshots({ records }: Database, userId: string): Promise<string | null> {
  const count = await new SnapshotRegister(records).removeOf(userId);
  return count === 0 ? null : "what was last read of the customer's card and subscriptions";
}

/** Those for e-mails, and what says that they were used. */
async function erasePortalLinks({ records }: Database, userId: string): Promise<string | null> {
  const count = await new LinkRegister(records).removeOf(userId);
  return count === 0 ? null : `${count} ${count === 1 ? 'link' : 'links'} for e-mails, used or not`;
}

/** Each has the address that the user had then. */
async function eraseAttempts({ records }: Database, userId: string): Promise<string | null> {
  const count = await new CreationAttempts(records).removeOf(userId);
  return count === 0 ? null : 'what a customer was created with in the last two days';
}
