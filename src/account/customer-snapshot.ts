import { z } from 'zod';
import type { KeptRecord } from '../records/record-store.ts';
import type { BillingCustomer } from './billing-customer.types.ts';

/** The displayed data of a customer, without the mapping, which only the directory knows. */
export type CustomerFacts = Omit<BillingCustomer, 'userId' | 'linkedAt' | 'asOf'>;

/** A customer at one moment: with facts, or gone. */
export type CustomerSnapshot = {
  /** Later changes at Stripe may be missing. */
  readonly readAt: Date;
} & (
  | { readonly facts: CustomerFacts; readonly goneSince: null }
  | {
      readonly facts: null;
      /** When the service first saw that Stripe no longer has the customer. */
      readonly goneSince: Date;
    }
);

const date = z.iso.datetime().transform((text) => new Date(text));

const priceSchema = z.object({
  id: z.string(),
  productId: z.string(),
  unitAmount: z.number().nullable(),
  currency: z.string(),
  interval: z.string().nullable(),
  intervalCount: z.number().nullable(),
});

const itemSchema = z.object({
  id: z.string(),
  price: priceSchema,
  quantity: z.number().nullable(),
  currentPeriodEnd: date,
});

const subscriptionSchema = z.object({
  id: z.string(),
  status: z.string(),
  items: z.array(itemSchema),
  currentPeriodEnd: date.nullable(),
  cancelsAt: date.nullable(),
  trialEndsAt: date.nullable(),
  collectionPaused: z.boolean(),
  collectionResumesAt: date.nullable(),
});

const factsSchema = z.object({
  id: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  delinquent: z.boolean(),
  card: z
    .object({ brand: z.string(), last4: z.string(), expMonth: z.number(), expYear: z.number() })
    .nullable(),
  subscriptions: z.array(subscriptionSchema),
});

const snapshotSchema: z.ZodType<CustomerSnapshot> = z.union([
  z.object({ readAt: date, facts: factsSchema, goneSince: z.null() }),
  z.object({ readAt: date, facts: z.null(), goneSince: date }),
]);

/** Returns null for a snapshot in another release's format: Stripe is then read. */
export function readSnapshot(content: KeptRecord['content']): CustomerSnapshot | null {
  return snapshotSchema.safeParse(content).data ?? null;
}
