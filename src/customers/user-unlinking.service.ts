import type { CreationAttempts } from './creation-attempts.ts';
import type { CustomerDirectory, CustomerMapping } from './customer-directory.ts';
import type { RemovedLinks } from './removed-links.ts';

/** Removes what a feature keeps about a user's customer. */
type Removal = (userId: string) => Promise<unknown>;

/** Removes mappings for good: neither an event nor a session makes a removed mapping again. */
export class UserUnlinking {
  private readonly removals: Removal[] = [];

  constructor(
    private readonly directory: CustomerDirectory,
    private readonly removed: RemovedLinks,
    private readonly attempts: CreationAttempts,
  ) {}

  /** Each unlinking removes this as well. For features that build on this one. */
  alsoRemove(removal: Removal): void {
    this.removals.push(removal);
  }

  /**
   * Removes a user's mapping and what is kept about the customer, even when an earlier try left that behind.
   * @returns what was removed; null when the user had no mapping
   */
  async unlink(userId: string): Promise<CustomerMapping | null> {
    const known = await this.directory.findByUserId(userId);
    if (known !== null) await this.removed.add(known);
    const mapping = await this.directory.unlink(userId);
    // Another link took the place of the first in between.
    if (mapping !== null && mapping.stripeCustomerId !== known?.stripeCustomerId)
      await this.removed.add(mapping);
    for (const remove of this.removals) await remove(userId);
    // The customer that the attempts created is not the user's any more.
    await this.attempts.removeOf(userId);
    return mapping;
  }
}
