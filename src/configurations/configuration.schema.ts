import * as z from 'zod';
import { countCharacters } from '../shared/texts.ts';
import { configurationFeaturesSchema, object, optional } from './configuration-features.schema.ts';

const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });
export const text = { nullable: true, text: true } as const;

const maxHeadline = 60;
const headline = z
  .string()
  .refine((value) => countCharacters(value) <= maxHeadline, {
    error: ({ input }) =>
      `expected at most ${maxHeadline} characters, not ${countCharacters(input as string)}`,
  })
  .meta({ maxLength: maxHeadline });

export const businessProfileSchema = object(
  'PortalBusinessProfile',
  'What the portal says about the business.',
  {
    headline: optional(
      headline,
      `The sentence at the top of the portal, ${maxHeadline} characters at most.`,
      text,
    ),
    privacy_policy_url: optional(httpUrl, "The business's privacy policy.", text),
    terms_of_service_url: optional(httpUrl, "The business's terms of service.", text),
  },
);

export const loginPageSchema = object(
  'PortalLoginPage',
  "Stripe's own page on which customers log in to the portal by e-mail.",
  { enabled: z.boolean().describe('Whether the page can be used.') },
);

/** What a portal configuration may contain, in Stripe's words. A policy extends it. */
export const configurationSchema = z.strictObject({
  business_profile: businessProfileSchema.optional(),
  default_return_url: optional(
    httpUrl,
    'The return URL of sessions that name none: within the allowed return URLs.',
    text,
  ),
  login_page: optional(
    loginPageSchema,
    "Stripe's hosted login page: a second way into the portal, which no rule restricts.",
  ),
  features: optional(
    configurationFeaturesSchema,
    'What customers can do in the portal. A feature that was never set is off.',
  ),
});

/** What administrators may set. The name of a policy's configuration is the policy's. */
export const configurationInputSchema = object(
  'BillingPortalConfiguration',
  'The fields of a portal configuration. An update keeps the fields that are left out; null removes a text, and [] empties a list.',
  { name: optional(z.string(), 'A name for administrators.', text), ...configurationSchema.shape },
);

/** The fields of a configuration before it is compiled for Stripe: a field that is left out keeps its default. */
export type ConfigurationSpec = z.output<typeof configurationSchema>;

/** Merges objects field by field. Lists and single values of `over` replace those of `base`. */
export function mergeSpecs<T>(base: T, over: T): T {
  if (!isObject(base) || !isObject(over)) return over;
  const merged = Object.entries(over).map(([key, value]) => [key, mergeSpecs(base[key], value)]);
  return { ...base, ...Object.fromEntries(merged) } as T;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields that clients know by other names than Stripe's in camel case. */
const inputNames: ReadonlyMap<string, string> = new Map([
  ['product', 'productId'],
  ['prices', 'priceIds'],
  ['payment_method_configuration', 'paymentMethodConfigurationId'],
  ['feedback_options', 'feedbackOptionIds'],
  ['created', 'createdAt'],
  ['updated', 'updatedAt'],
]);

/** The name in GraphQL and REST of a field of Stripe's. */
export function toInputName(name: string): string {
  return inputNames.get(name) ?? name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** Stripe wraps each of these conditions in an object, which the input does not. */
const conditionPath = /(schedule_at_period_end)\.conditions(\.\d+)?(\.type)?$/;

/** The path of a field in an administrator's input, for Stripe's `features[a][enabled]` or for `features.a.enabled`. */
export function toInputPath(path: string): string {
  const dotted = path.replaceAll('[', '.').replaceAll(']', '').replace(conditionPath, '$1$2');
  return dotted.split('.').map(toInputName).join('.');
}
