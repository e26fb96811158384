import { createSubscription } from '../billing/subscription-creation.ts';
import { email, string } from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { CheckoutSessionObject, CustomerObject, SubscriptionObject } from '../stripe-objects.ts';
import { checkoutParameters } from './checkout-parameters.ts';
import { createCheckoutSession } from './checkout-sessions.ts';
import { createCustomer } from './customers.ts';
import { attachPaymentMethod } from './payment-methods.ts';

const payerParameters = { email: email(), name: string() };
type Payer = Decoded<typeof payerParameters>;

/** Controls for what a payer does in the browser: opening a Payment Link, and completing a session. */
export function createCheckoutControlRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/_control/checkout_sessions',
      parameters: { ...checkoutParameters, payment_link: string() },
      handle: ({ values: { payment_link: link, ...values } }) =>
        createCheckoutSession(store, values, link ?? null),
    }),
    createRoute({
      method: 'POST',
      path: '/_control/checkout_sessions/:id/complete',
      parameters: payerParameters,
      handle: ({ id, values }) => complete(store, store.get('checkout.session', id), values),
    }),
  ];
}

/** Pays with a card that works. As at Stripe, receivers cannot rely on the order of the events. */
function complete(store: Store, session: CheckoutSessionObject, payer: Payer): CheckoutSessionObject {
  if (session.status !== 'open') {
    throw invalidRequest(`This Checkout Session is \`${String(session.status)}\`: it cannot be completed.`);
  }
  const customer = customerOf(store, session, payer);
  const method = customer && attachPaymentMethod(store, 'pm_card_visa', customer.id, 'payment_method');
  const subscription =
    customer && method && session.mode === 'subscription'
      ? subscribe(store, session, customer, method.id)
      : null;
  return store.commit('checkout.session.completed', {
    ...session,
    customer: customer?.id ?? null,
    customer_details: buildCustomerDetails(session, customer, payer),
    invoice: subscription?.latest_invoice ?? null,
    payment_status: session.payment_status === 'unpaid' ? 'paid' : session.payment_status,
    status: 'complete',
    subscription: subscription?.id ?? null,
    url: null,
  });
}

/** The session's customer: the one it was created for, or a new one if it creates one, or null for a guest. */
function customerOf(store: Store, session: CheckoutSessionObject, payer: Payer): CustomerObject | null {
  if (session.customer !== null) return store.get('customer', session.customer);
  if (session.customer_creation !== 'always') return null;
  const { email: address, name } = buildCustomerDetails(session, null, payer);
  return createCustomer(store, { email: address, name });
}

function buildCustomerDetails(session: CheckoutSessionObject, customer: CustomerObject | null, payer: Payer) {
  return {
    address: null,
    business_name: null,
    email: session.customer_email ?? payer.email ?? customer?.email ?? 'payer@example.com',
    individual_name: null,
    name: payer.name ?? customer?.name ?? null,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  };
}

function subscribe(
  store: Store,
  session: CheckoutSessionObject,
  customer: CustomerObject,
  defaultPaymentMethod: string,
): SubscriptionObject {
  return createSubscription(store, {
    customer,
    items: session.line_items.data.map(({ price, quantity }) => ({ price, quantity })),
    currency: session.currency ?? 'usd',
    trialEnd: null,
    defaultPaymentMethod,
    description: null,
    metadata: {},
    collectionMethod: 'charge_automatically',
    daysUntilDue: null,
    paymentBehavior: 'allow_incomplete',
    onBehalfOf: null,
  });
}
