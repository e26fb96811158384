import { randomUUID } from 'node:crypto';
import type { KeptRecord, RecordStore } from '../records/record-store.ts';
import type { CustomerLink } from '../customers/customer-directory.ts';
import { type CustomerSnapshot, readSnapshot } from './customer-snapshot.ts';

const kind = 'customer-snapshot';
const lifeMs = 30 * 24 * 60 * 60_000;

/** The snapshots of customers who are linked, one each, in the store. */
export class SnapshotRegister {
  constructor(private readonly records: RecordStore) {}

  /** Null when there is none that can be read. */
  async find({ stripeCustomerId, userId }: CustomerLink): Promise<CustomerSnapshot | null> {
    const record = await this.findRecord(stripeCustomerId);
    return record?.owner === userId ? readSnapshot(record.content) : null;
  }

  findRecord(stripeCustomerId: string): Promise<KeptRecord | null> {
    return this.records.find(kind, stripeCustomerId);
  }

  /**
   * Puts a snapshot in the place of the record that was found before Stripe was asked. A crash in between
   * leaves none, and then Stripe is asked.
   * @returns false when somebody else changed what is kept since, whose snapshot may be newer
   */
  async replace(
    before: KeptRecord | null,
    { stripeCustomerId, userId }: CustomerLink,
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

  /** Removes what is kept for a user, whichever customer they had, and tells how many that was. */
  async removeOf(userId: string): Promise<number> {
    const records = await this.records.listOf(kind, userId);
    for (const record of records) await this.remove(record);
    return records.length;
  }
}
