import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import { type FeatureName, type PolicyFeatures, featureNames } from './policy-features.schema.ts';
import type { Policy } from './policy-set.ts';

/** What Stripe is given to make a configuration, without the metadata that it is found by. */
export type ConfigurationContent = Omit<
  Stripe.BillingPortal.ConfigurationCreateParams,
  'expand' | 'metadata'
>;

/** Which features a client wants to see; the others it hides. */
export type FeatureChoice = Readonly<Partial<Record<FeatureName, boolean | undefined>>>;

/** A configuration that sessions are to use. */
export interface WantedConfiguration {
  readonly policyName: string;
  readonly content: ConfigurationContent;
  /** Names the content. */
  readonly hash: string;
  /** The hash of all that the policy offers, where a client hides a part of it; else null. */
  readonly narrowedFrom: string | null;
}

/**
 * Compiles a policy. Every feature is named, so that no default of Stripe's decides.
 *
 * @param choice hides features that the policy offers; it can offer none that the policy does not
 */
export function compilePolicy(policy: Policy, choice: FeatureChoice = {}): WantedConfiguration {
  const whole = compileWhole(policy);
  if (!featureNames.some((name) => choice[name] === false)) return whole;
  const part = createContent(policy, compileFeatures(policy, choice));
  if (hashContent(part) === whole.hash) return whole;
  // What one page hides of the portal is no reason for one more public login page.
  const content = { ...part, login_page: { enabled: false } };
  return { policyName: policy.name, content, hash: hashContent(content), narrowedFrom: whole.hash };
}

/** What policies compile to with nothing hidden. It is the same for every session, and hashing it takes long. */
const wholes = new WeakMap<Policy, WantedConfiguration>();

function compileWhole(policy: Policy): WantedConfiguration {
  const known = wholes.get(policy);
  if (known !== undefined) return known;
  const content = createContent(policy, compileFeatures(policy, {}));
  const whole = { policyName: policy.name, content, hash: hashContent(content), narrowedFrom: null };
  wholes.set(policy, whole);
  return whole;
}

function createContent(
  policy: Policy,
  features: ConfigurationContent['features'],
): ConfigurationContent & { readonly login_page: { readonly enabled: boolean } } {
  return {
    name: policy.name,
    business_profile: { ...policy.business_profile },
    ...(policy.default_return_url === undefined ? {} : { default_return_url: policy.default_return_url }),
    login_page: { enabled: policy.login_page?.enabled ?? false },
    features,
  };
}

function compileFeatures({ features }: Policy, choice: FeatureChoice): ConfigurationContent['features'] {
  const hidden = new Set(featureNames.filter((name) => choice[name] === false));
  // Stripe refuses changes of subscriptions without changes of payment methods.
  if (hidden.has('payment_method_update')) hidden.add('subscription_update');
  return Object.fromEntries(
    featureNames.map((name) => [
      name,
      hidden.has(name) ? { enabled: false } : compileFeature(features?.[name]),
    ]),
  );
}

/** What is off keeps nothing else: configurations that offer the same are the same. */
function compileFeature(feature: PolicyFeatures[FeatureName]): object {
  if (feature?.enabled !== true) return { enabled: false };
  if (!('cancellation_reason' in feature) || feature.cancellation_reason?.enabled === true) return feature;
  const { cancellation_reason, ...rest } = feature;
  return rest;
}

const hashLength = 32;

/** One text for one content, whatever the order of its fields. */
export function hashContent(content: object): string {
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
