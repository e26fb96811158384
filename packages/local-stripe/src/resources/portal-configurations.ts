import { createId, createSecret } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { boolean, emptyable, metadata, object, required, string, url } from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { mergeMetadata } from '../shared-parameters.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { ConfigurationObject } from '../stripe-objects.ts';
import { featureParameters, featureUpdateParameters } from './portal-feature-parameters.ts';
import { createFeatures, mergeFeatures } from './portal-features.ts';

const businessProfile = object({
  headline: emptyable(string({ maxLength: 60 })),
  privacy_policy_url: emptyable(url()),
  terms_of_service_url: emptyable(url()),
});

const commonParameters = {
  business_profile: businessProfile,
  default_return_url: emptyable(url()),
  login_page: object({ enabled: required(boolean()) }),
  metadata: metadata(),
  name: emptyable(string()),
};

const createParameters = { ...commonParameters, features: required(featureParameters) };
const updateParameters = { ...commonParameters, active: boolean(), features: featureUpdateParameters };

export function createPortalConfigurationRoutes(store: Store): ApiRoute[] {
  const path = '/v1/billing_portal/configurations';
  return [
    createRoute({
      method: 'POST',
      path,
      parameters: createParameters,
      handle: ({ values }) => createConfiguration(store, values, false),
    }),
    createRoute({
      method: 'GET',
      path,
      parameters: { ...paginationParameters, active: boolean(), is_default: boolean() },
      handle: ({ values }) => {
        const found = store
          .all('billing_portal.configuration')
          .filter((each) => values.active === undefined || each.active === values.active)
          .filter((each) => values.is_default === undefined || each.is_default === values.is_default);
        return paginate(found, values, path);
      },
    }),
    createRoute({
      method: 'GET',
      path: `${path}/:id`,
      parameters: {},
      handle: ({ id }) => store.get('billing_portal.configuration', id),
    }),
    createRoute({
      method: 'POST',
      path: `${path}/:id`,
      parameters: updateParameters,
      handle: ({ id, values }) =>
        updateConfiguration(store, store.get('billing_portal.configuration', id), values),
    }),
    createSaveDefaultRoute(store),
  ];
}

/**
 * Saves the default configuration, as the Dashboard's "Save" button does. Stripe's API cannot create it, so a fresh local
 * Stripe has none. Features that the request does not name are on.
 */
function createSaveDefaultRoute(store: Store): ApiRoute {
  return createRoute({
    method: 'POST',
    path: '/_control/portal_settings',
    parameters: { ...commonParameters, features: featureUpdateParameters },
    handle: ({ values }) => {
      const existing = findDefaultConfiguration(store);
      if (existing) return updateConfiguration(store, existing, values);
      const { features = dashboardFeatures, ...rest } = values;
      return createConfiguration(
        store,
        { ...rest, features: { ...dashboardFeatures, ...features } as typeof dashboardFeatures },
        true,
      );
    },
  });
}

/** The features of a new account's portal settings. */
const dashboardFeatures = {
  customer_update: { enabled: true, allowed_updates: ['email', 'name', 'address', 'phone', 'tax_id'] },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true },
  subscription_cancel: {
    enabled: true,
    mode: 'at_period_end',
    cancellation_reason: {
      enabled: true,
      options: [
        'too_expensive',
        'missing_features',
        'switched_service',
        'unused',
        'customer_service',
        'too_complex',
        'low_quality',
        'other',
      ],
    },
  },
} as const satisfies Decoded<typeof createParameters>['features'];

export function findDefaultConfiguration(store: Store): ConfigurationObject | null {
  return store.all('billing_portal.configuration').find((each) => each.is_default) ?? null;
}

function createConfiguration(
  store: Store,
  values: Decoded<typeof createParameters>,
  isDefault: boolean,
): ConfigurationObject {
  const { business_profile: profile, login_page: login } = values;
  return store.commit('billing_portal.configuration.created', {
    id: createId('bpc'),
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: {
      headline: profile?.headline ?? null,
      privacy_policy_url: profile?.privacy_policy_url ?? null,
      terms_of_service_url: profile?.terms_of_service_url ?? null,
    },
    created: store.now(),
    default_return_url: values.default_return_url ?? null,
    features: createFeatures(store, values.features),
    is_default: isDefault,
    livemode: false,
    login_page: createLoginPage(store, login?.enabled ?? false),
    metadata: mergeMetadata({}, values.metadata),
    name: values.name ?? null,
    updated: store.now(),
  });
}

function updateConfiguration(
  store: Store,
  before: ConfigurationObject,
  values: Decoded<typeof updateParameters>,
): ConfigurationObject {
  if (values.active === false && before.is_default) {
    throw invalidRequest('You cannot deactivate the default portal configuration.', 'active');
  }
  if (values.active === false && (values.login_page?.enabled ?? before.login_page.enabled)) {
    throw invalidRequest(
      'You cannot deactivate a portal configuration whose login page is enabled.',
      'active',
    );
  }
  const { login_page: login } = values;
  return store.commit('billing_portal.configuration.updated', {
    ...before,
    active: values.active ?? before.active,
    business_profile: { ...before.business_profile, ...values.business_profile },
    default_return_url:
      values.default_return_url === undefined ? before.default_return_url : values.default_return_url,
    features: values.features ? mergeFeatures(store, before.features, values.features) : before.features,
    login_page:
      login && login.enabled !== before.login_page.enabled
        ? createLoginPage(store, login.enabled)
        : before.login_page,
    metadata: mergeMetadata(before.metadata ?? {}, values.metadata),
    name: values.name === undefined ? before.name : values.name,
    updated: store.now(),
  });
}

function createLoginPage(store: Store, enabled: boolean): ConfigurationObject['login_page'] {
  return { enabled, url: enabled ? `${store.baseUrl}/p/login/test_${createSecret(20)}` : null };
}
