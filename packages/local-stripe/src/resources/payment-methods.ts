import { createId } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { accepted, emptyable, email, metadata, object, oneOf, required, string } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { address, checkCustomerFilter, createAddress, mergeMetadata } from '../shared-parameters.ts';
import { StripeApiError, invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { MethodMembers, PaymentMethodObject } from '../stripe-objects.ts';
import {
  findTestMethod,
  membersOf,
  methodTypes,
  needsDetails,
  typeParameters,
} from './payment-method-types.ts';

export function createPaymentMethodRoutes(store: Store): ApiRoute[] {
  const billingDetails = object({
    address: emptyable(address),
    email: emptyable(email()),
    name: emptyable(string()),
    phone: emptyable(string()),
  });
  return [
    createRoute({
      method: 'POST',
      path: '/v1/payment_methods',
      parameters: {
        ...typeParameters,
        type: required(oneOf(methodTypes)),
        billing_details: billingDetails,
        metadata: metadata(),
        allow_redisplay: accepted(),
      },
      handle: ({ values }) => {
        const { type, billing_details: details } = values;
        if (!values[type] && needsDetails(type))
          throw invalidRequest(`Missing required param: ${type}.`, type, 'parameter_missing');
        const facts = { email: details?.email ?? null, now: store.now() };
        const method = buildMethod(store, membersOf(type, values, facts), null);
        return store.keep({
          ...method,
          metadata: mergeMetadata({}, values.metadata),
          billing_details: {
            ...method.billing_details,
            ...details,
            address: createAddress(details?.address ?? {}),
          },
        });
      },
    }),
    createRoute({
      method: 'GET',
      path: '/v1/payment_methods/:id',
      parameters: {},
      handle: ({ id }) => store.get('payment_method', id),
    }),
    createRoute({
      method: 'POST',
      path: '/v1/payment_methods/:id/attach',
      parameters: { customer: required(string()) },
      handle: ({ id, values }) => attachPaymentMethod(store, id, values.customer, 'payment_method'),
    }),
    createRoute({
      method: 'POST',
      path: '/v1/payment_methods/:id/detach',
      parameters: {},
      handle: ({ id }) => detachPaymentMethod(store, store.get('payment_method', id)),
    }),
    createRoute({
      method: 'GET',
      path: '/v1/payment_methods',
      parameters: {
        ...paginationParameters,
        customer: string(),
        type: oneOf(methodTypes),
        allow_redisplay: accepted(),
      },
      handle: ({ values }) => {
        checkCustomerFilter(store, values.customer);
        const found = store
          .all('payment_method')
          .filter((each) => each.customer === (values.customer ?? null))
          .filter((each) => values.type === undefined || each.type === values.type);
        return paginate(found, values, '/v1/payment_methods');
      },
    }),
    createRoute({
      method: 'GET',
      path: '/v1/customers/:id/payment_methods',
      parameters: { ...paginationParameters, type: oneOf(methodTypes), allow_redisplay: accepted() },
      handle: ({ id, values }) => {
        const customer = store.get('customer', id);
        const found = methodsOf(store, customer.id).filter(
          (each) => values.type === undefined || each.type === values.type,
        );
        return paginate(found, values, `/v1/customers/${id}/payment_methods`);
      },
    }),
  ];
}

/** A customer's payment methods, newest first. */
export function methodsOf(store: Store, customerId: string): PaymentMethodObject[] {
  return store.all('payment_method').filter((each) => each.customer === customerId);
}

/** Attaches a payment method. A test id such as `pm_card_visa` attaches a new card. */
export function attachPaymentMethod(
  store: Store,
  id: string,
  customerId: string,
  param: string,
): PaymentMethodObject {
  const customer = store.refer('customer', customerId, 'customer');
  const members = findTestMethod(id, store.now());
  if (members) return store.commit('payment_method.attached', buildMethod(store, members, customer.id));
  const method = store.refer('payment_method', id, param);
  if (method.customer !== null && method.customer !== customer.id) {
    throw invalidRequest('The payment method you provided has already been attached to a customer.');
  }
  return store.commit('payment_method.attached', { ...method, customer: customer.id });
}

/** Detaches a payment method, and unsets it wherever it is the default. */
export function detachPaymentMethod(store: Store, method: PaymentMethodObject): PaymentMethodObject {
  if (method.customer === null) {
    throw new StripeApiError(
      'The payment method you provided is not attached to a customer so detachment is impossible.',
      { param: 'payment_method' },
    );
  }
  const customer = store.get('customer', method.customer);
  if (customer.invoice_settings.default_payment_method === method.id) {
    const invoiceSettings = { ...customer.invoice_settings, default_payment_method: null };
    store.commit('customer.updated', { ...customer, invoice_settings: invoiceSettings });
  }
  for (const each of store.all('subscription')) {
    if (each.default_payment_method === method.id) {
      store.commit('customer.subscription.updated', { ...each, default_payment_method: null });
    }
  }
  return store.commit('payment_method.detached', { ...method, customer: null });
}

/** Builds a payment method. It is not stored yet. */
export function buildMethod(
  store: Store,
  members: MethodMembers,
  customer: string | null,
): PaymentMethodObject {
  return {
    id: createId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: createAddress({}), email: null, name: null, phone: null, tax_id: null },
    created: store.now(),
    customer,
    customer_account: null,
    livemode: false,
    metadata: {},
    ...members,
  };
}
