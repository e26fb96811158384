import type { CustomerDirectory, MappingIds, CustomerMapping } from './customer-directory.ts';
import { MappingRemovedError } from './customer.errors.ts';
import type { RemovedMappings } from './removed-mappings.ts';

/** Links users to customers without an administrator. A link that was removed is never made again. */
export class AutomaticMappings {
  constructor(
    private readonly directory: CustomerDirectory,
    private readonly removed: RemovedMappings,
  ) {}

  /** @throws StoreUnavailableError */
  async isAllowed(link: MappingIds): Promise<boolean> {
    return !(await this.removed.has(link));
  }

  /** @throws MappingRemovedError, UserAlreadyLinkedError, CustomerAlreadyLinkedError, StoreUnavailableError */
  async link(link: MappingIds): Promise<CustomerMapping> {
    if (!(await this.isAllowed(link))) throw new MappingRemovedError();
    const { mapping, created } = await this.directory.link(link);
    // An unlinking records the removal first: one that came in between is seen now, or removes this link itself.
    if (!created || (await this.isAllowed(link))) return mapping;
    const current = await this.directory.findByUserId(link.userId);
    if (current?.stripeCustomerId === link.stripeCustomerId) await this.directory.unlink(link.userId);
    throw new MappingRemovedError();
  }
}
