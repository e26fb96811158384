import { amountFor } from '../billing/price-amounts.ts';
import { createId, createSecret } from '../ids.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { mergeMetadata } from '../shared-parameters.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { CheckoutItemObject, CheckoutSessionObject, PriceObject } from '../stripe-objects.ts';
import { type CheckoutValues, checkoutParameters } from './checkout-parameters.ts';

/** The part of Checkout that links customers. Sessions have no page; a control completes them. */
export function createCheckoutSessionRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/v1/checkout/sessions',
      parameters: checkoutParameters,
      handle: ({ values }) => createCheckoutSession(store, values, null),
    }),
    createRoute({
      method: 'GET',
      path: '/v1/checkout/sessions/:id',
      parameters: {},
      handle: ({ id }) => store.get('checkout.session', id),
    }),
  ];
}

/** Opens a session. Stripe sends no event for it. */
export function createCheckoutSession(
  store: Store,
  values: CheckoutValues,
  paymentLink: string | null,
): CheckoutSessionObject {
  refuseContradictions(values);
  if (values.customer !== undefined) store.refer('customer', values.customer, 'customer');
  const items = (values.line_items ?? []).map(({ price: id, quantity = 1 }, index) =>
    createItem(store.refer('price', id, `line_items[${index}][price]`), quantity),
  );
  refuseOtherPrices(values.mode, items);
  const id = createId('cs_test', 58);
  const paying = values.mode !== 'setup';
  const amount = paying ? items.reduce((sum, item) => sum + item.amount_total, 0) : null;
  return store.keep({
    id,
    object: 'checkout.session',
    ...unusedMembers,
    amount_subtotal: amount,
    amount_total: amount,
    cancel_url: values.cancel_url ?? null,
    client_reference_id: values.client_reference_id ?? null,
    created: store.now(),
    currency: items[0]?.currency ?? values.currency ?? null,
    customer: values.customer ?? null,
    customer_creation: customerCreationOf(values),
    customer_details: null,
    customer_email: values.customer_email ?? null,
    expires_at: store.now() + 86_400,
    invoice: null,
    line_items: {
      object: 'list',
      data: items,
      has_more: false,
      url: `/v1/checkout/sessions/${id}/line_items`,
    },
    metadata: mergeMetadata({}, values.metadata),
    mode: values.mode,
    payment_link: paymentLink,
    payment_method_collection: values.mode === 'subscription' ? 'always' : 'if_required',
    payment_status: amount === null || amount === 0 ? 'no_payment_required' : 'unpaid',
    status: 'open',
    subscription: null,
    success_url: values.success_url,
    total_details: paying ? { amount_discount: 0, amount_shipping: 0, amount_tax: 0 } : null,
    url: `${store.baseUrl}/c/pay/${id}#${createSecret(40)}`,
  });
}

function customerCreationOf({ mode, customer, customer_creation: wanted }: CheckoutValues): string | null {
  if (customer !== undefined) return null;
  return mode === 'subscription' ? 'always' : (wanted ?? 'if_required');
}

function createItem(price: PriceObject, quantity: number): CheckoutItemObject {
  const amount = amountFor(price, quantity, price.currency);
  return {
    id: createId('li'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: price.nickname,
    metadata: {},
    price,
    quantity,
  };
}

function refuseContradictions(values: CheckoutValues): void {
  const { mode, customer, customer_creation: creation, customer_email: email } = values;
  if (customer !== undefined && email !== undefined) {
    throw invalidRequest(
      'You may only specify one of these parameters: customer, customer_email.',
      'customer',
    );
  }
  if (creation !== undefined && mode === 'subscription') {
    throw invalidRequest(
      '`customer_creation` can only be used in `payment` and `setup` mode.',
      'customer_creation',
    );
  }
  if (mode !== 'setup' && values.line_items === undefined) {
    throw invalidRequest('Missing required param: line_items.', 'line_items', 'parameter_missing');
  }
}

function refuseOtherPrices(mode: string, items: readonly CheckoutItemObject[]): void {
  const recurring = items.filter(({ price }) => price.recurring !== null).length;
  if (mode === 'subscription' && recurring === 0) {
    throw invalidRequest(
      'You must provide at least one recurring price in `subscription` mode when using prices.',
      'line_items',
    );
  }
  if (mode === 'subscription' && recurring < items.length) {
    throw invalidRequest('The local Stripe takes no one-time prices in `subscription` mode.', 'line_items');
  }
  if (mode === 'payment' && recurring > 0) {
    throw invalidRequest(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only ' +
        'one-time prices.',
      'line_items',
    );
  }
}

const unusedMembers = {
  adaptive_pricing: { enabled: false },
  after_expiration: null,
  allow_promotion_codes: null,
  allowed_payment_method_types: null,
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: null,
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  currency_conversion: null,
  custom_fields: [],
  custom_text: {
    after_submit: null,
    shipping_address: null,
    submit: null,
    terms_of_service_acceptance: null,
  },
  customer_account: null,
  discounts: [],
  integration_identifier: null,
  invoice_creation: null,
  livemode: false,
  locale: null,
  managed_payments: null,
  origin_context: null,
  payment_intent: null,
  payment_method_configuration_details: null,
  payment_method_options: {},
  payment_method_types: ['card'],
  permissions: null,
  phone_number_collection: { enabled: false },
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  submit_type: null,
  ui_mode: 'hosted_page',
  wallet_options: null,
};
