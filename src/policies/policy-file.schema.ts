import * as z from 'zod';
import { optional } from '../configurations/configuration-features.schema.ts';
import { configurationSchema } from '../configurations/configuration.schema.ts';

function oneOrMore<T extends z.ZodType>(value: T, fault: string) {
  return z.union([value, z.array(value).min(1)], fault);
}

const policyName = z.string('expected the name of a policy');

/** Values by names that the operator chooses. Without the minimum, an empty condition would match every user. */
function mapOf<T extends z.ZodType>(value: T) {
  return z
    .record(z.string(), value)
    .refine((map) => Object.keys(map).length > 0, 'expected at least one')
    .meta({ minProperties: 1 });
}

const texts = oneOrMore(z.string(), 'expected a text, or a list of texts');
/** Larger numbers are rounded when they are read, so a rule would also match the claims of others. */
const exactNumber = z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);
const claimValue = z.union([z.string(), exactNumber, z.boolean()], 'expected a text, a number or a boolean');
const claimFault = 'expected a text, a number or a boolean, or a list of them';

/** Statuses of subscriptions that have not ended. Rules do not see ended subscriptions. */
const subscriptionStatus = z.enum(['active', 'incomplete', 'past_due', 'paused', 'trialing', 'unpaid']);
const statusFault = `expected one or more of ${subscriptionStatus.options.join(', ')}`;

const hoursInMonth = 31 * 24;
const customerLogin = z.strictObject({
  expires_after_hours: z
    .int()
    .min(1)
    .max(hoursInMonth)
    .describe('For how long a session can be recovered: 744 hours, a month, at most.'),
});

const coupon = z.strictObject({ coupon: z.string().min(1) });
const promotionCode = z.strictObject({ promotion_code: z.string().regex(/^promo_/) });
const discount = z.union([coupon, promotionCode], 'expected a coupon, or a promotion_code by its id promo_…');
const retention = z.strictObject({ type: z.literal('coupon_offer'), coupon_offer: coupon });

const flows = z.strictObject({
  subscription_cancel: optional(z.strictObject({ retention }), 'What a customer is offered for staying.'),
  subscription_update_confirm: optional(
    z.strictObject({ discounts: z.array(discount).length(1) }),
    'The discount of a confirmed change.',
  ),
});

export const policySchema = z
  .strictObject({
    extends: optional(policyName, 'The policy that this one starts from.'),
    ...configurationSchema.shape,
    after_expiration: optional(
      z.strictObject({ customer_login: customerLogin }),
      'Lets customers recover an expired session by logging in with their e-mail address.',
    ),
    on_behalf_of: optional(
      z.string().regex(/^acct_/, 'expected an id such as acct_…'),
      'The connected account to act on behalf of.',
    ),
    flows: optional(flows, 'What deep links carry that clients must not choose.'),
  })
  .describe('What customers may do.');

const conditionFields = {
  under_contract: optional(z.boolean(), "Whether the mapping's contract end lies in the future."),
  plan: optional(texts, 'A product or price of a subscription that is active, trialing or past due.'),
  subscription_status: optional(
    oneOrMore(subscriptionStatus, statusFault),
    "The status of one of the customer's subscriptions.",
  ),
  role: optional(texts, "A role of the caller's token."),
  claim: optional(
    mapOf(oneOrMore(claimValue, claimFault)),
    "Claims of the caller's token, by name or dotted path.",
  ),
  attribute: optional(mapOf(texts), 'Attributes of the mapping.'),
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
      .array(z.strictObject({ when: conditionSchema, use: policyName }))
      .default([])
      .describe('Tried in order: the first rule that matches applies.'),
    default: policyName.describe('The policy when no rule decides.'),
    strictest: policyName.describe('The policy when a fact that a rule asks for cannot be known.'),
  })
  .describe('Portal policies of billing-portal-graphql.');

export type PolicyDraft = z.output<typeof policySchema>;
export type Condition = z.output<typeof conditionSchema>;
export type PolicyFile = z.output<typeof policyFileSchema>;
