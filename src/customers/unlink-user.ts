import type { CustomerDirectory, CustomerMapping } from './customer-directory.ts';
import type { SnapshotRegister } from './snapshot-register.ts';

/**
 * Removes a user's mapping and then what is kept about their customer, also what an earlier try left behind.
 * @returns what was removed; null when the user had no mapping
 */
export async function unlinkUser(
  directory: CustomerDirectory,
  snapshots: SnapshotRegister,
  userId: string,
): Promise<CustomerMapping | null> {
  const mapping = await directory.unlink(userId);
  await snapshots.removeOf(userId);
  return mapping;
}
