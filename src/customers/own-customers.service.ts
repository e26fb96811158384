import type { Caller } from '../auth/caller.ts';
import type { CustomerCreation } from './customer-creation.service.ts';
import type { CustomerDirectory, CustomerMapping } from './customer-directory.ts';
import { CustomerNotFoundError } from './customer.errors.ts';

/** Finds the caller's own customer, for what may make one where there is none. */
export class OwnCustomers {
  private readonly underWay = new Map<string, Promise<CustomerMapping>>();

  constructor(
    private readonly directory: CustomerDirectory,
    /** Null when none are to be made. */
    private readonly creation: CustomerCreation | null,
  ) {}

  /** @throws CustomerNotFoundError, CustomerAmbiguousError, and the errors of Stripe and the store */
  async get(caller: Caller): Promise<CustomerMapping> {
    const mapping = await this.directory.findByUserId(caller.userId);
    if (mapping !== null) return mapping;
    if (this.creation === null) throw new CustomerNotFoundError();
    return this.createShared(caller, this.creation);
  }

  /** A page may ask several times at once, and Stripe lets search only 20 times a second. */
  private createShared(caller: Caller, creation: CustomerCreation): Promise<CustomerMapping> {
    const { userId } = caller;
    const other = this.underWay.get(userId);
    if (other !== undefined) return other;
    const own = creation.create(caller).finally(() => this.underWay.delete(userId));
    this.underWay.set(userId, own);
    return own;
  }
}
