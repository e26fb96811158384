import type { Caller } from '../auth/claims.ts';
import { StoreUnavailableError } from '../shared/errors.ts';
import { logFailure } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import { SharedReads } from '../stripe/reads.ts';
import { LeaseTakenError } from '../records/leases.ts';
import { toBillingCustomer } from './billing-customer.mapper.ts';
import type { BillingCustomer } from './billing-customer.types.ts';
import type { CustomerDirectory, CustomerMapping } from '../customers/customer-directory.ts';
import type { CustomerReader } from './customer-reader.ts';
import type { CustomerSnapshot } from './customer-snapshot.ts';
import { type CustomerSync, type SnapshotRegister, toSnapshot } from './customer-sync.service.ts';
import type { RequestAccess } from './request-access.ts';
import { CustomerGoneError } from '../customers/customer.errors.ts';

/** Stored snapshots and the sync that keeps them current. They need webhooks. */
export interface KeptSnapshots {
  readonly register: SnapshotRegister;
  readonly sync: CustomerSync;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** Webhooks may be lost unnoticed, so a snapshot is used for at most a day. */
const freshMs = 24 * 60 * 60_000;

/** The wait for the lease is short, because a user waits and Stripe can also be read without the lease. */
const patienceMs = 2_000;

/** Reads the caller's customer. */
export class BillingCustomers {
  private readonly reads = new SharedReads<CustomerSnapshot | null>();

  constructor(
    private readonly directory: CustomerDirectory,
    private readonly reader: CustomerReader,
    private readonly kept: KeptSnapshots | null,
  ) {}

  /**
   * Returns null when the caller is not linked to a customer.
   * @param fresh reads from Stripe, not from the snapshot; `alone` joins no read that may have begun before a change
   * @throws CustomerGoneError when Stripe no longer has the customer, and the errors of Stripe and the store
   */
  async find(
    caller: Caller,
    { fresh, requestId }: { readonly fresh: boolean | 'alone'; readonly requestId: string },
    access: RequestAccess,
  ): Promise<BillingCustomer | null> {
    const mapping = await this.directory.findByUserId(caller.userId);
    if (mapping === null) return null;
    const read = () => this.readAnew(mapping, requestId);
    const snapshot =
      (fresh === false ? await this.findKept(mapping) : null) ??
      (await (fresh === 'alone' ? read() : this.reads.read(mapping.stripeCustomerId, read)));
    if (snapshot === null) return null;
    if (snapshot.facts === null) throw new CustomerGoneError();
    access.learn(snapshot.facts.subscriptions);
    const { userId, createdAt: linkedAt } = mapping;
    return { ...toBillingCustomer(snapshot.facts, access), userId, linkedAt, asOf: snapshot.readAt };
  }

  private async findKept(mapping: CustomerMapping): Promise<CustomerSnapshot | null> {
    if (this.kept === null) return null;
    const snapshot = await this.kept.register.find(mapping);
    // The distance is absolute, so that a snapshot from the future, made by a wrong clock, does not stay valid.
    const age = this.kept.now().getTime() - (snapshot?.readAt.getTime() ?? 0);
    return Math.abs(age) <= freshMs ? snapshot : null;
  }

  /** Returns null when the user was unlinked meanwhile. */
  private async readAnew(
    { stripeCustomerId }: CustomerMapping,
    requestId: string,
  ): Promise<CustomerSnapshot | null> {
    if (this.kept !== null) {
      try {
        return await this.kept.sync.refresh(stripeCustomerId, { patienceMs });
      } catch (error) {
        // Stripe's answer is still useful when the snapshot cannot be stored.
        if (!(error instanceof StoreUnavailableError || error instanceof LeaseTakenError)) throw error;
        logFailure(this.kept.logger, error, 'failed to store the snapshot of a customer', {
          requestId,
          stripeCustomerId,
        });
      }
    }
    return toSnapshot(await this.reader.read(stripeCustomerId), null);
  }
}
