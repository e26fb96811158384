import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type { Policy } from './policy-file.ts';
import { type FeatureName, type PolicyFeatures, featureNames } from './policy-features.schema.ts';

/** What Stripe is given to make a configuration, without the metadata that it is found by. */
export type ConfigurationContent = Omit<
  Stripe.BillingPortal.ConfigurationCreateParams,
  'expand' | 'metadata'
>;

/** Which features a client wants to see; the others it hides. */
export type FeatureChoice = Readonly<Partial<Record<FeatureName, boolean | undefined>>>;

/**
 * Compiles a policy. Every feature is named, so that no default of Stripe's decides.
 *
 * @param choice hides features that the policy allows; it can allow none that the policy does not
 */
export function compilePolicy(policy: Policy, choice: FeatureChoice = {}): ConfigurationContent {
  const features = Object.fromEntries(
    featureNames.map((name) => [name, compileFeature(policy.features?.[name], choice[name] !== false)]),
  );
  return {
    name: policy.name,
    business_profile: { ...policy.business_profile },
    ...(policy.default_return_url === undefined ? {} : { default_return_url: policy.default_return_url }),
    login_page: { enabled: policy.login_page?.enabled ?? false },
    features,
  };
}

/** What is off keeps nothing else: configurations that offer the same are the same. */
function compileFeature(feature: PolicyFeatures[FeatureName], wanted: boolean): object {
  if (feature?.enabled !== true || !wanted) return { enabled: false };
  if (!('cancellation_reason' in feature) || feature.cancellation_reason?.enabled === true) return feature;
  const { cancellation_reason, ...rest } = feature;
  return rest;
}

const hashLength = 32;

/** One text for one content, whatever the order of its fields. */
export function hashContent(content: ConfigurationContent): string {
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(content)))
    .digest('hex')
    .slice(0, hashLength);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
