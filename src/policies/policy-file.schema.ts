import { z } from 'zod';
import { configurationSchema } from '../configurations/configuration.schema.ts';

const oneOrMore = z.union([z.string(), z.array(z.string()).min(1)], 'expected a text, or a list of texts');
const claimValue = z.union([z.string(), z.number(), z.boolean()], 'expected a text, a number or a boolean');

/** Statuses of subscriptions that have not ended. Rules do not see ended subscriptions. */
const subscriptionStatus = z.enum(['active', 'incomplete', 'past_due', 'paused', 'trialing', 'unpaid']);

const hoursInMonth = 31 * 24;

const afterExpirationSchema = z
  .strictObject({
    customer_login: z.strictObject({
      expires_after_hours: z
        .int()
        .min(1)
        .max(hoursInMonth)
        .describe('For how long a session can be recovered: 744 hours, a month, at most.'),
    }),
  })
  .describe('Lets customers recover an expired session by logging in with their e-mail address.');

const flowsSchema = z
  .strictObject({
    subscription_cancel: z
      .strictObject({
        retention: z.strictObject({
          type: z.literal('coupon_offer'),
          coupon_offer: z.strictObject({ coupon: z.string().min(1) }),
        }),
      })
      .optional()
      .describe('What a customer is offered for staying.'),
    subscription_update_confirm: z
      .strictObject({
        discounts: z
          .array(
            z.union(
              [
                z.strictObject({ coupon: z.string().min(1) }),
                z.strictObject({ promotion_code: z.string().regex(/^promo_/) }),
              ],
              'expected a coupon, or a promotion_code by its id promo_…',
            ),
          )
          .length(1),
      })
      .optional()
      .describe('The discount of a confirmed change.'),
  })
  .describe('What deep links carry that clients must not choose.');

export const policySchema = z
  .strictObject({
    extends: z.string().optional().describe('The policy that this one starts from.'),
    ...configurationSchema.shape,
    after_expiration: afterExpirationSchema.optional(),
    on_behalf_of: z
      .string()
      .regex(/^acct_/, 'expected an id such as acct_…')
      .optional()
      .describe('The connected account to act on behalf of.'),
    flows: flowsSchema.optional(),
  })
  .describe('What customers may do.');

const conditionFields = {
  under_contract: z.boolean().optional().describe("Whether the mapping's contract end lies in the future."),
  plan: oneOrMore
    .optional()
    .describe('A product or price of a subscription that is active, trialing or past due.'),
  subscription_status: z
    .union(
      [subscriptionStatus, z.array(subscriptionStatus).min(1)],
      `expected one or more of ${subscriptionStatus.options.join(', ')}`,
    )
    .optional()
    .describe("The status of one of the customer's subscriptions."),
  role: oneOrMore.optional().describe("A role of the caller's token."),
  claim: mapOf(
    z.union(
      [claimValue, z.array(claimValue).min(1)],
      'expected a text, a number or a boolean, or a list of them',
    ),
  )
    .optional()
    .describe("Claims of the caller's token, by name or dotted path."),
  attribute: mapOf(oneOrMore).optional().describe('Attributes of the mapping.'),
};

const conditionSchema = z
  .strictObject(conditionFields)
  .refine((condition) => Object.keys(condition).length > 0, {
    error: `expected at least one of ${Object.keys(conditionFields).join(', ')}`,
  })
  .meta({ minProperties: 1 })
  .describe('All facts must match. If a fact lists several values, matching any one is enough.');

export const policyFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    policies: z.record(
      z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'expected a name of up to 40 of a-z, 0-9, - and _'),
      policySchema,
    ),
    rules: z
      .array(z.strictObject({ when: conditionSchema, use: z.string() }))
      .default([])
      .describe('Tried in order: the first rule that matches applies.'),
    default: z.string().describe('The policy when no rule decides.'),
    strictest: z.string().describe('The policy when a fact that a rule asks for cannot be known.'),
  })
  .describe('Portal policies of billing-portal-graphql.');

export type PolicyDraft = z.output<typeof policySchema>;
export type Condition = z.output<typeof conditionSchema>;
export type PolicyFile = z.output<typeof policyFileSchema>;

/** Values by names that the operator chooses. Without the minimum, an empty condition would match every user. */
function mapOf<T extends z.ZodType>(value: T) {
  return z
    .record(z.string(), value)
    .refine((map) => Object.keys(map).length > 0, 'expected at least one')
    .meta({ minProperties: 1 });
}
