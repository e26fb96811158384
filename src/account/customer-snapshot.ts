import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { KeptRecord } from '../records/record-store.ts';
import { type CustomerFacts, customerFactsSchema } from './customer-facts.ts';

/** A customer at one moment: with facts, or gone. */
export interface CustomerSnapshot {
  /** Later changes at Stripe may be missing. */
  readonly readAt: Date;
  /** Null for a customer that is gone. */
  readonly facts: CustomerFacts | null;
  /** When the service first saw that Stripe no longer has the customer. */
  readonly goneSince: Date | null;
}

const date = z.iso.datetime().transform((text) => new Date(text));

const snapshotSchema = z.object({
  readAt: date,
  facts: customerFactsSchema.nullable(),
  goneSince: date.nullable(),
});

/** Returns null for a snapshot with more or fewer members, of another release: Stripe is then read. */
export function readSnapshot(content: KeptRecord['content']): CustomerSnapshot | null {
  const snapshot = snapshotSchema.safeParse(content).data;
  return snapshot !== undefined && isDeepStrictEqual(snapshot.facts, content['facts']) ? snapshot : null;
}
