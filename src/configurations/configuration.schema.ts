import { z } from 'zod';
import { countCharacters } from '../shared/texts.ts';
import { configurationFeaturesSchema, graphqlNotes } from './configuration-features.schema.ts';

const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });
const text = { nullable: true, text: true } as const;

const maxHeadline = 60;

const headline = z
  .string()
  .refine((text) => countCharacters(text) <= maxHeadline, {
    error: ({ input }) =>
      `expected at most ${maxHeadline} characters, not ${countCharacters(input as string)}`,
  })
  .meta({ maxLength: maxHeadline })
  .describe(`The sentence at the top of the portal, ${maxHeadline} characters at most.`);

export const businessProfileSchema = z
  .strictObject({
    headline: headline.optional().register(graphqlNotes, text),
    privacy_policy_url: httpUrl
      .optional()
      .describe("The business's privacy policy.")
      .register(graphqlNotes, text),
    terms_of_service_url: httpUrl
      .optional()
      .describe("The business's terms of service.")
      .register(graphqlNotes, text),
  })
  .describe('What the portal says about the business.')
  .register(graphqlNotes, { type: 'PortalBusinessProfile' });

/** What a portal configuration may contain, in Stripe's words. A policy extends it. */
export const configurationSchema = z.strictObject({
  business_profile: businessProfileSchema.optional(),
  default_return_url: httpUrl
    .optional()
    .describe('The return URL of sessions that name none: within the allowed return URLs.')
    .register(graphqlNotes, text),
  login_page: z
    .strictObject({ enabled: z.boolean().describe('Whether the page can be used.') })
    .describe("Stripe's own page on which customers log in to the portal by e-mail.")
    .register(graphqlNotes, { type: 'PortalLoginPage' })
    .optional()
    .describe("Stripe's hosted login page: a second way into the portal, which no rule restricts."),
  features: configurationFeaturesSchema
    .optional()
    .describe('What customers can do in the portal. A feature that is left out is off.'),
});

/** What administrators may set. The name of a policy's configuration is the policy's. */
export const configurationInputSchema = z
  .strictObject({
    name: z.string().optional().describe('A name for administrators.').register(graphqlNotes, text),
    ...configurationSchema.shape,
  })
  .describe(
    'The fields of a portal configuration. An update keeps the fields that are left out; null removes a text, and [] empties a list.',
  )
  .register(graphqlNotes, { type: 'BillingPortalConfiguration' });

/** The fields of a configuration before it is compiled for Stripe: a field that is left out keeps its default. */
export type ConfigurationSpec = z.output<typeof configurationSchema>;

/** Merges objects field by field. Lists and single values of `over` replace those of `base`. */
export function mergeSpecs<T extends ConfigurationSpec>(base: T, over: T): T {
  return merge(base, over) as T;
}

function merge(base: object, over: object): object {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isPlainObject(before) && isPlainObject(value) ? merge(before, value) : value;
  }
  return merged;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
