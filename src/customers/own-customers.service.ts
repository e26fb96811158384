import type { Caller } from '../auth/claims.ts';
import type { CustomerCreation } from './customer-creation.service.ts';
import type { CustomerDirectory, CustomerMapping } from './customer-directory.ts';
import { CustomerNotFoundError } from './customer.errors.ts';

/** Finds the caller's customer, or creates one. */
export class OwnCustomers {
  private readonly underWay = new Map<string, Promise<CustomerMapping>>();

  constructor(
    private readonly directory: CustomerDirectory,
    /** Null when customers are not created. */
    private readonly creation: CustomerCreation | null,
    /** Where a user becomes a customer; null when the product does not say. */
    private readonly signUpUrl: URL | null,
  ) {}

  /** @throws CustomerNotFoundError, CustomerAmbiguousError, and the errors of Stripe and the store */
  async get(caller: Caller): Promise<CustomerMapping> {
    const mapping = await this.directory.findByUserId(caller.userId);
    if (mapping !== null) return mapping;
    if (this.creation === null) throw new CustomerNotFoundError(undefined, this.signUpUrl?.href);
    return this.createShared(caller, this.creation);
  }

  /** A page may send several requests at once, and Stripe allows only 20 searches a second. */
  private createShared(caller: Caller, creation: CustomerCreation): Promise<CustomerMapping> {
    const { userId } = caller;
    const other = this.underWay.get(userId);
    if (other !== undefined) return other;
    const own = creation.create(caller).finally(() => this.underWay.delete(userId));
    this.underWay.set(userId, own);
    return own;
  }
}
