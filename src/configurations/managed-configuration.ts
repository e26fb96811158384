import type Stripe from 'stripe';
import { BadUserInputError } from '../shared/errors.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeRequestRefusedError } from '../stripe/stripe.errors.ts';
import type { WantedConfiguration } from './configuration-content.ts';

export type Configuration = Stripe.BillingPortal.Configuration;

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
interface ConfigurationMark {
  readonly namespace: string;
  /** Null when no policy made the configuration that this one narrows. */
  readonly policyName: string | null;
  readonly hash: string;
  readonly narrowedFrom: string | null;
  /** When it was last created or used, accurate to a day: see `StripeConfigurations.keep`. */
  readonly usedAt: Date;
}

/** Deterministic, so that replicas that create concurrently send the same request. */
export function createMetadata(wanted: WantedConfiguration, namespace: string): Record<string, string> {
  return {
    [metadataKeys.namespace]: namespace,
    ...(wanted.policyName === null ? {} : { [metadataKeys.policy]: wanted.policyName }),
    [metadataKeys.content]: wanted.hash,
    ...(wanted.narrowedFrom === null ? {} : { [metadataKeys.narrowedFrom]: wanted.narrowedFrom }),
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
  try {
    return await readConfiguration(stripe, id);
  } catch (error) {
    // Which parameter Stripe names here is not documented.
    const isMissing = error instanceof StripeRequestRefusedError && error.stripeCode === 'resource_missing';
    throw isMissing ? new BadUserInputError('Stripe has no such portal configuration.') : error;
  }
}
