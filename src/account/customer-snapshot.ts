import { z } from 'zod';
import type { KeptRecord } from '../records/record-store.ts';
import type { BillingCustomer } from './billing-customer.types.ts';

/** What Stripe knows of a customer, as far as it is shown; who is linked to them is the directory's to say. */
export type CustomerFacts = Omit<BillingCustomer, 'userId' | 'linkedAt' | 'asOf'>;

/** A customer as Stripe had them at one moment: with facts, or gone. */
export type CustomerSnapshot = {
  /** From when on what Stripe did may be missing from it. */
  readonly readAt: Date;
} & (
  | { readonly facts: CustomerFacts; readonly goneSince: null }
  | {
      readonly facts: null;
      /** When it was first seen that Stripe no longer has the customer. */
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

/** Null for what another release wrote in another form: then Stripe is asked. */
export function readSnapshot(content: KeptRecord['content']): CustomerSnapshot | null {
  return snapshotSchema.safeParse(content).data ?? null;
}
