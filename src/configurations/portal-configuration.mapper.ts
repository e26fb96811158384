import { type Configuration, readMark } from './managed-configuration.ts';
import { toPortalFeatures } from './feature-types.ts';
import type { BillingPortalConfiguration, PortalPolicyMark } from './portal-configuration.types.ts';

/** Stripe's configuration in the words of the schema. */
export function toBillingPortalConfiguration(configuration: Configuration): BillingPortalConfiguration {
  const { business_profile: profile, login_page: loginPage } = configuration;
  return {
    id: configuration.id,
    name: configuration.name,
    isDefault: configuration.is_default,
    active: configuration.active,
    livemode: configuration.livemode,
    defaultReturnUrl: configuration.default_return_url,
    businessProfile: {
      headline: profile.headline,
      privacyPolicyUrl: profile.privacy_policy_url,
      termsOfServiceUrl: profile.terms_of_service_url,
    },
    loginPage: { enabled: loginPage.enabled, url: loginPage.url },
    features: toPortalFeatures(configuration.features),
    policy: toPolicyMark(configuration),
    createdAt: new Date(configuration.created * 1000),
    updatedAt: new Date(configuration.updated * 1000),
  };
}

function toPolicyMark(configuration: Configuration): PortalPolicyMark | null {
  const mark = readMark(configuration);
  return typeof mark?.policyName === 'string' ? { namespace: mark.namespace, name: mark.policyName } : null;
}
