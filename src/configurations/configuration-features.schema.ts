import { z } from 'zod';

/**
 * The six features in Stripe's own words, as creating a configuration takes them:
 * https://docs.stripe.com/api/customer_portal/configurations/create
 */

const maxProducts = 10;

const enabled = z.boolean().optional().describe('Whether the portal offers the feature. Off when left out.');
const prorations = z.enum(['always_invoice', 'create_prorations', 'none']);

const customerUpdate = z
  .strictObject({
    enabled,
    allowed_updates: z
      .array(z.enum(['address', 'email', 'name', 'phone', 'shipping', 'tax_id']))
      .optional()
      .describe('The details that customers may change.'),
  })
  .describe('Changing billing details.');

const invoiceHistory = z.strictObject({ enabled }).describe('Seeing past invoices.');

const paymentMethodUpdate = z
  .strictObject({
    enabled,
    payment_method_configuration: z
      .string()
      .regex(/^pmc_/, 'expected an id such as pmc_…')
      .optional()
      .describe('The payment method configuration that decides which kinds are offered.'),
  })
  .describe('Changing payment methods.');

const cancellationReason = z.strictObject({
  enabled: z.boolean().describe('Whether customers are asked.'),
  options: z
    .array(
      z.enum([
        'customer_service',
        'low_quality',
        'missing_features',
        'other',
        'switched_service',
        'too_complex',
        'too_expensive',
        'unused',
      ]),
    )
    .optional()
    .describe('The reasons to choose from.'),
  feedback_options: z.array(z.string()).optional().describe('Ids of custom feedback options.'),
});

const subscriptionCancel = z
  .strictObject({
    enabled,
    mode: z.enum(['at_period_end', 'immediately']).optional().describe('When a cancellation takes effect.'),
    proration_behavior: prorations.optional().describe('Only `none` at the end of a period.'),
    cancellation_reason: cancellationReason.optional().describe('Asking customers why they cancel.'),
  })
  .describe('Cancelling a subscription.');

const subscriptionPause = z
  .strictObject({
    enabled,
    duration: z
      .strictObject({
        type: z.enum(['indefinite', 'interval_options']),
        interval_options: z
          .array(
            z.strictObject({
              interval: z.enum(['day', 'week', 'month', 'year']),
              interval_count: z.int().min(1).optional(),
            }),
          )
          .optional()
          .describe('The lengths to choose from, three years at most.'),
      })
      .optional(),
  })
  .describe('Pausing a subscription.');

const product = z.strictObject({
  product: z.string().min(1).describe("The product's id."),
  prices: z.array(z.string().min(1)).min(1).describe('The ids of the prices that are offered.'),
  adjustable_quantity: z
    .strictObject({
      enabled: z.boolean(),
      minimum: z.int().min(0).optional(),
      maximum: z.int().min(1).optional(),
    })
    .optional(),
});

const subscriptionUpdate = z
  .strictObject({
    enabled,
    default_allowed_updates: z.array(z.enum(['price', 'promotion_code', 'quantity'])).optional(),
    products: z
      .array(product)
      .max(maxProducts, {
        error: ({ input }) => `expected at most ${maxProducts} products, not ${(input as unknown[]).length}`,
      })
      .optional()
      .describe(`Up to ${maxProducts} products to choose from.`),
    proration_behavior: prorations.optional(),
    billing_cycle_anchor: z.enum(['now', 'unchanged']).optional(),
    schedule_at_period_end: z
      .strictObject({
        conditions: z.array(
          z.strictObject({ type: z.enum(['decreasing_item_amount', 'shortening_interval']) }),
        ),
      })
      .optional()
      .describe('The kinds of change that wait for the end of the period.'),
    trial_update_behavior: z.enum(['continue_trial', 'end_trial']).optional(),
  })
  .describe('Changing a subscription.');

export const configurationFeaturesSchema = z
  .strictObject({
    customer_update: customerUpdate.optional(),
    invoice_history: invoiceHistory.optional(),
    payment_method_update: paymentMethodUpdate.optional(),
    subscription_cancel: subscriptionCancel.optional(),
    subscription_pause: subscriptionPause.optional(),
    subscription_update: subscriptionUpdate.optional(),
  })
  .describe('What customers can do in the portal. A feature that is left out is off.');

export type ConfigurationFeatures = z.infer<typeof configurationFeaturesSchema>;
export type FeatureName = keyof ConfigurationFeatures;

export const featureNames = Object.keys(configurationFeaturesSchema.shape) as FeatureName[];
