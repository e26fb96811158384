import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import { type FeatureName, type PolicyFeatures, featureNames } from './configuration-features.schema.ts';
import type { Policy } from '../policies/policy-set.ts';

/** What Stripe is given to make a configuration, without the metadata that it is found by. */
export type ConfigurationContent = Omit<
  Stripe.BillingPortal.ConfigurationCreateParams,
  'expand' | 'metadata'
>;

/** A configuration that sessions are to use. */
export interface WantedConfiguration {
  /** Null when the content comes from a configuration that no policy made. */
  readonly policyName: string | null;
  readonly content: ConfigurationContent;
  /** Names the content. */
  readonly hash: string;
  /** The hash of the configuration whose features a call hides; null when nothing is hidden. */
  readonly narrowedFrom: string | null;
}

/** The configuration of a policy as its file says, with nothing hidden. */
export interface CompiledPolicy extends WantedConfiguration {
  readonly policyName: string;
  readonly narrowedFrom: null;
}

const compiled = new WeakMap<Policy, CompiledPolicy>();

/** Compiles a policy. The content names every feature, so no default of Stripe applies. */
export function compilePolicy(policy: Policy): CompiledPolicy {
  const known = compiled.get(policy);
  if (known !== undefined) return known;
  const content = createContent(policy);
  const wanted = { policyName: policy.name, content, hash: hashContent(content), narrowedFrom: null };
  compiled.set(policy, wanted);
  return wanted;
}

function createContent(policy: Policy): ConfigurationContent {
  return {
    name: policy.name,
    business_profile: { ...policy.business_profile },
    ...(policy.default_return_url === undefined ? {} : { default_return_url: policy.default_return_url }),
    login_page: { enabled: policy.login_page?.enabled ?? false },
    features: Object.fromEntries(featureNames.map((name) => [name, compileFeature(policy.features?.[name])])),
  };
}

/** A disabled feature keeps no other field, so configurations that offer the same have the same hash. */
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
