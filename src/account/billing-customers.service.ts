import type { Caller } from '../auth/caller.ts';
import { StoreUnavailableError } from '../shared/errors.ts';
import { logFailure } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import { SharedReads } from '../stripe/shared-reads.ts';
import { LeaseTakenError } from '../records/record.errors.ts';
import type { BillingCustomer } from './billing-customer.types.ts';
import type { CustomerDirectory, CustomerMapping } from '../customers/customer-directory.ts';
import type { CustomerReader } from './customer-reader.ts';
import type { CustomerSnapshot } from './customer-snapshot.ts';
import { type CustomerSync, toSnapshot } from './customer-sync.service.ts';
import { CustomerGoneError } from '../customers/customer.errors.ts';
import type { SnapshotRegister } from './snapshot-register.ts';

/** What keeps snapshots true between two reads; without webhooks, nothing would. */
export interface KeptSnapshots {
  readonly register: SnapshotRegister;
  readonly sync: CustomerSync;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** Webhooks may fail to come, without anybody noticing: what they missed shows a day later. */
const freshMs = 24 * 60 * 60_000;

/** Somebody is waiting for the answer, which can be had from Stripe without the lease. */
const patienceMs = 2_000;

/** Reads a caller's own customer. */
export class BillingCustomers {
  private readonly reads = new SharedReads<CustomerSnapshot | null>();

  constructor(
    private readonly directory: CustomerDirectory,
    private readonly reader: CustomerReader,
    private readonly kept: KeptSnapshots | null,
  ) {}

  /**
   * Null when the caller has no customer linked.
   * @param fresh asks Stripe, whatever is kept
   * @throws CustomerGoneError when Stripe no longer has the linked one, and the errors of Stripe and the store
   */
  async find(
    caller: Caller,
    { fresh, requestId }: { readonly fresh: boolean; readonly requestId: string },
  ): Promise<BillingCustomer | null> {
    const mapping = await this.directory.findByUserId(caller.userId);
    if (mapping === null) return null;
    const snapshot =
      (fresh ? null : await this.findKept(mapping)) ??
      (await this.reads.read(mapping.stripeCustomerId, () => this.readAnew(mapping, requestId)));
    if (snapshot === null) return null;
    if (snapshot.facts === null) throw new CustomerGoneError();
    const { userId, createdAt: linkedAt } = mapping;
    return { ...snapshot.facts, userId, linkedAt, asOf: snapshot.readAt };
  }

  private async findKept(mapping: CustomerMapping): Promise<CustomerSnapshot | null> {
    if (this.kept === null) return null;
    const snapshot = await this.kept.register.find(mapping);
    // Nor one of tomorrow: a clock that was wrong would make it last.
    const age = this.kept.now().getTime() - (snapshot?.readAt.getTime() ?? 0);
    return Math.abs(age) <= freshMs ? snapshot : null;
  }

  /** Null when the customer was unlinked meanwhile. */
  private async readAnew(
    { stripeCustomerId }: CustomerMapping,
    requestId: string,
  ): Promise<CustomerSnapshot | null> {
    if (this.kept !== null) {
      try {
        return await this.kept.sync.refresh(stripeCustomerId, { patienceMs });
      } catch (error) {
        // What Stripe says is still worth telling when it cannot be kept.
        if (!(error instanceof StoreUnavailableError || error instanceof LeaseTakenError)) throw error;
        logFailure(this.kept.logger, error, 'a customer was read from Stripe and could not be kept', {
          requestId,
          stripeCustomerId,
        });
      }
    }
    return toSnapshot(await this.reader.read(stripeCustomerId), null);
  }
}
