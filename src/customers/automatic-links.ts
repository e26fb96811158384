import type { CustomerDirectory, CustomerLink, CustomerMapping } from './customer-directory.ts';
import { LinkRemovedError } from './customer.errors.ts';
import type { RemovedLinks } from './removed-links.ts';

/** Links users to customers without an administrator. A link that was removed is never made again. */
export class AutomaticLinks {
  constructor(
    private readonly directory: CustomerDirectory,
    private readonly removed: RemovedLinks,
  ) {}

  /** @throws StoreUnavailableError */
  async isAllowed(link: CustomerLink): Promise<boolean> {
    return !(await this.removed.has(link));
  }

  /** @throws LinkRemovedError, UserAlreadyLinkedError, CustomerAlreadyLinkedError, StoreUnavailableError */
  async link(link: CustomerLink): Promise<CustomerMapping> {
    if (!(await this.isAllowed(link))) throw new LinkRemovedError();
    const { mapping, created } = await this.directory.link(link);
    // An unlinking records the removal first: one that came in between is seen now, or removes this link itself.
    if (!created || (await this.isAllowed(link))) return mapping;
    const current = await this.directory.findByUserId(link.userId);
    if (current?.stripeCustomerId === link.stripeCustomerId) await this.directory.unlink(link.userId);
    throw new LinkRemovedError();
  }
}
