import * as z from 'zod';
import {
  type FeatureName,
  configurationFeaturesSchema,
  featureNames,
} from './configuration-features.schema.ts';
import { isObject, toInputName } from './configuration.schema.ts';
import {
  type Configuration,
  type ConfigurationContent,
  type WantedConfiguration,
  hashContent,
  readMark,
} from './managed-configuration.ts';
import type { HiddenFeaturesInput } from './portal-configuration.types.ts';
import { type Schema, listFields, unwrap } from './table-types.ts';

export function listHidden(features: HiddenFeaturesInput): FeatureName[] {
  return featureNames.filter((name) => features[toInputName(name)] === false);
}

/** Hides features of a configuration. Returns `base` itself when it offers none of them. */
export function narrow(base: WantedConfiguration, hidden: readonly FeatureName[]): WantedConfiguration {
  const { features: whole } = base.content;
  const off = new Set(hidden);
  // Stripe refuses changes of subscriptions without changes of payment methods.
  if (off.has('payment_method_update')) off.add('subscription_update');
  const features = Object.fromEntries(
    featureNames.map((name) => [name, off.has(name) ? { enabled: false } : whole[name]]),
  );
  if (hashContent(features) === hashContent(whole)) return base;
  // A login page would be a second, public way in.
  const content = { ...base.content, login_page: { enabled: false }, features };
  return { ...base, content, hash: hashContent(content), narrowedFrom: base.narrowedFrom ?? base.hash };
}

/** Reads a configuration, which must have its products, as the parameters that create its equal. */
export function readContent(found: Configuration): WantedConfiguration {
  const { name, default_return_url: url, business_profile: profile } = found;
  const content = {
    ...(name === null ? {} : { name }),
    business_profile: Object.fromEntries(Object.entries(profile).filter(([, text]) => text !== null)),
    ...(url === null ? {} : { default_return_url: url }),
    login_page: { enabled: found.login_page.enabled },
    features: readFeatures(found.features),
  };
  const mark = readMark(found) ?? { policyName: null, hash: hashContent(content), narrowedFrom: null };
  return { policyName: mark.policyName, content, hash: mark.hash, narrowedFrom: mark.narrowedFrom };
}

type Features = ConfigurationContent['features'];

function readFeatures(found: Configuration['features']): Features {
  const copied = copy(found, configurationFeaturesSchema) as Features;
  const { customer_update: customer, subscription_update: update, ...others } = copied;
  return {
    ...Object.fromEntries(featureNames.map((name) => [name, { enabled: false }])),
    ...others,
    // Stripe takes neither of these without the lists of what customers may change.
    ...(customer?.allowed_updates && { customer_update: customer }),
    ...(update?.products && update.default_allowed_updates && { subscription_update: update }),
  };
}

/**
 * Omits null and empty lists, which Stripe does not accept, and the settings of disabled features. A release of Stripe's
 * API may answer with fields that it does not take: only the schema's fields are copied.
 */
function copy(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    if (value.length === 0 || !(schema instanceof z.ZodArray)) return undefined;
    return value.map((item) => copy(item, schema.element));
  }
  if (!isObject(value)) return value ?? undefined;
  // An id that the request has expanded.
  if (!(schema instanceof z.ZodObject)) return value['id'];
  if (value['enabled'] === false) return { enabled: false };
  const fields = listFields(schema)
    .map(([name, field]) => [name, copy(value[name], unwrap(field))] as const)
    .filter(([, field]) => field !== undefined);
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}
