import type { RecordStore } from '../records/record-store.ts';
import { CreationAttempts } from './creation-attempts.ts';
import type { CustomerDirectory, CustomerMapping } from './customer-directory.ts';
import { RemovedLinks } from './removed-links.ts';
import { SnapshotRegister } from '../account/snapshot-register.ts';

interface UnlinkParts {
  readonly customers: CustomerDirectory;
  readonly records: RecordStore;
}

/**
 * Removes a user's mapping for good: neither an event nor a session makes it again. Also removes what is kept about
 * the customer, even when an earlier try left it behind.
 * @returns what was removed; null when the user had no mapping
 */
export async function unlinkUser(
  { customers, records }: UnlinkParts,
  userId: string,
): Promise<CustomerMapping | null> {
  const removed = new RemovedLinks(records);
  const known = await customers.findByUserId(userId);
  if (known !== null) await removed.add(known);
  const mapping = await customers.unlink(userId);
  // Another link took the place of the first in between.
  if (mapping !== null && mapping.stripeCustomerId !== known?.stripeCustomerId) await removed.add(mapping);
  await new SnapshotRegister(records).removeOf(userId);
  // The customer that they created is not the user's any more.
  await new CreationAttempts(records).removeOf(userId);
  return mapping;
}
