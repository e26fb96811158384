import { Schema } from 'mongoose';
import type { Model } from 'mongoose';
import type { MappingIds, CustomerMapping } from '../../customers/customer-directory.ts';

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
