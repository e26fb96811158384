import { z } from 'zod';

/**
 * Defines the six features, with Stripe's field names: https://docs.stripe.com/api/customer_portal/configurations/create
 * These schemas check policies and inputs, and `feature-types.ts` creates the GraphQL types from them.
 */

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

function namedEnum<const Values extends Readonly<Record<string, string>>>(
  type: string,
  description: string,
  values: Values,
) {
  return z
    .enum(Object.keys(values) as (keyof Values & string)[])
    .register(graphqlNotes, { type, description, values });
}

const enabled = z.boolean().optional().describe('Whether the portal offers the feature.');
/** Stripe refuses a change of these features without `enabled`. */
const requiredEnabled = enabled.clone().register(graphqlNotes, { required: true });

const prorations = namedEnum(
  'ProrationBehavior',
  'What a change charges or credits for the rest of the period.',
  {
    always_invoice: 'Stripe invoices the difference at once.',
    create_prorations: 'Stripe adds the difference to the next invoice.',
    none: 'Nothing.',
  },
);

const customerUpdate = z
  .strictObject({
    enabled,
    allowed_updates: z
      .array(
        namedEnum('CustomerUpdateKind', 'A billing detail that the customer may change in the portal.', {
          address: 'The billing address.',
          email: 'The billing e-mail address.',
          name: 'The name on invoices.',
          phone: 'The phone number.',
          shipping: 'The shipping address.',
          tax_id: 'Tax ids, such as a VAT number.',
        }),
      )
      .optional()
      .describe('The details that customers may change.'),
  })
  .describe('Changing billing details.')
  .register(graphqlNotes, { type: 'PortalCustomerUpdate' });

const invoiceHistory = z
  .strictObject({ enabled: requiredEnabled })
  .describe('Seeing past invoices.')
  .register(graphqlNotes, { type: 'PortalInvoiceHistory' });

const paymentMethodUpdate = z
  .strictObject({
    enabled: requiredEnabled,
    payment_method_configuration: z
      .string()
      .regex(/^pmc_/, 'expected an id such as pmc_…')
      .optional()
      .describe(
        'The payment method configuration, `pmc_…`, that decides which kinds are offered. Without one, the default configuration decides.',
      )
      .register(graphqlNotes, { nullable: true }),
  })
  .describe('Changing payment methods.')
  .register(graphqlNotes, { type: 'PortalPaymentMethodUpdate' });

export const cancellationReason = z
  .strictObject({
    enabled: z.boolean().describe('Whether the portal asks customers.'),
    options: z
      .array(
        namedEnum('CancellationReasonOption', 'A reason that the portal offers to a customer who cancels.', {
          customer_service: 'The service was not good enough.',
          low_quality: 'The quality was less than expected.',
          missing_features: 'Some features are missing.',
          other: 'Another reason.',
          switched_service: 'The customer found an alternative.',
          too_complex: 'It was too hard to use.',
          too_expensive: 'It is too expensive.',
          unused: 'The customer does not use it enough.',
        }),
      )
      .optional()
      .describe('The reasons to choose from.'),
    feedback_options: z
      .array(z.string())
      .optional()
      .describe('The ids of custom feedback options, in their order.'),
  })
  .describe('Asking customers why they cancel.')
  .register(graphqlNotes, { type: 'PortalCancellationReason' });

const subscriptionCancel = z
  .strictObject({
    enabled,
    mode: namedEnum('CancellationMode', 'When a cancellation in the portal takes effect.', {
      at_period_end: 'At the end of the paid period.',
      immediately: 'At once.',
    })
      .optional()
      .describe('When a cancellation takes effect.'),
    proration_behavior: prorations
      .optional()
      .describe('What Stripe credits for the rest of the period: only `none` at the end of a period.'),
    cancellation_reason: cancellationReason.optional(),
  })
  .describe('Cancelling a subscription.')
  .register(graphqlNotes, { type: 'PortalSubscriptionCancel' });

const pauseInterval = z
  .strictObject({
    interval: namedEnum('TimeInterval', 'A unit of time.', {
      day: 'A day.',
      week: 'A week.',
      month: 'A month.',
      year: 'A year.',
    }).describe('The unit.'),
    interval_count: z.int().min(1).optional().describe('The number of units: 1 by default.'),
  })
  .describe('A preset length of a pause: three years at most.')
  .register(graphqlNotes, { type: 'PortalPauseInterval' });

