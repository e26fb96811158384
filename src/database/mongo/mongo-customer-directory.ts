import { type Model, Schema, mongo } from 'mongoose';
import {
  type CustomerDirectory,
  type CustomerMapping,
  type LinkOutcome,
  type MappingChanges,
  type MappingIds,
  type MappingPage,
  checkMappingIds,
  checkUserId,
} from '../../customers/customer-directory.ts';
import { CustomerAlreadyLinkedError, UserAlreadyLinkedError } from '../../customers/customer.errors.ts';
import { StoreUnavailableError } from '../../shared/errors.ts';
import { bounded, isDuplicateKey } from './mongo-errors.ts';

/** Mappings per request of an import. */
const linksPerInsert = 500;

/** How often a step that lost a race to another process is retried. */
const maxAttempts = 10;

/**
 * The customer directory in a MongoDB collection. Only inserts and deletes decide who is which customer: they are
 * atomic on every server that speaks MongoDB's protocol, while updates are not atomic on FerretDB.
 */
export class MongoCustomerDirectory implements CustomerDirectory {
  constructor(
    private readonly model: CustomerModel,
    private readonly scope: string,
  ) {}

  async findByUserId(userId: string): Promise<CustomerMapping | null> {
    checkUserId(userId);
    const document = await bounded(() => this.findByKey(toKey(this.scope, userId)));
    return document && toMapping(document);
  }

  async findByStripeCustomerId(stripeCustomerId: string): Promise<CustomerMapping | null> {
    const document = await bounded(() => this.findByCustomer(stripeCustomerId));
    return document && toMapping(document);
  }

  async link(link: MappingIds): Promise<{ mapping: CustomerMapping; created: boolean }> {
    checkMappingIds(link);
    const { outcome, document } = await bounded(() => this.insert(createDocument(this.scope, link)));
    if (outcome === 'user_taken') throw new UserAlreadyLinkedError(link.userId);
    if (outcome === 'customer_taken') throw new CustomerAlreadyLinkedError(link.stripeCustomerId);
    return { mapping: toMapping(document), created: outcome === 'linked' };
  }

  async linkMany(links: readonly MappingIds[]): Promise<readonly LinkOutcome[]> {
    links.forEach(checkMappingIds);
    const outcomes: LinkOutcome[] = [];
    while (outcomes.length < links.length) {
      outcomes.push(
        ...(await this.insertChunk(links.slice(outcomes.length, outcomes.length + linksPerInsert))),
      );
    }
    return outcomes;
  }

  async update(userId: string, changes: MappingChanges): Promise<CustomerMapping | null> {
    checkUserId(userId);
    const { contractEndsAt, attributes } = changes;
    const document = await bounded(async () =>
      this.model
        .findByIdAndUpdate(
          toKey(this.scope, userId),
          {
            ...(contractEndsAt === undefined ? {} : { contractEndsAt }),
            ...(attributes === undefined ? {} : { attributes: toAttributes(attributes) }),
          },
          { returnDocument: 'after', upsert: false },
        )
        .lean<CustomerDocument>(),
    );
    return document && toMapping(document);
  }

