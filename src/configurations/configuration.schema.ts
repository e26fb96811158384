import { z } from 'zod';
import { countCharacters } from '../shared/texts.ts';
import { configurationFeaturesSchema } from './configuration-features.schema.ts';

const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });

const maxHeadline = 60;

const headline = z
  .string()
  .refine((text) => countCharacters(text) <= maxHeadline, {
    error: ({ input }) =>
      `expected at most ${maxHeadline} characters, not ${countCharacters(input as string)}`,
  })
  .meta({ maxLength: maxHeadline })
  .describe(`The sentence at the top of the portal, ${maxHeadline} characters at most.`);

/** What a portal configuration may contain, in Stripe's words. A policy extends it. */
export const configurationSchema = z.strictObject({
  business_profile: z
    .strictObject({
      headline: headline.optional(),
      privacy_policy_url: httpUrl.optional(),
      terms_of_service_url: httpUrl.optional(),
    })
    .optional(),
  default_return_url: httpUrl.optional(),
  login_page: z
    .strictObject({ enabled: z.boolean() })
    .optional()
    .describe("Stripe's hosted login page: a second way into the portal, which no rule restricts."),
  features: configurationFeaturesSchema
    .optional()
    .describe('What customers can do in the portal. A feature that is left out is off.'),
});

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
