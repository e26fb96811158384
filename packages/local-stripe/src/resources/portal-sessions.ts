import { createId, createSecret } from '../ids.ts';
import { object, oneOf, required, string, timestamp, url } from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { ConfigurationObject, CustomerObject, SessionObject } from '../stripe-objects.ts';
import { findDefaultConfiguration } from './portal-configurations.ts';
import { flowParameters } from './portal-flow-parameters.ts';
import { createFlow } from './portal-flows.ts';

const locales = [
  'auto', 'bg', 'cs', 'da', 'de', 'el', 'en', 'en-AU', 'en-CA', 'en-GB', 'en-IE', 'en-IN', 'en-NZ', 'en-SG', 'es',
  'es-419', 'et', 'fi', 'fil', 'fr', 'fr-CA', 'hr', 'hu', 'id', 'it', 'ja', 'ko', 'lt', 'lv', 'ms', 'mt', 'nb', 'nl',
  'pl', 'pt', 'pt-BR', 'ro', 'ru', 'sk', 'sl', 'sv', 'th', 'tr', 'vi', 'zh', 'zh-HK', 'zh-TW',
] as const; // prettier-ignore

const createParameters = {
  after_expiration: object({
    customer_login: object({ expires_at: timestamp() }),
    type: required(oneOf(['customer_login'])),
  }),
  configuration: string(),
  customer: string(),
  customer_account: string(),
  flow_data: object(flowParameters),
  locale: oneOf(locales),
  on_behalf_of: string(),
  return_url: url(),
};

export function createPortalSessionRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/v1/billing_portal/sessions',
      parameters: createParameters,
      handle: ({ values }) => createSession(store, values),
    }),
  ];
}

function createSession(store: Store, values: Decoded<typeof createParameters>): SessionObject {
  const customer = customerOf(store, values);
  const configuration = configurationOf(store, values.configuration);
  const returnUrl = values.return_url ?? configuration.default_return_url;
  const { after_expiration: expiration } = values;
  return store.commit('billing_portal.session.created', {
    id: createId('bps'),
    object: 'billing_portal.session',
    after_expiration: expiration
      ? {
          customer_login: { expires_at: expiration.customer_login?.expires_at ?? null },
          type: expiration.type,
        }
      : null,
    configuration: configuration.id,
    created: store.now(),
    customer: customer.id,
    customer_account: customer.customer_account ?? null,
    flow: values.flow_data ? createFlow(store, customer, configuration, values.flow_data) : null,
    livemode: false,
    locale: values.locale ?? null,
    on_behalf_of: values.on_behalf_of ?? null,
    return_url: returnUrl,
    url: `${store.baseUrl}/p/session/test_${createSecret(43)}`,
  });
}

/** Finds a customer by id, or by an account (`acct_…`) that represents the customer. */
function customerOf(store: Store, values: Decoded<typeof createParameters>): CustomerObject {
  if (values.customer !== undefined) return store.refer('customer', values.customer, 'customer');
  if (values.customer_account === undefined) {
    throw invalidRequest('Missing required param: customer.', 'customer', 'parameter_missing');
  }
  const { customer_account: account } = values;
  const customer = store.all('customer').find((each) => each.customer_account === account);
  if (!customer)
    throw invalidRequest(`No such account: '${account}'`, 'customer_account', 'resource_missing');
  return customer;
}

function configurationOf(store: Store, id: string | undefined): ConfigurationObject {
  const configuration =
    id === undefined
      ? findDefaultConfiguration(store)
      : store.refer('billing_portal.configuration', id, 'configuration');
  if (!configuration) {
    throw invalidRequest(
      'No configuration provided and your test mode default configuration has not been created. Provide a ' +
        'configuration or create your default by saving your customer portal settings in test mode at ' +
        'https://dashboard.stripe.com/test/settings/billing/portal.',
    );
  }
  if (!configuration.active) {
    throw invalidRequest(
      `The configuration ${configuration.id} is inactive and cannot be used to create portal sessions.`,
      'configuration',
    );
  }
  return configuration;
}
