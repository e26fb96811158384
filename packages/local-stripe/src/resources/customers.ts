import { cancelSubscription, isEnded } from '../billing/cancellation.ts';
import { createId, createSecret } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import {
  array,
  email,
  emptyable,
  integer,
  metadata,
  object,
  oneOf,
  required,
  string,
} from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { address, createAddress, isWithin, mergeMetadata, timeRange } from '../shared-parameters.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { CustomerObject } from '../stripe-objects.ts';
import { attachPaymentMethod } from './payment-methods.ts';
import { createTaxId, taxIdData } from './tax-ids.ts';

const commonParameters = {
  address: emptyable(address),
  balance: integer(),
  description: emptyable(string()),
  email: emptyable(email()),
  invoice_settings: object({ default_payment_method: emptyable(string()), footer: emptyable(string()) }),
  metadata: metadata(),
  name: emptyable(string({ maxLength: 256 })),
  phone: emptyable(string({ maxLength: 20 })),
  preferred_locales: array(string()),
  shipping: emptyable(
    object({ address: required(address), name: required(string()), phone: emptyable(string()) }),
  ),
  tax_exempt: oneOf(['exempt', 'none', 'reverse']),
};

const createParameters = { ...commonParameters, payment_method: string(), tax_id_data: array(taxIdData) };

export function createCustomerRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/v1/customers',
      parameters: createParameters,
      handle: ({ values }) => createCustomer(store, values),
    }),
    createRoute({
      method: 'GET',
      path: '/v1/customers',
      parameters: { ...paginationParameters, created: timeRange, email: string() },
      handle: ({ values }) => {
        const found = store
          .all('customer')
          .filter((each) => isWithin(each.created, values.created))
          .filter((each) => values.email === undefined || each.email === values.email);
        return paginate(found, values, '/v1/customers');
      },
    }),
    createRoute({
      method: 'GET',
      path: '/v1/customers/:id',
      parameters: {},
      handle: ({ id }) => store.findDeleted('customer', id) ?? store.get('customer', id),
    }),
    createRoute({
      method: 'POST',
      path: '/v1/customers/:id',
      parameters: commonParameters,
      handle: ({ id, values }) => updateCustomer(store, store.get('customer', id), values),
    }),
    createRoute({
      method: 'DELETE',
      path: '/v1/customers/:id',
      parameters: {},
      handle: ({ id }) => deleteCustomer(store, store.get('customer', id)),
    }),
  ];
}

/** Creates a customer from a request, or from a payer in Checkout. */
export function createCustomer(store: Store, values: Decoded<typeof createParameters>): CustomerObject {
  const blank: CustomerObject = {
    id: createId('cus', 14),
    object: 'customer',
    address: null,
    balance: 0,
    created: store.now(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: createSecret(8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
  const {
    payment_method: paymentMethod,
    invoice_settings: invoiceSettings,
    tax_id_data: taxIds = [],
    ...rest
  } = values;
  const customer = store.commit('customer.created', withChanges(store, blank, rest));
  for (const taxId of taxIds) createTaxId(store, customer, taxId);
  if (paymentMethod === undefined) {
    return invoiceSettings
      ? updateCustomer(store, customer, { invoice_settings: invoiceSettings })
      : customer;
  }
  const attached = attachPaymentMethod(store, paymentMethod, customer.id, 'payment_method');
  // Stripe's own example creates a customer with a test card and makes it the default in one request.
  const wanted = invoiceSettings?.default_payment_method;
  const settings =
    wanted === paymentMethod ? { ...invoiceSettings, default_payment_method: attached.id } : invoiceSettings;
  return settings ? updateCustomer(store, customer, { invoice_settings: settings }) : customer;
}

type CustomerChanges = Decoded<typeof commonParameters>;

/** Applies an update from a request, or from the customer in the portal. */
export function updateCustomer(
  store: Store,
  customer: CustomerObject,
  changes: CustomerChanges,
): CustomerObject {
  return store.commit('customer.updated', withChanges(store, customer, changes));
}

function withChanges(store: Store, before: CustomerObject, changes: CustomerChanges): CustomerObject {
  const {
    address: place,
    invoice_settings: settings,
    metadata: data,
    preferred_locales: locales,
    shipping,
    ...plain
  } = changes;
  return {
    ...before,
    ...plain,
    // A balance has the account's currency where nothing else says which.
    currency: before.currency ?? (plain.balance ? 'usd' : null),
    ...(place === undefined ? {} : { address: place && createAddress({ ...before.address, ...place }) }),
    ...(shipping === undefined
      ? {}
      : {
          shipping: shipping && {
            ...shipping,
            phone: shipping.phone ?? null,
            address: createAddress(shipping.address),
          },
        }),
    ...(locales === undefined ? {} : { preferred_locales: [...locales] }),
    ...(settings === undefined ? {} : { invoice_settings: withInvoiceSettings(store, before, settings) }),
    metadata: mergeMetadata(before.metadata, data),
  };
}

function withInvoiceSettings(
  store: Store,
  customer: CustomerObject,
  settings: NonNullable<CustomerChanges['invoice_settings']>,
): CustomerObject['invoice_settings'] {
  const id = settings.default_payment_method;
  if (id) {
    const method = store.refer('payment_method', id, 'invoice_settings[default_payment_method]');
    if (method.customer !== customer.id) {
      throw invalidRequest(
        `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
        'invoice_settings[default_payment_method]',
        'resource_missing',
      );
    }
  }
  return { ...customer.invoice_settings, ...settings };
}

function deleteCustomer(store: Store, customer: CustomerObject): object {
  for (const each of store.all('subscription')) {
    if (each.customer === customer.id && !isEnded(each)) cancelSubscription(store, each, {});
  }
  for (const each of store.all('payment_method')) {
    if (each.customer === customer.id) store.commit('payment_method.detached', { ...each, customer: null });
  }
  return store.remove('customer.deleted', customer);
}
