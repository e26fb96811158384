import { Schema } from 'mongoose';
import type { Model } from 'mongoose';
import { type AuditRecord, guessActorKind, isPseudonym } from '../../audit/audit-log.ts';

/** An audit record as stored in MongoDB. */
export interface AuditDocument extends Omit<
  AuditRecord,
  'operationId' | 'details' | 'actorKind' | 'userErased'
> {
  /** Documents of earlier releases lack this field and the next: both are derived from names. */
  readonly actorKind?: AuditRecord['actorKind'];
  readonly userErased?: boolean;
  /** `scope:operationId:step`. */
  readonly _id: string;
  readonly scope: string;
  /** A list, because names may contain dots and dollar signs, which MongoDB reads as operators in keys. */
  readonly details: readonly { readonly name: string; readonly value: string }[];
}

export type AuditModel = Model<AuditDocument>;

export const auditSchema = new Schema<AuditDocument, AuditModel>(
  {
    _id: String,
    scope: { type: String, required: true },
    step: { type: String, required: true },
    at: { type: Date, required: true },
    actor: { type: String, required: true },
    actorKind: String,
    action: { type: String, required: true },
    userId: String,
    userErased: Boolean,
    target: String,
    details: [{ _id: false, name: String, value: String }],
    code: String,
  },
  { strict: 'throw', versionKey: false, autoIndex: false, autoCreate: false },
).index({ scope: 1, userId: 1, _id: -1 });

export function toAuditDocument(
  scope: string,
  { operationId, details, ...record }: AuditRecord,
): AuditDocument {
  return {
    ...record,
    _id: `${scope}:${operationId}:${record.step}`,
    scope,
    details: Object.entries(details).map(([name, value]) => ({ name, value })),
  };
}

export function toAuditRecord({ _id, scope, details, ...record }: AuditDocument): AuditRecord {
  return {
    ...record,
    actorKind: record.actorKind ?? guessActorKind(record.actor),
    userErased: record.userErased ?? isPseudonym(record.userId ?? ''),
    operationId: readOperationId(_id),
    details: Object.fromEntries(details.map(({ name, value }) => [name, value])),
  };
}

/** Scopes and operation ids contain no colon. */
export function readOperationId(key: string): string {
  return key.split(':')[1] ?? '';
}
