import { z } from 'zod';

const text = z.string().nullish();
const flag = z.boolean();
const count = z.int32();
/** The range of a JavaScript date. */
const seconds = z.number().min(0).max(8.64e12);
const metadata = z.record(z.string(), z.string()).nullish();
/** An id, or the whole object when the request expands it. */
const reference = z.union([z.string(), z.looseObject({ id: z.string() })]);

const customer = z.union([
  z.looseObject({ id: z.string(), deleted: z.literal(true) }),
  z.looseObject({ id: z.string(), email: text, metadata }),
]);

const price = z.looseObject({ id: z.string(), product: reference, currency: z.string() });

const item = z.looseObject({ id: z.string(), price, discounts: z.array(z.unknown()) });

/** `billingCustomer` reads more, and checks it by src/account/customer-facts.ts. */
const subscription = z.looseObject({
  id: z.string(),
  customer: reference,
  status: z.string(),
  currency: z.string(),
  items: z.looseObject({ has_more: flag, data: z.array(item) }),
});

const enabled = z.looseObject({ enabled: flag });

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
    subscription_pause: enabled
      .partial()
      .extend({
        duration: z
          .looseObject({
            type: z.string(),
            interval_options: z.array(z.looseObject({ interval: z.string(), interval_count: count })),
          })
          .optional(),
      })
      .optional(),
    subscription_update: enabled.extend({
      default_allowed_updates: z.array(z.string()),
      proration_behavior: z.string(),
      billing_cycle_anchor: text,
      trial_update_behavior: z.string(),
      schedule_at_period_end: z.looseObject({ conditions: z.array(z.looseObject({ type: z.string() })) }),
      products: z
        .array(
          z.looseObject({
            product: z.string(),
            prices: z.array(z.string()),
            adjustable_quantity: enabled.extend({ minimum: count, maximum: count.nullish() }),
          }),
        )
        .nullish(),
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

/**
 * The members of Stripe's objects that this service reads, by the objects' `object` member. The SDK's types are not
 * checked at run time: without these shapes, an unexpected response would fail in the middle of a request. Members that
 * Stripe omits for some accounts are optional.
 */
export const answerShapes: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['list', list],
  ['search_result', list],
  ['customer', customer],
  ['subscription', subscription],
  ['subscription_item', item],
  ['price', price],
  ['product', z.looseObject({ id: z.string() })],
  ['billing_portal.configuration', configuration],
  ['billing.feedback_option', z.looseObject({ id: z.string(), description: z.string() })],
  ['billing_portal.session', z.looseObject({ created: seconds })],
  ['checkout.session', checkoutSession],
]);
