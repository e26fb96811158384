import type { KeptRecord, RecordKind, RecordStore } from '../../records/record-store.ts';
import { type Page, type PageRequest, toPage } from '../../shared/page.ts';
import { type MongoCollection, defineSchema, keysAfter } from './mongo-collection.ts';

interface RecordDocument extends Omit<KeptRecord, 'key' | 'content'> {
  /** `scope:kind:key`. Scopes and kinds contain no colon, so keys are unambiguous. */
  readonly _id: string;
  readonly scope: string;
  readonly kind: string;
  /** JSON, because names may contain dots and dollar signs, which MongoDB reads as operators in keys. */
  readonly content: string;
}

export const recordSchema = defineSchema<RecordDocument>('records', {
  kind: String,
  nonce: String,
  owner: String,
  content: String,
  expiresAt: Date,
})
  .index({ scope: 1, kind: 1, owner: 1, _id: 1 })
  .index({ scope: 1, expiresAt: 1 });

/** Keyed records in a MongoDB collection, written by inserts and deletes alone. */
export class MongoRecordStore implements RecordStore {
  constructor(
    private readonly collection: MongoCollection<RecordDocument>,
    private readonly scope: string,
  ) {}

  async insert(kind: RecordKind, { key, content, ...record }: KeptRecord): Promise<boolean> {
    const document = {
      ...record,
      _id: this.toKey(kind, key),
      scope: this.scope,
      kind,
      content: JSON.stringify(content),
    };
    return (await this.collection.insert(document)) || (await this.find(kind, key))?.nonce === record.nonce;
  }

  async find(kind: RecordKind, key: string): Promise<KeptRecord | null> {
    const document = await this.collection.findOne({ _id: this.toKey(kind, key) });
    return document && toRecord(document);
  }

  async listOf(kind: RecordKind, owner: string): Promise<readonly KeptRecord[]> {
    return (await this.collection.find({ scope: this.scope, kind, owner })).map(toRecord);
  }

  async page(kind: RecordKind, { first, after }: PageRequest): Promise<Page<KeptRecord>> {
    const keys = keysAfter(`${this.scope}:${kind}`, after);
    const documents = await this.collection.find({ _id: keys }, { limit: first + 1 });
    return toPage(documents.map(toRecord), first);
  }

  remove(kind: RecordKind, { key, nonce }: Pick<KeptRecord, 'key' | 'nonce'>): Promise<boolean> {
    return this.collection.remove({ _id: this.toKey(kind, key), nonce });
  }

  removeExpired(before: Date): Promise<number> {
    return this.collection.removeSome({ scope: this.scope, expiresAt: { $lt: before } });
  }

  private toKey(kind: RecordKind, key: string): string {
    return `${this.scope}:${kind}:${key}`;
  }
}

function toRecord({ _id, scope, kind, content, ...record }: RecordDocument): KeptRecord {
  return {
    ...record,
    key: _id.slice(scope.length + kind.length + 2),
    content: JSON.parse(content) as KeptRecord['content'],
  };
}
