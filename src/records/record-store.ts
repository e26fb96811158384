/** Something that is kept under a key: it is inserted once and later removed, and never changed in between. */
export interface KeptRecord {
  /** Unique among the records of its kind: 1 to 300 characters, none of them a control character. */
  readonly key: string;
  /** Tells this record from another that had the key before or has it after. */
  readonly nonce: string;
  /** Whose it is, for finding all of one user or customer; null where nobody asks that. */
  readonly owner: string | null;
  readonly content: Readonly<Record<string, unknown>>;
  /** From when on it may be swept away. Until that has happened, it is still found. */
  readonly expiresAt: Date;
}

/** For records that stay until they are removed: no sweep reaches this time. */
export const neverExpires = new Date(Date.UTC(9999, 0));

export interface RecordPage {
  readonly records: readonly KeptRecord[];
  readonly hasNextPage: boolean;
}

/** The kinds of records; each belongs to one feature, which alone knows its content. */
export const recordKinds = [
  'lease',
  'customer-conflict',
  'customer-creation',
  'customer-snapshot',
  'heartbeat',
  'portal-link',
  'portal-link-use',
  'removed-link',
  'removed-link-secret',
  'sweep',
  'webhook-event',
] as const;

export type RecordKind = (typeof recordKinds)[number];

/**
 * What must happen once is decided here, by the two steps that are atomic on every store: an insert by key,
 * and a removal that tells whether it was this one that removed.
 *
 * Bound to one scope when it is opened. Every operation ends within seconds; one that cannot reach the store
 * throws StoreUnavailableError, and may still have taken effect.
 */
export interface RecordStore {
  /** False when the key is taken. The very same record again, by its nonce, is no second one, and true. */
  insert(kind: RecordKind, record: KeptRecord): Promise<boolean>;
  find(kind: RecordKind, key: string): Promise<KeptRecord | null>;
  /** All of an owner's, in the order of their keys. */
  listOf(kind: RecordKind, owner: string): Promise<readonly KeptRecord[]>;
  /** All of a kind, in the order of their keys, from the one after `after`. */
  page(
    kind: RecordKind,
    page: { readonly first: number; readonly after?: string | undefined },
  ): Promise<RecordPage>;
  /** Removes this very record: of all who try at once, one is told true. */
  remove(kind: RecordKind, record: Pick<KeptRecord, 'key' | 'nonce'>): Promise<boolean>;
  /** Removes records of every kind that expired before, a limited number at a time, and tells how many. */
  removeExpired(before: Date): Promise<number>;
}
