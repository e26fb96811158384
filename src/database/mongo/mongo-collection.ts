import {
  type Connection,
  type Model,
  type QueryFilter,
  Schema,
  type SchemaDefinition,
  type UpdateQuery,
  mongo,
} from 'mongoose';
import { StoreUnavailableError } from '../../shared/errors.ts';
import { DatabaseSetupError, recordsPerRemoval } from '../database.ts';
import { bounded, describe, isDuplicate } from './mongo-errors.ts';

/** Keys begin with the scope, and compare by bytes. */
interface Keyed {
  readonly _id: string;
  readonly scope: string;
}

/** A collection's name, fields and indexes. The documents' types are enforced at compile time: inserts are lean. */
export function defineSchema<T extends Keyed>(collection: string, fields: SchemaDefinition<T>): Schema<T> {
  return new Schema<T>({ _id: String, scope: String, ...fields } as SchemaDefinition<T>, {
    collection,
    strict: 'throw',
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
  });
}

const indexConflicts = new Set<unknown>([85, 86]);

/** A MongoDB collection. Each operation has a deadline. @throws StoreUnavailableError in every method */
export class MongoCollection<T extends Keyed> {
  private constructor(private readonly model: Model<T>) {}

  static open<T extends Keyed>(connection: Connection, schema: Schema<T>): Promise<MongoCollection<T>> {
    const model = connection.model<T>(String(schema.get('collection')), schema);
    return new MongoCollection<T>(model).createIndexes();
  }

  /** Creates the missing indexes. @throws DatabaseSetupError */
  async createIndexes(): Promise<this> {
    try {
      await bounded(() => this.model.createIndexes());
      return this;
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      throw new DatabaseSetupError(
        `Cannot create the indexes of the collection "${this.model.collection.name}" (${describe(error)}). ` +
          (error instanceof mongo.MongoServerError && indexConflicts.has(error.code)
            ? 'Drop the index that has the same name or fields as one of this service.'
            : 'Look for documents that share a scope and a stripeCustomerId, and remove all but one of each.'),
      );
    }
  }

  /** False when a unique value is taken. The driver repeats an insert that got no response, and may then find its own document. */
  async insert(document: T): Promise<boolean> {
    return (await this.insertMany([document])).size === 0;
  }

  /** Inserts the documents, and returns the indexes of those refused as duplicates. */
  async insertMany(documents: readonly T[]): Promise<ReadonlySet<number>> {
    try {
      await bounded(() => this.model.insertMany(documents, { lean: true, ordered: false }));
      return new Set();
    } catch (error) {
      if (!(error instanceof mongo.MongoBulkWriteError && error.code === 11_000)) throw error;
      const failures = [error.writeErrors].flat();
      // A document that was neither inserted nor refused was lost with the connection.
      const accounted = error.insertedCount + failures.length === documents.length;
      if (!accounted || failures.some(({ code }) => code !== 11_000)) throw error;
      return new Set(failures.map(({ index }) => index));
    }
  }

  find(
    filter: QueryFilter<T>,
    { limit = 0, order = 1 }: { limit?: number; order?: 1 | -1 } = {},
  ): Promise<T[]> {
    return bounded(async () => this.model.find(filter).sort({ _id: order }).limit(limit).lean<T[]>());
  }

  findOne(filter: QueryFilter<T>): Promise<T | null> {
    return bounded(async () => this.model.findOne(filter).lean<T>());
  }

  /** Returns null when no document has the key, or when a unique value is taken. */
  async update(_id: string, changes: UpdateQuery<T>): Promise<T | null> {
    try {
      const options = { returnDocument: 'after' } as const;
      return await bounded(async () => this.model.findByIdAndUpdate(_id, changes, options).lean<T>());
    } catch (error) {
      if (isDuplicate(error)) return null;
      throw error;
    }
  }

  async updateMany(filter: QueryFilter<T>, changes: UpdateQuery<T>): Promise<void> {
    await bounded(async () => this.model.updateMany(filter, changes));
  }

  async remove(filter: QueryFilter<T>): Promise<boolean> {
    const { deletedCount } = await bounded(async () => this.model.deleteOne(filter));
    return deletedCount === 1;
  }

  async findKeys(filter: QueryFilter<T>, limit = 0): Promise<string[]> {
    const found = await bounded(async () =>
      this.model.find(filter, { _id: 1 }).limit(limit).lean<Pick<Keyed, '_id'>[]>(),
    );
    return found.map(({ _id }) => _id);
  }

  /** Removes one batch of the documents that match, and returns how many were removed. */
  removeSome(filter: QueryFilter<T>): Promise<number> {
    return bounded(async () => {
      const keys = await this.findKeys(filter, recordsPerRemoval);
      const { deletedCount } = await this.model.deleteMany({ ...filter, _id: { $in: keys } });
      return deletedCount;
    });
  }
}

/** The keys that begin with a prefix and a colon, after one of them. `;` is the character after `:`. */
export function keysAfter(prefix: string, key = ''): { $gt: string; $lt: string } {
  return { $gt: `${prefix}:${key}`, $lt: `${prefix};` };
}

/** Named values are stored as a list: MongoDB reads dots and dollar signs in keys as operators. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

export const namedValuesSchema = [{ _id: false, name: String, value: String }];

export function toNamedValues(values: Readonly<Record<string, string>>): NamedValue[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

export function fromNamedValues(values: readonly NamedValue[]): Record<string, string> {
  return Object.fromEntries(values.map(({ name, value }) => [name, value]));
}
