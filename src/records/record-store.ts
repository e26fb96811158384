import { randomUUID } from 'node:crypto';
import type { Page, PageRequest } from '../shared/page.ts';

/** A record under a key. It is inserted once, never changed, and later removed. */
export interface KeptRecord {
  /** Unique among the records of its kind: 1 to 300 characters without control characters. */
  readonly key: string;
  /** Distinguishes the record from earlier and later records with the same key. */
  readonly nonce: string;
  /** The user or customer that `listOf` finds the record by; null when the kind needs no such lookup. */
  readonly owner: string | null;
  readonly content: Readonly<Record<string, unknown>>;
  /** When the record may be removed by a sweep. Until then it is still found. */
  readonly expiresAt: Date;
}

/** For records without expiry: no sweep reaches this time. */
const neverExpires = new Date(Date.UTC(9999, 0));

/** A new record. Without further facts it has no owner and no content, and never expires. */
export function createRecord(key: string, facts: Partial<KeptRecord> = {}): KeptRecord {
  return { key, nonce: randomUUID(), owner: null, content: {}, expiresAt: neverExpires, ...facts };
}

/** Stored names, so they never change. Each kind belongs to one feature, which alone knows its content. */
export type RecordKind =
  | 'lease'
  | 'customer-conflict'
  | 'customer-creation'
  | 'customer-snapshot'
  | 'heartbeat'
  | 'portal-link'
  | 'portal-link-use'
  | 'removed-link'
  | 'removed-link-secret'
  | 'sweep'
  | 'webhook-event';

/**
 * Decides what must happen only once: an insert by key and a removal are atomic on every store. Each operation ends within
 * seconds; one that cannot reach the store throws StoreUnavailableError, and may still have taken effect.
 */
export interface RecordStore {
  /** Returns false when the key is taken. Idempotent: inserting a record with the same nonce again returns true. */
  insert(kind: RecordKind, record: KeptRecord): Promise<boolean>;
  find(kind: RecordKind, key: string): Promise<KeptRecord | null>;
  listOf(kind: RecordKind, owner: string): Promise<readonly KeptRecord[]>;
  /** Returns a page of all records of a kind, sorted by key, after the key `after`. */
  page(kind: RecordKind, page: PageRequest): Promise<Page<KeptRecord>>;
  /** Removes the record with this nonce. Of several concurrent calls, exactly one returns true. */
  remove(kind: RecordKind, record: Pick<KeptRecord, 'key' | 'nonce'>): Promise<boolean>;
  /** Removes one batch of records that expired before this time, and returns how many were removed. */
  removeExpired(before: Date): Promise<number>;
}
