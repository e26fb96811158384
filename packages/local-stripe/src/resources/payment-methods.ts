import { createId, createSecret } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { accepted, emptyable, email, metadata, object, oneOf, required, string } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { address, createAddress, mergeMetadata } from '../shared-parameters.ts';
import { StripeApiError, invalidRequest, resourceMissing } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { PaymentMethodObject } from '../stripe-objects.ts';

interface TestCard {
  readonly brand: string;
  readonly last4: string;
  readonly funding?: string;
  /** Whether charges fail. */
  readonly declines?: boolean;
}

/** Stripe's test cards, by payment method id (https://docs.stripe.com/testing#cards). */
const testCards: Readonly<Record<string, TestCard>> = {
  pm_card_visa: { brand: 'visa', last4: '4242' },
  pm_card_visa_debit: { brand: 'visa', last4: '5556', funding: 'debit' },
  pm_card_mastercard: { brand: 'mastercard', last4: '4444' },
  pm_card_mastercard_debit: { brand: 'mastercard', last4: '3222', funding: 'debit' },
  pm_card_amex: { brand: 'amex', last4: '8431' },
  pm_card_discover: { brand: 'discover', last4: '9424' },
  pm_card_jcb: { brand: 'jcb', last4: '0505' },
  pm_card_chargeCustomerFail: { brand: 'visa', last4: '0341', declines: true },
};

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
        type: required(oneOf(['card'])),
        card: required(object({ token: required(string()) })),
        billing_details: billingDetails,
        metadata: metadata(),
        allow_redisplay: accepted(),
      },
      handle: ({ values }) => {
        const card = testCards[values.card.token.replace(/^tok_/, 'pm_card_')];
        if (!card) throw resourceMissing('token', values.card.token, 'card[token]', 400);
        const method = createCard(store, card, null);
        return store.keep({
          ...method,
          metadata: mergeMetadata({}, values.metadata),
          billing_details: {
            ...method.billing_details,
            ...values.billing_details,
            address: createAddress(values.billing_details?.address ?? {}),
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
        type: oneOf(['card']),
        allow_redisplay: accepted(),
      },
      handle: ({ values }) => {
        const found = store
          .all('payment_method')
          .filter((each) => each.customer === (values.customer ?? null));
        return paginate(found, values, '/v1/payment_methods');
      },
    }),
    createRoute({
      method: 'GET',
      path: '/v1/customers/:id/payment_methods',
      parameters: { ...paginationParameters, type: oneOf(['card']), allow_redisplay: accepted() },
      handle: ({ id, values }) => {
        const customer = store.get('customer', id);
        return paginate(methodsOf(store, customer.id), values, `/v1/customers/${id}/payment_methods`);
      },
    }),
  ];
}

/** A customer's payment methods, newest first. */
export function methodsOf(store: Store, customerId: string): PaymentMethodObject[] {
  return store.all('payment_method').filter((each) => each.customer === customerId);
}

/** Whether charges to this card fail, as Stripe's card 4000 0000 0000 0341 does. */
export function isDeclined(method: PaymentMethodObject): boolean {
  return Object.values(testCards).some((card) => card.declines && card.last4 === method.card?.last4);
}

/** Attaches a payment method. A test id such as `pm_card_visa` attaches a new card. */
export function attachPaymentMethod(
  store: Store,
  id: string,
  customerId: string,
  param: string,
): PaymentMethodObject {
  const customer = store.refer('customer', customerId, 'customer');
  const card = testCards[id];
  if (card) return store.commit('payment_method.attached', createCard(store, card, customer.id));
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

function createCard(store: Store, card: TestCard, customer: string | null): PaymentMethodObject {
  const nextYear = new Date(store.now() * 1000).getUTCFullYear() + 1;
  return {
    id: createId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: createAddress({}), email: null, name: null, phone: null, tax_id: null },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: card.brand,
      exp_month: 12,
      exp_year: nextYear,
      fingerprint: createSecret(16),
      funding: card.funding ?? 'credit',
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: store.now(),
    customer,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}
