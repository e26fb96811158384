import { Schema } from 'mongoose';
import type { Model } from 'mongoose';
import type { KeptRecord, RecordKind } from '../../records/record-store.ts';

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
