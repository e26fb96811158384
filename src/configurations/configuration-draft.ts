import { BadUserInputError } from '../shared/errors.ts';
import { type FieldFault, findRefusals } from './configuration-checks.ts';
import type { FeatureName } from './configuration-features.schema.ts';
import { type ConfigurationSpec, configurationSchema, mergeSpecs } from './configuration.schema.ts';
import { toInputPath } from './input-path.ts';
import type { BillingPortalConfigurationInput } from './portal-configuration.inputs.ts';
import { readConfigurationInput } from './feature-types.ts';

/** An administrator's input in Stripe's words. A field that is left out is undefined; an empty text removes one. */
export interface ConfigurationDraft {
  readonly default_return_url?: string;
  readonly business_profile?: object;
  readonly login_page?: { readonly enabled: boolean };
  readonly features?: Readonly<Partial<Record<FeatureName, { readonly enabled?: boolean }>>>;
}

export function createDraft(input: BillingPortalConfigurationInput): ConfigurationDraft {
  return readConfigurationInput(input);
}

/**
 * Refuses what Stripe would refuse, by the rules that apply to policies.
 *
 * @param existing the features that the draft changes; a fault that they already have is not reported
 * @throws BadUserInputError with every fault
 */
export function checkDraft(draft: object, existing: object = {}): ConfigurationSpec {
  const { success, data, error } = configurationSchema.safeParse(omitEmpty(draft));
  if (!success)
    throw refuse(error.issues.map(({ path, message }) => ({ path: path.join('.'), expected: message })));
  const before = omitEmpty({ features: existing }) as ConfigurationSpec;
  const known = new Set(findRefusals(before).map(({ path }) => path));
  const faults = findRefusals(mergeSpecs(before, data)).filter(({ path }) => !known.has(path));
  if (faults.length > 0) throw refuse(faults);
  return data;
}

/** Omits null (Stripe's "no value") and empty strings (which clear a field): a policy omits such fields. */
function omitEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(omitEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== '');
  return Object.fromEntries(entries.map(([key, inner]) => [key, omitEmpty(inner)]));
}

function refuse(faults: readonly FieldFault[]): BadUserInputError {
  const texts = faults.map(
    ({ path, expected }) => `${toInputPath(path)}: expected ${expected.replace(/^.*?\bexpected /, '')}`,
  );
  return new BadUserInputError(`${texts.join('; ')}.`);
}
