import {
  type AuditEntry,
  type AuditLog,
  type AuditQuery,
  type AuditRecord,
  createPseudonym,
  guessActorKind,
  isPseudonym,
  toEntry,
} from '../../audit/audit-log.ts';
import type { UserToErase } from '../../shared/erasure.ts';
import { type Page, toPage } from '../../shared/page.ts';
import {
  type MongoCollection,
  type NamedValue,
  defineSchema,
  fromNamedValues,
  keysAfter,
  namedValuesSchema,
  toNamedValues,
} from './mongo-collection.ts';

/** An audit record as stored in MongoDB. Documents of earlier releases lack two fields, which are derived from names. */
interface AuditDocument
  extends
    Omit<AuditRecord, 'operationId' | 'details' | 'actorKind' | 'userErased'>,
    Partial<Pick<AuditRecord, 'actorKind' | 'userErased'>> {
  /** `scope:operationId:step`. Scopes and operation ids contain no colon. */
  readonly _id: string;
  readonly scope: string;
  readonly details: readonly NamedValue[];
}

export const auditSchema = defineSchema<AuditDocument>('audit', {
  step: String,
  at: Date,
  actor: String,
  actorKind: String,
  action: String,
  userId: String,
  userErased: Boolean,
  target: String,
  details: namedValuesSchema,
  code: String,
})
  .index({ scope: 1, userId: 1, _id: -1 })
  .index({ scope: 1, action: 1, _id: -1 })
  // For erasures.
  .index({ scope: 1, actor: 1 })
  .index({ scope: 1, target: 1 });

/** The audit log in a MongoDB collection. Each record of an operation is one insert. */
export class MongoAuditLog implements AuditLog {
  constructor(
    private readonly collection: MongoCollection<AuditDocument>,
    private readonly scope: string,
  ) {}

  async append({ operationId, details, ...record }: AuditRecord): Promise<void> {
    const _id = `${this.scope}:${operationId}:${record.step}`;
    // Idempotent, as the port requires.
    await this.collection.insert({ ...record, _id, scope: this.scope, details: toNamedValues(details) });
  }

  async list({ first, after, userId, action }: AuditQuery): Promise<Page<AuditEntry>> {
    const filter = {
      _id: this.before(after),
      step: 'intended' as const,
      ...(userId === undefined ? {} : { scope: this.scope, userId }),
      ...(action === undefined ? {} : { scope: this.scope, action }),
    };
    const found = await this.collection.find(filter, { limit: first + 1, order: -1 });
    const { items, hasNextPage } = toPage(found.map(toRecord), first);
    const outcomes = await this.findOutcomes(items);
    return { items: items.map((intent) => toEntry(intent, outcomes.get(intent.operationId))), hasNextPage };
  }

  removeBefore(operationId: string): Promise<number> {
    return this.collection.removeSome({ _id: this.before(operationId) });
  }

  async anonymize({ userId, stripeCustomerId }: UserToErase): Promise<number> {
    const { scope, collection } = this;
    const pseudonym = createPseudonym();
    const kinds = orMissing('user' as const, guessActorKind(userId) === 'user');
    const byThem = { scope, actor: userId, actorKind: { $in: kinds } };
    const about = { scope, userId, userErased: { $in: orMissing(false, !isPseudonym(userId)) } };
    const atCustomer = stripeCustomerId === null ? [] : [{ scope, target: stripeCustomerId }];
    const keys = await collection.findKeys({ $or: [about, byThem, ...atCustomer] });
    for (const filter of atCustomer) await collection.updateMany(filter, { target: null });
    await collection.updateMany(byThem, { actor: pseudonym, actorKind: 'erased' });
    await collection.updateMany(about, { userId: pseudonym, userErased: true, target: null, details: [] });
    return new Set(keys.map(readOperationId)).size;
  }

  private before(operationId: string | undefined): { $gt: string; $lt: string } {
    const keys = keysAfter(this.scope);
    return operationId === undefined ? keys : { ...keys, $lt: `${this.scope}:${operationId}` };
  }

  private async findOutcomes(intents: readonly AuditRecord[]): Promise<ReadonlyMap<string, AuditRecord>> {
    const keys = intents.flatMap(({ operationId }) =>
      ['succeeded', 'failed'].map((step) => `${this.scope}:${operationId}:${step}`),
    );
    const found = await this.collection.find({ _id: { $in: keys } });
    return new Map(found.map((document) => [readOperationId(document._id), toRecord(document)]));
  }
}

/** In a filter, null also matches documents of earlier releases, which lack the field. */
function orMissing<T>(value: T, isMissingMeant: boolean): (T | null)[] {
  return isMissingMeant ? [value, null] : [value];
}

function toRecord({ _id, scope, details, ...record }: AuditDocument): AuditRecord {
  return {
    ...record,
    actorKind: record.actorKind ?? guessActorKind(record.actor),
    userErased: record.userErased ?? isPseudonym(record.userId ?? ''),
    operationId: readOperationId(_id),
    details: fromNamedValues(details),
  };
}

function readOperationId(key: string): string {
  return key.split(':')[1] ?? '';
}
