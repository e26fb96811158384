import type { Database } from '../../database/database.ts';

/** Removes what one store keeps about a user, and names it; null when it kept nothing. */
type Eraser = (database: Database, userId: string) => Promise<string | null>;

/** Everything that is kept about a user, store by store: a new store adds its line here. */
const erasers: readonly Eraser[] = [eraseLink];

/** Removes everything that is kept about a user, and names what was removed. */
export async function eraseUser(database: Database, userId: string): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const erase of erasers) {
    const description = await erase(database, userId);
    if (description !== null) removed.push(description);
  }
  return removed;
}

async function eraseLink({ customers }: Database, userId: string): Promise<string | null> {
  const mapping = await customers.unlink(userId);
  return mapping && `the link to ${mapping.stripeCustomerId}, with its contract end and attributes`;
}
