import * as z from 'zod';

/** Stripe's fields: https://docs.stripe.com/api/customer_portal/configurations/create. `table-types.ts` makes GraphQL types of them. */

/** What a zod schema does not say but its GraphQL type needs. */
interface GraphqlNotes {
  /** The name of an object's or enum's type. Input types add `Input`. */
  readonly type?: string;
  /** What an enum is for, and what each of its values means. */
  readonly description?: string;
  readonly values?: Readonly<Record<string, string>>;
  /** Whether a text is for people, and not an id. */
  readonly text?: true;
  /** Whether Stripe may leave the field out of its answer. */
  readonly nullable?: true;
  /** Whether inputs must name a field that a policy may leave out. */
  readonly required?: true;
}

export const graphqlNotes = z.registry<GraphqlNotes>();

export function object<Shape extends z.ZodRawShape>(
  type: string,
  description: string,
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape).describe(description).register(graphqlNotes, { type });
}

export function optional<T extends z.ZodType>(
  field: T,
  description: string,
  notes: GraphqlNotes = {},
): z.ZodOptional<T> {
  const described = field.optional().describe(description);
  graphqlNotes.add(described, notes);
  return described;
}

function choices<const Values extends Readonly<Record<string, string>>>(description: string, values: Values) {
  const names = Object.keys(values) as (keyof Values & string)[];
  return z.enum(names).register(graphqlNotes, { description, values });
}

/** The enums by the names of their types: what each is for, and what its values mean. */
const enums = {
  CustomerUpdateKind: choices('A billing detail that the customer may change in the portal.', {
    address: 'The billing address.',
    email: 'The billing e-mail address.',
    name: 'The name on invoices.',
    phone: 'The phone number.',
    shipping: 'The shipping address.',
    tax_id: 'Tax ids, such as a VAT number.',
  }),
  CancellationMode: choices('When a cancellation in the portal takes effect.', {
    at_period_end: 'At the end of the paid period.',
    immediately: 'At once.',
  }),
  CancellationReasonOption: choices('A reason that the portal offers to a customer who cancels.', {
    customer_service: 'The service was not good enough.',
    low_quality: 'The quality was less than expected.',
    missing_features: 'Some features are missing.',
    other: 'Another reason.',
    switched_service: 'The customer found an alternative.',
    too_complex: 'It was too hard to use.',
    too_expensive: 'It is too expensive.',
    unused: 'The customer does not use it enough.',
  }),
  TimeInterval: choices('A unit of time.', {
    day: 'A day.',
    week: 'A week.',
    month: 'A month.',
    year: 'A year.',
  }),
  PauseDurationType: choices('How the length of a pause is chosen.', {
    indefinite: 'The pause lasts until the customer resumes.',
    interval_options: 'The customer picks one of the preset lengths.',
  }),
  SubscriptionUpdateKind: choices('A change to a subscription that the customer may make in the portal.', {
    price: 'Switch to another price or product.',
    promotion_code: 'Enter a promotion code.',
    quantity: 'Change the quantity.',
  }),
  ProrationBehavior: choices('What a change charges or credits for the rest of the period.', {
    always_invoice: 'Stripe invoices the difference at once.',
    create_prorations: 'Stripe adds the difference to the next invoice.',
    none: 'Nothing.',
  }),
  BillingCycleAnchor: choices('What a change of a subscription does to the billing date.', {
    now: 'The billing date moves to the day of the change.',
    unchanged: 'The billing date stays.',
  }),
  ScheduleCondition: choices('A kind of change that waits for the end of the period.', {
    decreasing_item_amount: 'The new price is lower.',
    shortening_interval: 'The new billing interval is shorter.',
  }),
  TrialUpdateBehavior: choices('What a change of plan does to a running trial.', {
    continue_trial: 'The trial goes on.',
    end_trial: 'The trial ends.',
  }),
};
for (const [type, schema] of Object.entries(enums))
  graphqlNotes.add(schema, { ...graphqlNotes.get(schema), type });

export const scheduleCondition = enums.ScheduleCondition;

const enabled = optional(z.boolean(), 'Whether the portal offers the feature.');
/** Stripe refuses a change of these features without `enabled`. */
const requiredEnabled = enabled.clone().register(graphqlNotes, { required: true });

export const cancellationReason = object('PortalCancellationReason', 'Asking customers why they cancel.', {
  enabled: z.boolean().describe('Whether the portal asks customers.'),
  options: optional(z.array(enums.CancellationReasonOption), 'The reasons to choose from.'),
  feedback_options: optional(z.array(z.string()), 'The ids of custom feedback options, in their order.'),
});

