import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import {
  type ConfigurationFeatures,
  type FeatureName,
  featureNames,
} from './configuration-features.schema.ts';
import type { ConfigurationSpec } from './configuration.schema.ts';

/** The parameters that create a configuration at Stripe, without the metadata that identifies it. */
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

/** Compiles a configuration for Stripe. The content names every feature, so none of Stripe's defaults applies. */
export function createContent(name: string, spec: ConfigurationSpec): ConfigurationContent {
  return {
    name,
    business_profile: { ...spec.business_profile },
    ...(spec.default_return_url === undefined ? {} : { default_return_url: spec.default_return_url }),
    login_page: { enabled: spec.login_page?.enabled ?? false },
    features: Object.fromEntries(
      featureNames.map((feature) => [feature, compileFeature(spec.features?.[feature])]),
    ),
  };
}

/** A disabled feature keeps no other field, so configurations that offer the same have the same hash. */
function compileFeature(feature: ConfigurationFeatures[FeatureName]): object {
  if (feature?.enabled !== true) return { enabled: false };
  if (!('cancellation_reason' in feature) || feature.cancellation_reason?.enabled === true) return feature;
  const { cancellation_reason, ...rest } = feature;
  return rest;
}

const hashLength = 32;

/** The order of fields does not change the hash. */
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
