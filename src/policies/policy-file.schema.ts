import { z } from 'zod';
import { policyFeaturesSchema } from './policy-features.schema.ts';

const httpUrl = z.url({ protocol: /^https?$/ });
const oneOrMore = z.union([z.string(), z.array(z.string()).min(1)]);
const claimValue = z.union([z.string(), z.number(), z.boolean()]);

/** Those of subscriptions that have not ended; what has ended is no fact about a customer any more. */
const subscriptionStatus = z.enum(['active', 'incomplete', 'past_due', 'paused', 'trialing', 'unpaid']);

const hoursInMonth = 31 * 24;

const afterExpirationSchema = z
  .strictObject({
    customer_login: z.strictObject({
      expires_after_hours: z
        .int()
        .min(1)
        .max(hoursInMonth)
        .describe('For how long a session can be recovered.'),
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
            z.union([
              z.strictObject({ coupon: z.string().min(1) }),
              z.strictObject({ promotion_code: z.string().startsWith('promo_') }),
            ]),
          )
          .length(1),
      })
      .optional()
      .describe('The discount of a confirmed change.'),
  })
  .describe('What deep links carry that clients must not choose.');

export const policySchema = z
  .strictObject({
    extends: z.string().optional().describe('The policy whose content this one starts from.'),
    business_profile: z
      .strictObject({
        headline: z
          .string()
          .optional()
          .describe('The sentence at the top of the portal, 60 characters at most.'),
        privacy_policy_url: httpUrl.optional(),
        terms_of_service_url: httpUrl.optional(),
      })
      .optional(),
    default_return_url: httpUrl.optional(),
    login_page: z
      .strictObject({ enabled: z.boolean() })
      .optional()
      .describe("Stripe's hosted login page: a second way into the portal, past these rules."),
    features: policyFeaturesSchema.optional(),
    after_expiration: afterExpirationSchema.optional(),
    on_behalf_of: z
      .string()
      .startsWith('acct_')
      .optional()
      .describe('The connected account to act on behalf of.'),
    flows: flowsSchema.optional(),
  })
  .describe('What customers may do.');

export const conditionSchema = z
  .strictObject({
    under_contract: z.boolean().optional().describe("Whether the mapping's contract end lies in the future."),
    plan: oneOrMore
      .optional()
      .describe('A product or price of a subscription that is active, trialing or past due.'),
    subscription_status: z
      .union([subscriptionStatus, z.array(subscriptionStatus).min(1)])
      .optional()
      .describe("The status of one of the customer's subscriptions."),
    role: oneOrMore.optional().describe("A role of the caller's token."),
    claim: z
      .record(z.string(), z.union([claimValue, z.array(claimValue).min(1)]))
      .optional()
      .describe("Claims of the caller's token, by name or dotted path."),
    attribute: z.record(z.string(), oneOrMore).optional().describe('Attributes of the mapping.'),
  })
  .describe('Facts that must all hold; of several values given, one is enough.');

export const policyFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    policies: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/), policySchema),
    rules: z
      .array(z.strictObject({ when: conditionSchema, use: z.string() }))
      .default([])
      .describe('Tried in order; the first whose facts all hold decides.'),
    default: z.string().describe('The policy when no rule decides.'),
    strictest: z.string().describe('The policy when a fact that a rule asks for cannot be known.'),
  })
  .describe('Portal policies of billing-portal-graphql.');

export type PolicyDraft = z.output<typeof policySchema>;
export type Condition = z.output<typeof conditionSchema>;
export type PolicyFile = z.output<typeof policyFileSchema>;
