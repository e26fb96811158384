import type { CustomerDirectory, MappingIds } from '../customers/customer-directory.ts';
import { type EnsureHeld, type Leases, LeaseTakenError } from '../records/leases.ts';
import { type KeptRecord, type RecordStore, createRecord } from '../records/record-store.ts';
import type { CustomerReader, CustomerReading } from './customer-reader.ts';
import { type CustomerSnapshot, readSnapshot } from './customer-snapshot.ts';

const kind = 'customer-snapshot';
const lifeMs = 30 * 24 * 60 * 60_000;

/** Stores one snapshot for each linked customer. */
export class SnapshotRegister {
  constructor(private readonly records: RecordStore) {}

  async find({ stripeCustomerId, userId }: MappingIds): Promise<CustomerSnapshot | null> {
    const record = await this.findRecord(stripeCustomerId);
    return record?.owner === userId ? readSnapshot(record.content) : null;
  }

  findRecord(stripeCustomerId: string): Promise<KeptRecord | null> {
    return this.records.find(kind, stripeCustomerId);
  }

  /** False when another process has replaced the record, maybe by a newer snapshot. After a crash halfway, there is no record. */
  async replace(
    before: KeptRecord | null,
    { stripeCustomerId, userId }: MappingIds,
    snapshot: CustomerSnapshot,
  ): Promise<boolean> {
    if (before !== null && !(await this.remove(before))) return false;
    const expiresAt = new Date(snapshot.readAt.getTime() + lifeMs);
    const facts = { owner: userId, content: { ...snapshot }, expiresAt };
    return this.records.insert(kind, createRecord(stripeCustomerId, facts));
  }

  remove(record: KeptRecord): Promise<boolean> {
    return this.records.remove(kind, record);
  }

  /** Removes all snapshots of a user, of any customer, and returns how many were removed. */
  async removeOf(userId: string): Promise<number> {
    const records = await this.records.listOf(kind, userId);
    for (const record of records) await this.remove(record);
    return records.length;
  }
}

export class CustomerSync {
  constructor(
    private readonly directory: CustomerDirectory,
    private readonly snapshots: SnapshotRegister,
    private readonly reader: CustomerReader,
    private readonly leases: Leases,
  ) {}

  /**
   * Reads a customer from Stripe and stores a snapshot. The lease is taken before the read, so that an older response never
   * replaces a newer one. Returns null when no user is linked to the customer: nothing is stored about other customers.
   * @throws LeaseTakenError, StoreUnavailableError, and the errors of Stripe
   */
  refresh(stripeCustomerId: string, patienceMs?: number): Promise<CustomerSnapshot | null> {
    const work = (ensureHeld: EnsureHeld) => this.renew(stripeCustomerId, ensureHeld);
    return this.leases.runExclusive(`customer:${stripeCustomerId}`, work, { patienceMs });
  }

  private async renew(stripeCustomerId: string, ensureHeld: EnsureHeld): Promise<CustomerSnapshot | null> {
    const before = await this.snapshots.findRecord(stripeCustomerId);
    const mapping = await this.directory.findByStripeCustomerId(stripeCustomerId);
    if (mapping === null) {
      if (before !== null) await this.snapshots.remove(before);
      return null;
    }
    const reading = await this.reader.read(stripeCustomerId);
    const snapshot = toSnapshot(reading, before && readSnapshot(before.content));
    ensureHeld();
    if (!reading.isKnown) {
      // The key may belong to another account, so nothing is recorded about the customer.
      if (before !== null) await this.snapshots.remove(before);
      return snapshot;
    }
    // A lease depends on clocks, which may differ. The check that the stored record is still the same does not.
    if (!(await this.snapshots.replace(before, mapping, snapshot))) throw new LeaseTakenError();
    const now = await this.directory.findByStripeCustomerId(stripeCustomerId);
    if (now?.userId === mapping.userId) return snapshot;
    // An unlinking removes the user's snapshot, but maybe before this one was written, so it is removed again.
    await this.snapshots.removeOf(mapping.userId);
    return null;
  }
}

export function toSnapshot(
  { readAt, facts }: CustomerReading,
  before: CustomerSnapshot | null,
): CustomerSnapshot {
  return { readAt, facts, goneSince: facts === null ? (before?.goneSince ?? readAt) : null };
}
