import { type Model, Schema } from 'mongoose';
import {
  type AuditLog,
  type AuditPage,
  type AuditQuery,
  type AuditRecord,
  type AuditedPerson,
  createPseudonym,
  guessActorKind,
  isPseudonym,
  toEntry,
} from '../../audit/audit-log.ts';
import { bounded, isDuplicateKey } from './mongo-errors.ts';

/** Records per delete request, so that each request ends within its timeout. */
const recordsPerRemoval = 500;

/** The audit log in a MongoDB collection. Each record of an operation is one insert. */
export class MongoAuditLog implements AuditLog {
  constructor(
    private readonly model: AuditModel,
    private readonly scope: string,
  ) {}

  async append(record: AuditRecord): Promise<void> {
    try {
      await bounded(() => this.model.insertMany([toAuditDocument(this.scope, record)], { lean: true }));
    } catch (error) {
      // Idempotent: the driver repeats an insert when its response was lost.
      if (!isDuplicateKey(error)) throw error;
    }
  }

  async list({ first, after, userId, action }: AuditQuery): Promise<AuditPage> {
    const intents = await bounded(async () =>
      this.model
        .find({
          _id: this.before(after),
          step: 'intended',
          ...(userId === undefined ? {} : { scope: this.scope, userId }),
          ...(action === undefined ? {} : { action }),
        })
        .sort({ _id: -1 })
        .limit(first + 1)
        .lean<AuditDocument[]>(),
    );
    const records = intents.slice(0, first).map(toAuditRecord);
    const outcomes = await this.findOutcomes(records);
    return {
      entries: records.map((intent) => toEntry(intent, outcomes.get(intent.operationId))),
      hasNextPage: intents.length > first,
    };
  }

  async removeBefore(operationId: string): Promise<number> {
    return bounded(async () => {
      const found = await this.model
        .find({ _id: this.before(operationId) }, { _id: 1 })
        .limit(recordsPerRemoval)
        .lean<Pick<AuditDocument, '_id'>[]>();
      if (found.length === 0) return 0;
      await this.model.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } });
      return found.length;
    });
  }

  async anonymize({ userId, stripeCustomerId }: AuditedPerson): Promise<number> {
    const scope = this.scope;
    const pseudonym = createPseudonym();
    const byThem = {
      scope,
      actor: userId,
      actorKind: { $in: orMissing('user' as const, isUserByName(userId)) },
    };
    const about = { scope, userId, userErased: { $in: orMissing(false, !isPseudonym(userId)) } };
    const atCustomer = stripeCustomerId === null ? [] : [{ scope, target: stripeCustomerId }];
    return bounded(async () => {
      const found = await this.model
        .find({ $or: [about, byThem, ...atCustomer] }, { _id: 1 })
        .lean<Pick<AuditDocument, '_id'>[]>();
      for (const filter of atCustomer) await this.model.updateMany(filter, { target: null });
      await this.model.updateMany(byThem, { actor: pseudonym, actorKind: 'erased' });
      await this.model.updateMany(about, { userId: pseudonym, userErased: true, target: null, details: [] });
      return new Set(found.map(({ _id }) => readOperationId(_id))).size;
    });
  }

  /** Keys compare by bytes, and `;` is the character after `:`. */
  private before(operationId: string | undefined): { $gt: string; $lt: string } {
    const end = operationId === undefined ? `${this.scope};` : `${this.scope}:${operationId}`;
    return { $gt: `${this.scope}:`, $lt: end };
  }

  private async findOutcomes(intents: readonly AuditRecord[]): Promise<ReadonlyMap<string, AuditRecord>> {
    if (intents.length === 0) return new Map();
    const keys = intents.flatMap(({ operationId }) =>
      ['succeeded', 'failed'].map((step) => `${this.scope}:${operationId}:${step}`),
    );
    const found = await bounded(async () => this.model.find({ _id: { $in: keys } }).lean<AuditDocument[]>());
    return new Map(found.map(toAuditRecord).map((record) => [record.operationId, record]));
  }
}

/** Whether an actor of this name was a user in releases that did not store the kind. */
function isUserByName(name: string): boolean {
  return guessActorKind(name) === 'user';
}

/** In a filter, null also matches documents of earlier releases, which lack the field. */
function orMissing<T>(value: T, isMissingMeant: boolean): (T | null)[] {
  return isMissingMeant ? [value, null] : [value];
}

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
