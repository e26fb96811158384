import * as z from 'zod';
import { seconds } from '../stripe/stripe-answer.ts';

/*
 * What the service keeps of Stripe's answers about a customer, by Stripe's own names. The same schemas check the answers
 * and the stored snapshots: what they do not name is dropped, and what does not fit them counts as no answer.
 */

/** Stripe omits members or sends null: both become null. */
function maybe<T extends z.ZodType>(schema: T): z.ZodType<z.output<T> | null> {
  return z.nullable(schema as z.ZodType<z.output<T>>).default(null);
}

const id = z.string().min(1);
const text = maybe(z.string());
const typed = maybe(z.object({ type: z.string() }));
const amount = maybe(z.int());
const count = z.int32();
const currency = z.string().regex(/^[a-z]{3}$/);
/** The SDK makes objects of decimals, and a snapshot has them as text. */
const decimal = maybe(
  z
    .union([z.string(), z.instanceof(Object).transform(String)])
    .pipe(z.string().regex(/^\d{1,20}(\.\d{1,12})?$/)),
);

const details = z.object({
  brand: text,
  display_brand: text,
  last4: text,
  exp_month: maybe(count),
  exp_year: maybe(count),
  email: text,
  payer_email: text,
  cashtag: text,
  bank_name: text,
  display_name: text,
  tokenization_method: text,
  wallet: typed,
});

/** Stripe has the details of a payment method under its type, and those of a legacy card or account in the object itself. */
const paymentMethod = z
  .looseObject({ object: z.string(), type: text })
  .transform(({ object, type, ...rest }) => ({
    object,
    type: type ?? object,
    details: rest['details'] ?? rest[type ?? ''] ?? (type === null ? rest : {}),
  }))
  .pipe(z.object({ object: z.string(), type: z.string(), details }));

const coupon = z.object({
  id,
  name: text,
  percent_off: maybe(z.number().min(0).max(100)),
  amount_off: amount,
  currency: maybe(currency),
  currency_options: maybe(z.record(z.string(), z.object({ amount_off: z.int() }))),
  duration: z.string(),
});

const discount = z.object({
  id,
  start: seconds,
  end: maybe(seconds),
  source: z.object({ coupon: maybe(coupon) }),
});

const tier = z.object({
  up_to: maybe(z.int()),
  unit_amount: amount,
  unit_amount_decimal: decimal,
  flat_amount: amount,
  flat_amount_decimal: decimal,
});

const price = z.object({
  id,
  product: z.object({ id, name: text }),
  nickname: text,
  lookup_key: text,
  currency,
  billing_scheme: z.string(),
  unit_amount: amount,
  unit_amount_decimal: decimal,
  tiers_mode: text,
  tax_behavior: text,
  tiers: maybe(z.array(tier)),
  transform_quantity: maybe(z.object({ divide_by: z.int().positive(), round: z.string() })),
  recurring: maybe(z.object({ interval: z.string(), interval_count: count, usage_type: z.string() })),
});

const chargedItem = z.object({ price, quantity: amount });

const termNames = [
  'add_invoice_items',
  'application_fee_percent',
  'collection_method',
  'currency',
  'default_tax_rates',
  'discounts',
  'on_behalf_of',
  'transfer_data',
];

/** The terms of a phase, besides its items, are a text, because they are only compared. */
const phase = z
  .looseObject({ terms: text })
  .transform(({ terms, ...rest }) => ({
    ...rest,
    terms: terms ?? JSON.stringify(termNames.map((name) => rest[name])),
  }))
  .pipe(
    z.object({
      start_date: seconds,
      end_date: seconds,
      items: z.array(chargedItem),
      trial_end: maybe(seconds),
      terms: z.string(),
    }),
  );

const planned = maybe(z.object({ pause_at: maybe(seconds), resume_at: maybe(seconds), status: typed }));

const schedule = z.object({
  id,
  status: z.string(),
  end_behavior: z.string(),
  current_phase: maybe(z.object({ end_date: seconds })),
  phases: z.array(phase),
  pause_schedules: maybe(z.array(z.object({ pause: planned, resume: planned }))),
});

/** Without the URL of its page, which is a credential. */
const invoice = z.object({
  id,
  number: text,
  currency,
  amount_remaining: z.int(),
  due_date: maybe(seconds),
  next_payment_attempt: maybe(seconds),
});

const subscription = z.object({
  id,
  customer: id,
  status: z.string(),
  currency,
  items: z.array(
    chargedItem.extend({
      id,
      current_period_end: seconds,
      billed_until: maybe(seconds),
      current_trial: maybe(z.object({ end_date: seconds })),
      discounts: z.array(discount),
    }),
  ),
  discounts: z.array(discount),
  start_date: seconds,
  trial_end: maybe(seconds),
  trial_settings: maybe(z.object({ end_behavior: z.object({ missing_payment_method: z.string() }) })),
  cancel_at: maybe(seconds),
  cancel_at_period_end: z.boolean(),
  canceled_at: maybe(seconds),
  cancellation_details: maybe(z.object({ reason: text, feedback: text, comment: text })),
  pause_collection: maybe(z.object({ resumes_at: maybe(seconds) })),
  status_details: maybe(
    z.object({ paused: maybe(z.object({ transitioned_at: seconds, subscription: typed })) }),
  ),
  pending_update: maybe(
    z.object({
      expires_at: seconds,
      trial_end: maybe(seconds),
      subscription_items: maybe(z.array(chargedItem)),
    }),
  ),
  schedule: maybe(schedule),
  billing_mode: typed,
  automatic_tax: maybe(z.object({ enabled: z.boolean() })),
  collection_method: z.string(),
  days_until_due: maybe(count),
  default_payment_method: maybe(paymentMethod),
  default_source: maybe(paymentMethod),
  open_invoice: maybe(invoice),
});

const address = z.object({
  line1: text,
  line2: text,
  city: text,
  state: text,
  postal_code: text,
  country: text,
});

const taxId = z.object({
  id,
  type: z.string(),
  value: z.string(),
  country: text,
  verification: maybe(z.object({ status: z.string() })),
});

export const customerFactsSchema = z.object({
  id,
  name: text,
  email: text,
  phone: text,
  address: maybe(address),
  shipping: maybe(z.object({ name: text, phone: text, address: maybe(address) })),
  tax_ids: z.array(taxId),
  tax_exempt: text,
  preferred_locales: maybe(z.array(z.string())),
  currency: maybe(currency),
  balance: z.int(),
  delinquent: maybe(z.boolean()),
  discount: maybe(discount),
  invoice_settings: z.object({ default_payment_method: maybe(paymentMethod) }),
  default_source: maybe(paymentMethod),
  subscriptions: z.array(subscription),
});

/** A customer with the subscriptions that have not ended, as Stripe had them at one moment. */
export type CustomerFacts = z.output<typeof customerFactsSchema>;
export type SubscriptionFacts = CustomerFacts['subscriptions'][number];
export type DiscountFacts = z.output<typeof discount>;
export type PaymentMethodFacts = z.output<typeof paymentMethod>;
export type PriceFacts = z.output<typeof price>;
export type ChargedItemFacts = z.output<typeof chargedItem>;
