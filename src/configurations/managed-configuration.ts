import { hash } from 'node:crypto';
import type Stripe from 'stripe';
import { BadUserInputError } from '../shared/errors.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { findById } from '../stripe/stripe.errors.ts';
import {
  type ConfigurationFeatures,
  type FeatureName,
  featureNames,
} from './configuration-features.schema.ts';
import { type ConfigurationSpec, isObject } from './configuration.schema.ts';

export type Configuration = Stripe.BillingPortal.Configuration;

/** The parameters that create a configuration at Stripe, without the metadata that identifies it. */
export type ConfigurationContent = Omit<
  Stripe.BillingPortal.ConfigurationCreateParams,
  'expand' | 'metadata'
>;

export interface WantedConfiguration {
  /** Null when the content comes from a configuration that no policy made. */
  readonly policyName: string | null;
  readonly content: ConfigurationContent;
  readonly hash: string;
  /** The hash of the configuration whose features a call hides; null when nothing is hidden. */
  readonly narrowedFrom: string | null;
}

/** Compiles a configuration for Stripe. The content names every feature, so none of Stripe's defaults applies. */
export function createContent(name: string, spec: ConfigurationSpec): ConfigurationContent {
  const { business_profile, default_return_url, login_page, features } = spec;
  return {
    name,
    business_profile: { ...business_profile },
    ...(default_return_url === undefined ? {} : { default_return_url }),
    login_page: { enabled: login_page?.enabled ?? false },
    features: Object.fromEntries(featureNames.map((name) => [name, compileFeature(features?.[name])])),
  };
}

/** A disabled feature keeps no other field, so configurations that offer the same have the same hash. */
function compileFeature(feature: ConfigurationFeatures[FeatureName]): object {
  if (feature?.enabled !== true) return { enabled: false };
  if (!('cancellation_reason' in feature) || feature.cancellation_reason?.enabled === true) return feature;
  const { cancellation_reason, ...rest } = feature;
  return rest;
}

/** The order of fields does not change the hash. */
export function hashContent(content: object): string {
  return hash('sha256', JSON.stringify(content, sortFields)).slice(0, 32);
}

function sortFields(_key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Stripe leaves the products out of its answers unless they are asked for. */
export const productsPath = 'features.subscription_update.products';

/** The metadata keys by which this service finds its own configurations. */
export const metadataKeys = {
  namespace: 'billing_portal_namespace',
  policy: 'billing_portal_policy',
  content: 'billing_portal_content',
  narrowedFrom: 'billing_portal_narrowed_from',
  usedAt: 'billing_portal_used_at',
} as const;

/** What the metadata says of a configuration that this service made. */
interface ConfigurationMark extends Omit<WantedConfiguration, 'content'> {
  readonly namespace: string;
  /** When it was last created or used, accurate to a day: see `StripeConfigurations.keep`. */
  readonly usedAt: Date;
}

/** Deterministic, so that replicas that create concurrently send the same request. */
export function createMetadata(wanted: WantedConfiguration, namespace: string): Record<string, string> {
  const { policyName, hash, narrowedFrom } = wanted;
  return {
    [metadataKeys.namespace]: namespace,
    ...(policyName === null ? {} : { [metadataKeys.policy]: policyName }),
    [metadataKeys.content]: hash,
    ...(narrowedFrom === null ? {} : { [metadataKeys.narrowedFrom]: narrowedFrom }),
  };
}

/** Returns null for a configuration that this service did not make for sessions. */
export function readMark({ metadata, created }: Configuration): ConfigurationMark | null {
  const { [metadataKeys.namespace]: namespace, [metadataKeys.content]: hash } = metadata ?? {};
  if (namespace === undefined || hash === undefined) return null;
  const usedAt = new Date(metadata?.[metadataKeys.usedAt] ?? Number.NaN);
  return {
    namespace,
    policyName: metadata?.[metadataKeys.policy] ?? null,
    hash,
    narrowedFrom: metadata?.[metadataKeys.narrowedFrom] ?? null,
    usedAt: Number.isNaN(usedAt.getTime()) ? new Date(created * 1000) : usedAt,
  };
}

/** If several have the same content, every replica picks the same one: active first, then oldest. */
export function findByHash(configurations: readonly Configuration[], hash: string): Configuration | null {
  const [first = null] = configurations
    .filter((configuration) => readMark(configuration)?.hash === hash)
    .sort((a, b) => Number(b.active) - Number(a.active) || a.created - b.created || (a.id < b.id ? -1 : 1));
  return first;
}

/** Reads a configuration that is known to be there. @throws BillingError of the Stripe kind */
export function readConfiguration(stripe: StripeClient, id: string): Promise<Configuration> {
  return stripe.read((sdk, options) =>
    sdk.billingPortal.configurations.retrieve(id, { expand: [productsPath] }, options),
  );
}

/** Reads a configuration that an administrator names. @throws BadUserInputError, and the errors of Stripe */
export async function getNamedConfiguration(stripe: StripeClient, id: string): Promise<Configuration> {
  if (!/^bpc_\w{1,250}$/.test(id))
    throw new BadUserInputError("A portal configuration's id looks like bpc_….");
  // Which parameter Stripe names here is not documented.
  const found = await findById(id, readConfiguration(stripe, id));
  if (found === null) throw new BadUserInputError('Stripe has no such portal configuration.');
  return found;
}
