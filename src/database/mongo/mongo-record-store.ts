import { type Model, Schema } from 'mongoose';
import type { KeptRecord, RecordKind, RecordPage, RecordStore } from '../../records/record-store.ts';
import { bounded, isDuplicateKey } from './mongo-errors.ts';

/** Records per delete request, so that each request ends within its timeout. */
const recordsPerRemoval = 500;

/** Keyed records in a MongoDB collection, written by inserts and deletes alone. */
export class MongoRecordStore implements RecordStore {
  constructor(
    private readonly model: RecordModel,
    private readonly scope: string,
  ) {}

  async insert(kind: RecordKind, record: KeptRecord): Promise<boolean> {
    try {
      const document = toRecordDocument(this.scope, kind, record);
      await bounded(() => this.model.insertMany([document], { lean: true }));
      return true;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      // The driver repeats an insert when its response was lost, and may then find its own record.
      return (await this.find(kind, record.key))?.nonce === record.nonce;
    }
  }

  async find(kind: RecordKind, key: string): Promise<KeptRecord | null> {
    const document = await bounded(async () =>
      this.model.findById(toRecordKey(this.scope, kind, key)).lean<RecordDocument>(),
    );
    return document && toKeptRecord(document);
  }

  async listOf(kind: RecordKind, owner: string): Promise<readonly KeptRecord[]> {
    const documents = await bounded(async () =>
      this.model.find({ scope: this.scope, kind, owner }).sort({ _id: 1 }).lean<RecordDocument[]>(),
    );
    return documents.map(toKeptRecord);
  }

  async page(
    kind: RecordKind,
    { first, after = '' }: { first: number; after?: string | undefined },
  ): Promise<RecordPage> {
    // Keys compare by bytes, and `;` is the character after `:`.
    const keys = { $gt: toRecordKey(this.scope, kind, after), $lt: `${this.scope}:${kind};` };
    const documents = await bounded(async () =>
      this.model
        .find({ _id: keys })
        .sort({ _id: 1 })
        .limit(first + 1)
        .lean<RecordDocument[]>(),
    );
    return { records: documents.slice(0, first).map(toKeptRecord), hasNextPage: documents.length > first };
  }

  async remove(kind: RecordKind, { key, nonce }: Pick<KeptRecord, 'key' | 'nonce'>): Promise<boolean> {
    const { deletedCount } = await bounded(async () =>
      this.model.deleteOne({ _id: toRecordKey(this.scope, kind, key), nonce }),
    );
    return deletedCount === 1;
  }

  async removeExpired(before: Date): Promise<number> {
    return bounded(async () => {
      const expired = { scope: this.scope, expiresAt: { $lt: before } };
      const found = await this.model
        .find(expired, { _id: 1 })
        .limit(recordsPerRemoval)
        .lean<Pick<RecordDocument, '_id'>[]>();
      if (found.length === 0) return 0;
      const { deletedCount } = await this.model.deleteMany({
        _id: { $in: found.map(({ _id }) => _id) },
        ...expired,
      });
      return deletedCount;
    });
  }
}

/** A keyed record as stored in MongoDB. */
export interface RecordDocument extends Omit<KeptRecord, 'key' | 'content'> {
  /** `scope:kind:key`. Scopes and kinds contain no colon, so keys are unambiguous. */
  readonly _id: string;
  readonly scope: string;
  readonly kind: string;
  /** JSON, because names may contain dots and dollar signs, which MongoDB reads as operators in keys. */
  readonly content: string;
}

export type RecordModel = Model<RecordDocument>;

export const recordSchema = new Schema<RecordDocument, RecordModel>(
  {
    _id: String,
    scope: { type: String, required: true },
    kind: { type: String, required: true },
    nonce: { type: String, required: true },
    owner: String,
    content: { type: String, required: true },
    expiresAt: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, autoIndex: false, autoCreate: false },
)
  .index({ scope: 1, kind: 1, owner: 1, _id: 1 })
  .index({ scope: 1, expiresAt: 1 });

export function toRecordKey(scope: string, kind: RecordKind, key: string): string {
  return `${scope}:${kind}:${key}`;
}

export function toRecordDocument(
  scope: string,
  kind: RecordKind,
  { key, content, ...record }: KeptRecord,
): RecordDocument {
  return {
    ...record,
    _id: toRecordKey(scope, kind, key),
    scope,
    kind,
    content: JSON.stringify(content),
  };
}

export function toKeptRecord({ _id, scope, kind, content, ...record }: RecordDocument): KeptRecord {
  return {
    ...record,
    key: _id.slice(scope.length + kind.length + 2),
    content: JSON.parse(content) as KeptRecord['content'],
  };
}
