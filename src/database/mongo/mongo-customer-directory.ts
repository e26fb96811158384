import {
  type CustomerDirectory,
  type CustomerMapping,
  type LinkOutcome,
  type MappingChanges,
  type MappingIds,
  checkMappingIds,
  checkUserId,
} from '../../customers/customer-directory.ts';
import { CustomerAlreadyLinkedError, UserAlreadyLinkedError } from '../../customers/customer.errors.ts';
import { StoreUnavailableError } from '../../shared/errors.ts';
import { type Page, type PageRequest, toPage } from '../../shared/page.ts';
import {
  type MongoCollection,
  type NamedValue,
  defineSchema,
  fromNamedValues,
  keysAfter,
  namedValuesSchema,
  toNamedValues,
} from './mongo-collection.ts';
import { bounded } from './mongo-errors.ts';

interface CustomerDocument extends Omit<CustomerMapping, 'userId' | 'attributes'> {
  /** `scope:userId`. Scopes contain no colon, so keys are unambiguous. */
  readonly _id: string;
  readonly scope: string;
  readonly attributes: readonly NamedValue[];
}

export const customerSchema = defineSchema<CustomerDocument>('customers', {
  stripeCustomerId: String,
  contractEndsAt: Date,
  attributes: namedValuesSchema,
  createdAt: Date,
}).index({ scope: 1, stripeCustomerId: 1 }, { unique: true });

/**
 * The customer directory in a MongoDB collection. But for an administrator's change, only inserts and deletes decide who is
 * which customer: they are atomic on every server that speaks MongoDB's protocol, while updates are not on FerretDB.
 */
export class MongoCustomerDirectory implements CustomerDirectory {
  constructor(
    private readonly collection: MongoCollection<CustomerDocument>,
    private readonly scope: string,
  ) {}

  async findByUserId(userId: string): Promise<CustomerMapping | null> {
    checkUserId(userId);
    const document = await this.collection.findOne({ _id: this.toKey(userId) });
    return document && toMapping(document);
  }

  async findByStripeCustomerId(stripeCustomerId: string): Promise<CustomerMapping | null> {
    const document = await this.collection.findOne({ scope: this.scope, stripeCustomerId });
    return document && toMapping(document);
  }

  async link(link: MappingIds): Promise<{ mapping: CustomerMapping; created: boolean }> {
    checkMappingIds(link);
    const { outcome, document } = await this.insert(this.toDocument(link));
    if (outcome === 'user_taken') throw new UserAlreadyLinkedError(link.userId);
    if (outcome === 'customer_taken') throw new CustomerAlreadyLinkedError(link.stripeCustomerId);
    return { mapping: toMapping(document), created: outcome === 'linked' };
  }

  async linkMany(links: readonly MappingIds[]): Promise<readonly LinkOutcome[]> {
    links.forEach(checkMappingIds);
    const documents = links.map((link) => this.toDocument(link));
    await this.collection.createIndexes();
    const refused = await this.collection.insertMany(documents);
    const keys = [...refused].map((index) => documents[index]?._id ?? '');
    const found = keys.length === 0 ? [] : await this.collection.find({ _id: { $in: keys } });
    const winners = new Map(found.map((winner) => [winner._id, winner]));
    const places = new Map(documents.map(({ _id }, index) => [refused.has(index) ? '' : _id, index]));
    const outcomes: LinkOutcome[] = [];
    for (const [index, document] of documents.entries()) {
      const winner = winners.get(document._id);
      if (!refused.has(index)) outcomes.push('linked');
      // The user's later row did not exist yet when this row was refused, so the customer was taken.
      else if ((places.get(document._id) ?? 0) > index) outcomes.push('customer_taken');
      else if (winner) outcomes.push(judge(document, winner));
      else outcomes.push((await this.insert(document)).outcome);
    }
    return outcomes;
  }

  async update(userId: string, { attributes, ...changes }: MappingChanges): Promise<CustomerMapping | null> {
    checkUserId(userId);
    const document = await this.collection.update(this.toKey(userId), {
      ...changes,
      ...(attributes === undefined ? {} : { attributes: toNamedValues(attributes) }),
    });
    return document && toMapping(document);
  }

  async unlink(userId: string): Promise<CustomerMapping | null> {
    checkUserId(userId);
    return retry(async () => {
      const document = await this.collection.findOne({ _id: this.toKey(userId) });
      if (document === null) return null;
      const { _id, stripeCustomerId } = document;
      return (await this.collection.remove({ _id, stripeCustomerId })) ? toMapping(document) : undefined;
    });
  }

  async list({ first, after }: PageRequest): Promise<Page<CustomerMapping>> {
    const documents = await this.collection.find({ _id: keysAfter(this.scope, after) }, { limit: first + 1 });
    return toPage(documents.map(toMapping), first);
  }

  /** Also returns the stored document: the inserted one, or the one that has the user or the customer. */
  private insert(document: CustomerDocument) {
    const { _id, scope, stripeCustomerId } = document;
    return retry(async () => {
      // A server that was restored or started empty has no index that keeps a customer to one user.
      await this.collection.createIndexes();
      if (await this.collection.insert(document)) return { outcome: 'linked' as const, document };
      const winner =
        (await this.collection.findOne({ _id })) ??
        (await this.collection.findOne({ scope, stripeCustomerId }));
      // None: the winner was unlinked since, so the insert may succeed now.
      return winner === null ? undefined : { outcome: judge(document, winner), document: winner };
    });
  }

  private toKey(userId: string): string {
    return `${this.scope}:${userId}`;
  }

  private toDocument({ userId, stripeCustomerId }: MappingIds): CustomerDocument {
    const facts = { contractEndsAt: null, attributes: [], createdAt: new Date() };
    return { _id: this.toKey(userId), scope: this.scope, stripeCustomerId, ...facts };
  }
}

function judge(document: CustomerDocument, winner: CustomerDocument): LinkOutcome {
  if (winner._id !== document._id) return 'customer_taken';
  return winner.stripeCustomerId === document.stripeCustomerId ? 'unchanged' : 'user_taken';
}

/** How often a step that lost a race to another process is retried. */
const maxAttempts = 10;

/** @param step returns undefined when it lost a race */
function retry<T>(step: () => Promise<T | undefined>): Promise<T> {
  return bounded(async () => {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const result = await step();
      if (result !== undefined) return result;
    }
    throw new StoreUnavailableError(new Error('The mapping kept changing during this operation.'));
  });
}

function toMapping({ _id, scope, attributes, ...mapping }: CustomerDocument): CustomerMapping {
  return { ...mapping, userId: _id.slice(scope.length + 1), attributes: fromNamedValues(attributes) };
}