const pauseDuration = z
  .strictObject({
    type: namedEnum('PauseDurationType', 'How the length of a pause is chosen.', {
      indefinite: 'The pause lasts until the customer resumes.',
      interval_options: 'The customer picks one of the preset lengths.',
    }).describe('How the length is chosen.'),
    interval_options: z.array(pauseInterval).optional().describe('The lengths to choose from.'),
  })
  .describe('How long a subscription can be paused.')
  .register(graphqlNotes, { type: 'PortalPauseDuration' });

const subscriptionPause = z
  .strictObject({
    enabled,
    duration: pauseDuration
      .optional()
      .describe('How long a pause lasts.')
      .register(graphqlNotes, { nullable: true }),
  })
  .describe('Pausing a subscription.')
  .register(graphqlNotes, { type: 'PortalSubscriptionPause' });

const adjustableQuantity = z
  .strictObject({
    enabled: z.boolean().describe('Whether customers may change the quantity.'),
    minimum: z.int().min(0).optional().describe('The smallest quantity.'),
    maximum: z
      .int()
      .min(1)
      .optional()
      .describe('The largest quantity. Without one, there is no limit.')
      .register(graphqlNotes, { nullable: true }),
  })
  .describe('Changing the quantity of a product.')
  .register(graphqlNotes, { type: 'PortalAdjustableQuantity' });

const product = z
  .strictObject({
    product: z.string().min(1).describe("The product's id, `prod_…`."),
    prices: z.array(z.string().min(1)).min(1).describe('The ids of the offered prices, `price_…`.'),
    adjustable_quantity: adjustableQuantity.optional(),
  })
  .describe('A product that customers may switch to.')
  .register(graphqlNotes, { type: 'PortalProduct' });

const scheduleAtPeriodEnd = z.strictObject({
  conditions: z.array(
    z.strictObject({
      type: namedEnum('ScheduleCondition', 'A kind of change that waits for the end of the period.', {
        decreasing_item_amount: 'The new price is lower.',
        shortening_interval: 'The new billing interval is shorter.',
      }),
    }),
  ),
});

const maxProducts = 10;

const subscriptionUpdate = z
  .strictObject({
    enabled,
    default_allowed_updates: z
      .array(
        namedEnum(
          'SubscriptionUpdateKind',
          'A change to a subscription that the customer may make in the portal.',
          {
            price: 'Switch to another price or product.',
            promotion_code: 'Enter a promotion code.',
            quantity: 'Change the quantity.',
          },
        ),
      )
      .optional()
      .describe('The changes that customers may make.'),
    products: z
      .array(product)
      .max(maxProducts, {
        error: ({ input }) => `expected at most ${maxProducts} products, not ${(input as unknown[]).length}`,
      })
      .optional()
      .describe(`The products to choose from, ${maxProducts} at most.`),
    proration_behavior: prorations
      .optional()
      .describe('What Stripe charges or credits for the rest of the period.'),
    billing_cycle_anchor: namedEnum(
      'BillingCycleAnchor',
      'What a change of a subscription does to the billing date.',
      { now: 'The billing date moves to the day of the change.', unchanged: 'The billing date stays.' },
    )
      .optional()
      .describe('What happens to the billing date.')
      .register(graphqlNotes, { nullable: true }),
    schedule_at_period_end: scheduleAtPeriodEnd
      .optional()
      .describe('The kinds of change that wait for the end of the period.'),
    trial_update_behavior: namedEnum(
      'TrialUpdateBehavior',
      'What a change of plan does to a running trial.',
      { continue_trial: 'The trial goes on.', end_trial: 'The trial ends.' },
    )
      .optional()
      .describe('What happens to a running trial.'),
  })
  .describe('Changing a subscription.')
  .register(graphqlNotes, { type: 'PortalSubscriptionUpdate' });

export const configurationFeaturesSchema = z
  .strictObject({
    customer_update: customerUpdate.optional(),
    invoice_history: invoiceHistory.optional(),
    payment_method_update: paymentMethodUpdate.optional(),
    subscription_cancel: subscriptionCancel.optional(),
    subscription_pause: subscriptionPause.optional(),
    subscription_update: subscriptionUpdate.optional(),
  })
  .describe('What customers can do in the portal.')
  .register(graphqlNotes, { type: 'PortalFeatures' });

export type ConfigurationFeatures = z.infer<typeof configurationFeaturesSchema>;
export type FeatureName = keyof ConfigurationFeatures;

export const featureNames = Object.keys(configurationFeaturesSchema.shape) as FeatureName[];
