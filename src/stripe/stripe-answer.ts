import Stripe from 'stripe';
import * as z from 'zod';

/** Stripe's own messages are far shorter. They are matched against patterns and logged. */
const longestText = 2_000;

/** The SDK would crash on a number, and take an error status without an error object for a success. @throws SyntaxError, TypeError */
export function readAnswer(status: number, text: string): object {
  try {
    const answer = parseObject(text);
    return status < 400 && !answer['error'] ? answer : { error: readError(answer['error']) };
  } catch (error) {
    if (status < 400) throw error;
    return { error: readError(null) };
  }
}

function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new TypeError("Stripe's answer is not an object");
  return value as Record<string, unknown>;
}

/** Keeps only the string members of an error: this service reads no others. */
function readError(error: unknown): object {
  const members = typeof error === 'object' && error !== null ? Object.entries(error) : [];
  const texts = members.flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value.slice(0, longestText)] as const] : [],
  );
  return { type: 'api_error', message: "Stripe's answer has no error message", ...Object.fromEntries(texts) };
}

/** By default zod compiles each shape at its first use, which takes 2 to 3 % of a cold start. */
const interpreted = { jitless: true };

/** Checks an answer, and every item of a list, against the shape of its `object`. @throws StripeAPIError */
export function requireShape<T>(answer: T): T {
  const { object: kind, data } = (answer ?? {}) as { object?: unknown; data?: unknown };
  if (typeof kind !== 'string') throw createShapeError('has no "object"');
  const issue = shapes.get(kind)?.safeParse(answer, interpreted).error?.issues[0];
  if (issue !== undefined) throw createShapeError(`is not a valid ${kind}: ${issue.path.join('.')}`);
  if (Array.isArray(data)) data.forEach(requireShape);
  return answer;
}

function createShapeError(what: string): Stripe.errors.StripeAPIError {
  return new Stripe.errors.StripeAPIError({ type: 'api_error', message: `Stripe's answer ${what}` });
}

const text = z.string().nullish();
const flag = z.boolean();
/** The range of a JavaScript date. */
export const seconds = z.number().min(0).max(8.64e12);
const texts = z.record(z.string(), z.string());
const metadata = texts.nullish();
/** An id, or the whole object when the request expands it. */
const reference = z.union([z.string(), z.looseObject({ id: z.string() })]);

const customer = z.union([
  z.looseObject({ id: z.string(), deleted: z.literal(true) }),
  z.looseObject({ id: z.string(), email: text, metadata: texts, invoice_settings: z.looseObject({}) }),
]);

const price = z.looseObject({ id: z.string(), product: reference, currency: z.string() });

const item = z.looseObject({ id: z.string(), price, discounts: z.array(z.unknown()) });

const schedule = z.looseObject({ phases: z.array(z.looseObject({ start_date: seconds })) });

/** `billingCustomer` reads more, and checks it by src/account/customer-facts.ts. */
const subscription = z.looseObject({
  id: z.string(),
  customer: reference,
  status: z.string(),
  currency: z.string(),
  items: z.looseObject({ has_more: flag, data: z.array(item) }),
  schedule: z.union([z.string(), schedule]).nullish(),
});

const amount = z.number();
const taxes = z.array(z.looseObject({ amount })).nullish();
const proration = z.looseObject({ proration: flag.nullish() }).nullish();
const subscriptionDetails = z.looseObject({ subscription: reference }).nullish();
/** The URL of a page: a browser must get no link with another scheme, such as `javascript:`. */
const link = z.nullish(z.string().regex(/^https?:\/\//));

const invoiceLine = z.looseObject({
  description: text,
  quantity: amount.nullish(),
  quantity_decimal: z.coerce.number().nullish(),
  amount,
  currency: z.string(),
  taxes,
  period: z.looseObject({ start: seconds, end: seconds }),
  parent: z.looseObject({ subscription_item_details: proration, invoice_item_details: proration }).nullish(),
});

const invoice = z.looseObject({
  id: z.string(),
  customer: reference.nullish(),
  number: text,
  status: text,
  currency: z.string(),
  total: amount,
  amount_due: amount,
  amount_paid: amount,
  total_taxes: taxes,
  automatic_tax: z.looseObject({ enabled: flag, status: text }),
  created: seconds,
  due_date: seconds.nullish(),
  period_start: seconds,
  period_end: seconds,
  next_payment_attempt: seconds.nullish(),
  lines: z.looseObject({ has_more: flag, data: z.array(invoiceLine) }),
  hosted_invoice_url: link,
  invoice_pdf: link,
  parent: z.looseObject({ subscription_details: subscriptionDetails }).nullish(),
});

const enabled = z.looseObject({ enabled: flag });
const interval = z.looseObject({ interval: z.string(), interval_count: z.int32() });
const pauseDuration = z.looseObject({ type: z.string(), interval_options: z.array(interval) });
const offeredProduct = z.looseObject({
  product: z.string(),
  prices: z.array(z.string()),
  adjustable_quantity: enabled.extend({ minimum: z.int(), maximum: z.int().nullish() }),
});

const configuration = z.looseObject({
  id: z.string(),
  name: text,
  active: flag,
  is_default: flag,
  livemode: flag,
  created: seconds,
  updated: seconds,
  default_return_url: text,
  metadata,
  business_profile: z.looseObject({ headline: text, privacy_policy_url: text, terms_of_service_url: text }),
  login_page: enabled.extend({ url: text }),
  features: z.looseObject({
    customer_update: enabled.extend({ allowed_updates: z.array(z.string()) }),
    invoice_history: enabled,
    payment_method_update: enabled.extend({ payment_method_configuration: text }),
    subscription_cancel: enabled.extend({
      mode: z.string(),
      proration_behavior: z.string(),
      cancellation_reason: enabled.extend({
        options: z.array(z.string()),
        feedback_options: z.array(reference).nullish(),
      }),
    }),
    subscription_pause: z
      .looseObject({ enabled: flag.optional(), duration: pauseDuration.optional() })
      .optional(),
    subscription_update: enabled.extend({
      default_allowed_updates: z.array(z.string()),
      proration_behavior: z.string(),
      billing_cycle_anchor: text,
      trial_update_behavior: z.string(),
      schedule_at_period_end: z.looseObject({ conditions: z.array(z.looseObject({ type: z.string() })) }),
      products: z.array(offeredProduct).nullish(),
    }),
  }),
});

const checkoutSession = z.looseObject({
  id: z.string(),
  customer: reference.nullish(),
  client_reference_id: text,
  payment_link: reference.nullish(),
  metadata,
});

const list = z.looseObject({ has_more: flag, data: z.array(z.looseObject({ object: z.string() })) });

/** What this service reads of Stripe's objects, by their `object`. Members that Stripe omits for some accounts are optional. */
const shapes: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['list', list],
  ['search_result', list],
  ['customer', customer],
  ['subscription', subscription],
  ['subscription_item', item],
  ['price', price],
  ['product', z.looseObject({ id: z.string() })],
  ['invoice', invoice],
  ['billing_portal.configuration', configuration],
  ['billing.feedback_option', z.looseObject({ id: z.string(), description: z.string() })],
  ['checkout.session', checkoutSession],
]);