  async unlink(userId: string): Promise<CustomerMapping | null> {
    checkUserId(userId);
    return bounded(async () => {
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const document = await this.findByKey(toKey(this.scope, userId));
        if (document === null) return null;
        const { _id, stripeCustomerId } = document;
        const { deletedCount } = await this.model.deleteOne({ _id, stripeCustomerId });
        if (deletedCount === 1) return toMapping(document);
      }
      throw createContestedError();
    });
  }

  async list(page: { first: number; after?: string | undefined }): Promise<MappingPage> {
    const after = toKey(this.scope, page.after ?? '');
    // Keys compare by bytes, and `;` is the character after `:`.
    const documents = await bounded(async () =>
      this.model
        .find({ _id: { $gt: after, $lt: `${this.scope};` } })
        .sort({ _id: 1 })
        .limit(page.first + 1)
        .lean<CustomerDocument[]>(),
    );
    return {
      mappings: documents.slice(0, page.first).map(toMapping),
      hasNextPage: documents.length > page.first,
    };
  }

  private async findByKey(key: string): Promise<CustomerDocument | null> {
    return this.model.findById(key).lean<CustomerDocument>();
  }

  private async findByCustomer(stripeCustomerId: string): Promise<CustomerDocument | null> {
    return this.model.findOne({ scope: this.scope, stripeCustomerId }).lean<CustomerDocument>();
  }

  private async insert(
    document: CustomerDocument,
  ): Promise<{ outcome: LinkOutcome; document: CustomerDocument }> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      try {
        await this.model.insertMany([document], { lean: true });
        return { outcome: 'linked', document };
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      const { _id, stripeCustomerId } = document;
      const winner = (await this.findByKey(_id)) ?? (await this.findByCustomer(stripeCustomerId));
      // None: the winner was unlinked since, so the insert may succeed now.
      if (winner !== null) return { outcome: judge(document, winner), document: winner };
    }
    throw createContestedError();
  }

  private async insertChunk(links: readonly MappingIds[]): Promise<LinkOutcome[]> {
    const documents = links.map((link) => createDocument(this.scope, link));
    const refused = await bounded(() => this.insertDocuments(documents));
    const winners = await this.findByKeys(documents.filter((_document, index) => refused.has(index)));
    const linked = documents.flatMap(({ _id }, index) => (refused.has(index) ? [] : [[_id, index] as const]));
    const placeOf = new Map(linked);
    const outcomes: LinkOutcome[] = [];
    for (const [index, document] of documents.entries()) {
      const winner = winners.get(document._id);
      if (!refused.has(index)) outcomes.push('linked');
      // The user's later row did not exist yet when this row was refused, so the customer was taken.
      else if ((placeOf.get(document._id) ?? 0) > index) outcomes.push('customer_taken');
      else if (winner) outcomes.push(judge(document, winner));
      else outcomes.push((await bounded(() => this.insert(document))).outcome);
    }
    return outcomes;
  }

  /** Inserts the documents, and returns the indexes of those refused as duplicates. */
  private async insertDocuments(documents: readonly CustomerDocument[]): Promise<ReadonlySet<number>> {
    try {
      await this.model.insertMany(documents, { lean: true, ordered: false });
      return new Set();
    } catch (error) {
      if (!(error instanceof mongo.MongoBulkWriteError && isDuplicateKey(error))) throw error;
      const failures = [error.writeErrors].flat();
      // A document that was neither inserted nor refused was lost with the connection.
      const accounted = error.insertedCount + failures.length === documents.length;
      if (!accounted || failures.some(({ code }) => code !== 11_000)) throw error;
      return new Set(failures.map(({ index }) => index));
    }
  }

  private async findByKeys(
    documents: readonly CustomerDocument[],
  ): Promise<ReadonlyMap<string, CustomerDocument>> {
    if (documents.length === 0) return new Map();
    const keys = documents.map(({ _id }) => _id);
    const found = await bounded(async () =>
      this.model.find({ _id: { $in: keys } }).lean<CustomerDocument[]>(),
    );
    return new Map(found.map((document) => [document._id, document]));
  }
}

function judge(document: CustomerDocument, winner: CustomerDocument): LinkOutcome {
  if (winner._id !== document._id) return 'customer_taken';
  return winner.stripeCustomerId === document.stripeCustomerId ? 'unchanged' : 'user_taken';
}

function createContestedError(): StoreUnavailableError {
  return new StoreUnavailableError(new Error('The mapping kept changing during this operation.'));
}

/** A mapping as stored in MongoDB. */
export interface CustomerDocument {
  /** `scope:userId`. Scopes contain no colon, so keys are unambiguous. */
  readonly _id: string;
  readonly scope: string;
  readonly stripeCustomerId: string;
  readonly contractEndsAt: Date | null;
  /** A list, because names may contain dots and dollar signs, which MongoDB reads as operators in keys. */
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  readonly createdAt: Date;
}

export type CustomerModel = Model<CustomerDocument>;

export const customerSchema = new Schema<CustomerDocument, CustomerModel>(
  {
    _id: String,
    scope: { type: String, required: true },
    stripeCustomerId: { type: String, required: true },
    contractEndsAt: Date,
    attributes: [{ _id: false, name: String, value: String }],
    createdAt: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, autoIndex: false, autoCreate: false },
).index({ scope: 1, stripeCustomerId: 1 }, { unique: true });

export function toKey(scope: string, userId: string): string {
  return `${scope}:${userId}`;
}

export function createDocument(scope: string, { userId, stripeCustomerId }: MappingIds): CustomerDocument {
  return {
    _id: toKey(scope, userId),
    scope,
    stripeCustomerId,
    contractEndsAt: null,
    attributes: [],
    createdAt: new Date(),
  };
}

export function toMapping(document: CustomerDocument): CustomerMapping {
  return {
    userId: document._id.slice(document.scope.length + 1),
    stripeCustomerId: document.stripeCustomerId,
    contractEndsAt: document.contractEndsAt,
    attributes: Object.fromEntries(document.attributes.map(({ name, value }) => [name, value])),
    createdAt: document.createdAt,
  };
}

export function toAttributes(attributes: CustomerMapping['attributes']): CustomerDocument['attributes'] {
  return Object.entries(attributes).map(([name, value]) => ({ name, value }));
}