/** Three years. */
const longestPause = { day: 1_096, week: 156, month: 36, year: 3 } as const;

const pauseInterval = object('PortalPauseInterval', 'A preset length of a pause: three years at most.', {
  interval: enums.TimeInterval.describe('The unit.'),
  interval_count: optional(z.int32().min(1), 'The number of units: 1 by default.'),
}).refine(
  ({ interval, interval_count: count = 1 }) => count <= longestPause[interval],
  'expected three years at most',
);

const pauseDuration = object('PortalPauseDuration', 'How long a subscription can be paused.', {
  type: enums.PauseDurationType.describe('How the length is chosen.'),
  interval_options: optional(z.array(pauseInterval), 'The lengths to choose from.'),
});

const product = object('PortalProduct', 'A product that customers may switch to.', {
  product: z.string().min(1).describe("The product's id, `prod_…`."),
  prices: z.array(z.string().min(1)).min(1).describe('The ids of the offered prices, `price_…`.'),
  adjustable_quantity: object('PortalAdjustableQuantity', 'Changing the quantity of a product.', {
    enabled: z.boolean().describe('Whether customers may change the quantity.'),
    minimum: optional(z.int().min(0), 'The smallest quantity.'),
    maximum: optional(z.int().min(1), 'The largest quantity. Without one, there is no limit.', {
      nullable: true,
    }),
  })
    .refine(({ minimum = 0, maximum = minimum }) => maximum >= minimum, {
      path: ['maximum'],
      error: 'expected not less than the minimum',
    })
    .optional(),
});

const maxProducts = 10;
const products = z.array(product).max(maxProducts, {
  error: ({ input }) => `expected at most ${maxProducts} products, not ${(input as unknown[]).length}`,
});

/** In GraphQL, this is a list of the conditions. Stripe wraps each in an object. */
export const scheduleAtPeriodEnd = z.strictObject({
  conditions: z.array(z.strictObject({ type: scheduleCondition })),
});

export const configurationFeaturesSchema = object('PortalFeatures', 'What customers can do in the portal.', {
  customer_update: object('PortalCustomerUpdate', 'Changing billing details.', {
    enabled,
    allowed_updates: optional(z.array(enums.CustomerUpdateKind), 'The details that customers may change.'),
  }).optional(),
  invoice_history: object('PortalInvoiceHistory', 'Seeing past invoices.', {
    enabled: requiredEnabled,
  }).optional(),
  payment_method_update: object('PortalPaymentMethodUpdate', 'Changing payment methods.', {
    enabled: requiredEnabled,
    payment_method_configuration: optional(
      z.string().regex(/^pmc_/, 'expected an id such as pmc_…'),
      'The payment method configuration, `pmc_…`, that decides which kinds are offered. Without one, the default configuration decides.',
      { nullable: true },
    ),
  }).optional(),
  subscription_cancel: object('PortalSubscriptionCancel', 'Cancelling a subscription.', {
    enabled,
    mode: optional(enums.CancellationMode, 'When a cancellation takes effect.'),
    proration_behavior: optional(
      enums.ProrationBehavior,
      'What Stripe credits for the rest of the period: nothing where cancellations wait for its end.',
    ),
    cancellation_reason: cancellationReason.optional(),
  }).optional(),
  subscription_pause: object('PortalSubscriptionPause', 'Pausing a subscription.', {
    enabled,
    duration: optional(pauseDuration, 'How long a pause lasts.', { nullable: true }),
  }).optional(),
  subscription_update: object('PortalSubscriptionUpdate', 'Changing a subscription.', {
    enabled,
    default_allowed_updates: optional(
      z.array(enums.SubscriptionUpdateKind),
      'The changes that customers may make.',
    ),
    products: optional(products, `The products to choose from, ${maxProducts} at most.`),
    proration_behavior: optional(
      enums.ProrationBehavior,
      'What Stripe charges or credits for the rest of the period.',
    ),
    billing_cycle_anchor: optional(enums.BillingCycleAnchor, 'What happens to the billing date.', {
      nullable: true,
    }),
    schedule_at_period_end: optional(
      scheduleAtPeriodEnd,
      'The kinds of change that wait for the end of the period.',
    ),
    trial_update_behavior: optional(enums.TrialUpdateBehavior, 'What happens to a running trial.'),
  }).optional(),
});

export type ConfigurationFeatures = z.infer<typeof configurationFeaturesSchema>;
export type FeatureName = keyof ConfigurationFeatures;

export const featureNames = Object.keys(configurationFeaturesSchema.shape) as FeatureName[];
