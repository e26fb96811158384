import type { CustomerDirectory, CustomerMapping } from '../customers/customer-directory.ts';
import { CustomerGoneError } from '../customers/customer.errors.ts';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { logFailure } from '../logging/logger.ts';
import type { Platform } from '../platform.ts';
import type { ConfigurationChooser } from '../portal/configuration-chooser.service.ts';
import type { OfferedFeatures } from '../portal/offered-features.ts';
import { LeaseTakenError } from '../records/leases.ts';
import { StoreUnavailableError } from '../shared/errors.ts';
import { SharedReads } from '../stripe/reads.ts';
import { toBillingCustomer } from './billing-customer.mapper.ts';
import type { BillingCustomer } from './billing-customer.types.ts';
import type { CustomerReader } from './customer-reader.ts';
import type { CustomerSnapshot } from './customer-snapshot.ts';
import { type CustomerSync, type SnapshotRegister, toSnapshot } from './customer-sync.service.ts';

interface BillingCustomersParts extends Pick<Platform, 'logger' | 'now'> {
  readonly directory: CustomerDirectory;
  readonly reader: CustomerReader;
  readonly chooser: Pick<ConfigurationChooser, 'getOffered'>;
  /** Stored snapshots, and the sync that keeps them current: it needs webhooks. */
  readonly kept: { readonly register: SnapshotRegister; readonly sync: CustomerSync } | null;
}

/** Webhooks may be lost unnoticed, so a snapshot is used for at most a day. */
const freshMs = 24 * 60 * 60_000;

/** The wait for the lease is short, because a user waits and Stripe can also be read without the lease. */
const patienceMs = 2_000;

export class BillingCustomers {
  private readonly reads = new SharedReads<CustomerSnapshot | null>();

  constructor(private readonly parts: BillingCustomersParts) {}

  /** @param fresh reads from Stripe; `alone` also shares no read that may have begun before a change. @throws CustomerGoneError */
  async find(context: RequestContext, fresh: boolean | 'alone'): Promise<BillingCustomer | null> {
    const caller = getCaller(context);
    const mapping = await this.parts.directory.findByUserId(caller.userId);
    if (mapping === null) return null;
    const read = () => this.readFromStripe(mapping, context.requestId);
    const snapshot =
      (fresh === false ? await this.findKept(mapping) : null) ??
      (await (fresh === 'alone' ? read() : this.reads.read(mapping.stripeCustomerId, read)));
    if (snapshot === null) return null;
    const { facts, readAt } = snapshot;
    if (facts === null) throw new CustomerGoneError();
    const known = { mapping, subscriptions: facts.subscriptions };
    let offered: Promise<OfferedFeatures> | undefined;
    const access = {
      charge: context.charge,
      getOffered: () => (offered ??= this.parts.chooser.getOffered(caller, known)),
    };
    const { userId, createdAt: linkedAt } = mapping;
    return { ...toBillingCustomer(facts, access, this.parts.now()), userId, linkedAt, asOf: readAt };
  }

  private async findKept(mapping: CustomerMapping): Promise<CustomerSnapshot | null> {
    const snapshot = (await this.parts.kept?.register.find(mapping)) ?? null;
    // The distance is absolute, so that a snapshot from the future, made by a wrong clock, does not stay valid.
    const age = this.parts.now().getTime() - (snapshot?.readAt.getTime() ?? 0);
    return Math.abs(age) <= freshMs ? snapshot : null;
  }

  private async readFromStripe(
    { stripeCustomerId }: CustomerMapping,
    requestId: string,
  ): Promise<CustomerSnapshot | null> {
    const { kept, reader, logger } = this.parts;
    try {
      if (kept !== null) return await kept.sync.refresh(stripeCustomerId, patienceMs);
    } catch (error) {
      // Stripe's answer is still useful when the snapshot cannot be stored.
      if (!(error instanceof StoreUnavailableError || error instanceof LeaseTakenError)) throw error;
      const message = 'failed to store the snapshot of a customer';
      logFailure(logger, error, message, { requestId, stripeCustomerId });
    }
    return toSnapshot(await reader.read(stripeCustomerId), null);
  }
}
