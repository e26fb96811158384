import { randomUUID } from 'node:crypto';
import type { KeptRecord, RecordStore } from '../records/record-store.ts';
import type { MappingIds } from '../customers/customer-directory.ts';
import { type CustomerSnapshot, readSnapshot } from './customer-snapshot.ts';

const kind = 'customer-snapshot';
const lifeMs = 30 * 24 * 60 * 60_000;

/** Stores one snapshot for each linked customer. */
export class SnapshotRegister {
  constructor(private readonly records: RecordStore) {}

  /** Returns null without a readable snapshot. */
  async find({ stripeCustomerId, userId }: MappingIds): Promise<CustomerSnapshot | null> {
    const record = await this.findRecord(stripeCustomerId);
    return record?.owner === userId ? readSnapshot(record.content) : null;
  }

  findRecord(stripeCustomerId: string): Promise<KeptRecord | null> {
    return this.records.find(kind, stripeCustomerId);
  }

  /**
   * Replaces the record that was found before Stripe was read. After a crash in between there is no snapshot, and Stripe is
   * read.
   * @returns false when another process replaced the record meanwhile, maybe by a newer snapshot
   */
  async replace(
    before: KeptRecord | null,
    { stripeCustomerId, userId }: MappingIds,
    snapshot: CustomerSnapshot,
  ): Promise<boolean> {
    if (before !== null && !(await this.remove(before))) return false;
    return this.records.insert(kind, {
      key: stripeCustomerId,
      nonce: randomUUID(),
      owner: userId,
      content: { ...snapshot },
      expiresAt: new Date(snapshot.readAt.getTime() + lifeMs),
    });
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
