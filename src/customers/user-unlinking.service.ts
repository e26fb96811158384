import type { CreationAttempts } from './creation-attempts.ts';
import type { CustomerDirectory, CustomerMapping } from './customer-directory.ts';
import type { RemovedMappings } from './removed-mappings.ts';

/** Removes a feature's stored data about a user's customer. */
type Removal = (userId: string) => Promise<unknown>;

/** Removes mappings, so that neither an event nor a session restores them. */
export class UserUnlinking {
  private readonly removals: Removal[] = [];

  constructor(
    private readonly directory: CustomerDirectory,
    private readonly removed: RemovedMappings,
    private readonly attempts: CreationAttempts,
  ) {}

  /** Registers a removal that every unlinking runs, for features that build on this one. */
  alsoRemove(removal: Removal): void {
    this.removals.push(removal);
  }

  /**
   * Removes a user's mapping and the stored data about the customer, even when an earlier call crashed halfway.
   * @returns the removed mapping; null when the user had none
   */
  async unlink(userId: string): Promise<CustomerMapping | null> {
    const known = await this.directory.findByUserId(userId);
    if (known !== null) await this.removed.add(known);
    const mapping = await this.directory.unlink(userId);
    // Another mapping replaced the first meanwhile.
    if (mapping !== null && mapping.stripeCustomerId !== known?.stripeCustomerId)
      await this.removed.add(mapping);
    for (const remove of this.removals) await remove(userId);
    // The customer that an attempt created no longer belongs to the user.
    await this.attempts.removeOf(userId);
    return mapping;
  }
}
