import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { KeptRecord } from '../records/record-store.ts';
import { customerFactsSchema } from './customer-facts.ts';

const date = z.iso.datetime().transform((text) => new Date(text));

const snapshotSchema = z.object({
  /** Later changes at Stripe may be missing. */
  readAt: date,
  /** Null for a customer that is gone. */
  facts: customerFactsSchema.nullable(),
  /** When the service first saw that Stripe no longer has the customer. */
  goneSince: date.nullable(),
});

export type CustomerSnapshot = Readonly<z.output<typeof snapshotSchema>>;

/** Returns null for a snapshot with more or fewer members, of another release: Stripe is then read. */
export function readSnapshot(content: KeptRecord['content']): CustomerSnapshot | null {
  const snapshot = snapshotSchema.safeParse(content).data;
  return snapshot !== undefined && isDeepStrictEqual(snapshot.facts, content['facts']) ? snapshot : null;
}
