import { createId } from '../ids.ts';
import { cardDeclined, invalidRequest } from '../stripe-api-error.ts';
import { isDeclined } from '../resources/payment-method-types.ts';
import type { Store } from '../store.ts';
import type { CustomerObject, PriceObject, SubscriptionObject } from '../stripe-objects.ts';
import { redeemDiscounts, withoutSpentDiscounts } from './discounts.ts';
import type { DiscountRequest } from './subscription-internals.ts';
import { buildInvoice } from './invoice-builder.ts';
import { collectInvoice, findPayingMethod, hasFailed } from './payment.ts';
import { isFree } from './price-amounts.ts';
import { buildItem, firstCharges, isMetered, listItems, periodFrom } from './subscription-items.ts';
import type { Charge } from './subscription-internals.ts';
import { announceTrialEnd } from './trial-ending.ts';

interface NewSubscription {
  readonly customer: CustomerObject;
  readonly items: readonly {
    readonly price: PriceObject;
    readonly quantity: number;
    readonly metadata?: Record<string, string>;
    readonly discounts?: readonly DiscountRequest[] | null;
  }[];
  readonly currency: string;
  readonly discounts?: readonly DiscountRequest[] | null;
  readonly trialEnd: number | null;
  readonly defaultPaymentMethod: string | null;
  readonly description: string | null;
  readonly metadata: Record<string, string>;
  readonly collectionMethod: 'charge_automatically' | 'send_invoice';
  readonly daysUntilDue: number | null;
  readonly paymentBehavior: string;
  readonly onBehalfOf: string | null;
}

/** Starts a subscription. Creates and collects its first invoice, unless it starts with a trial. */
export function createSubscription(store: Store, contents: NewSubscription): SubscriptionObject {
  const draft = buildSubscription(store, contents);
  refuseUnpayable(store, contents, draft);
  const created = store.commit('customer.subscription.created', draft);
  const charges = firstCharges(store, draft);
  const started = charges.length === 0 ? created : withFirstInvoice(store, contents, created, charges);
  announceTrialEnd(store, started);
  return started;
}

function withFirstInvoice(
  store: Store,
  { customer }: NewSubscription,
  subscription: SubscriptionObject,
  charges: readonly Charge[],
): SubscriptionObject {
  const invoice = collectInvoice(
    store,
    buildInvoice(store, { customer, subscription, charges, billingReason: 'subscription_create' }),
  );
  return store.commit('customer.subscription.updated', {
    ...withoutSpentDiscounts(store, subscription, invoice),
    latest_invoice: invoice.id,
    ...(hasFailed(invoice) ? { status: 'incomplete' } : {}),
  });
}

function refuseUnpayable(store: Store, contents: NewSubscription, draft: SubscriptionObject): void {
  const due =
    draft.items.data.some((item) => !isMetered(item) && !isFree(item.price)) && draft.trial_end === null;
  if (
    !due ||
    contents.collectionMethod === 'send_invoice' ||
    contents.paymentBehavior === 'default_incomplete'
  )
    return;
  const method = findPayingMethod(store, contents.customer, draft);
  if (!method) {
    throw invalidRequest(
      'This customer has no attached payment source or default payment method. Please consider adding a default ' +
        'payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.',
      undefined,
      'resource_missing',
    );
  }
  if (contents.paymentBehavior === 'error_if_incomplete' && isDeclined(method)) throw cardDeclined();
}

function buildSubscription(store: Store, contents: NewSubscription): SubscriptionObject {
  const id = createId('sub');
  const now = store.now();
  const { trialEnd } = contents;
  const items = contents.items.map((item, index) => {
    const period = trialEnd === null ? periodFrom(now, item.price) : { start: now, end: trialEnd };
    const itemId = createId('si', 14);
    const holder = { customer: contents.customer, subscription: id, subscriptionItem: itemId };
    const discounts = redeemDiscounts(store, item.discounts, holder, `items[${index}][discounts]`);
    return buildItem(store, id, { ...item, id: itemId, discounts }, period);
  });
  return {
    id,
    object: 'subscription',
    ...unusedMembers,
    billing_cycle_anchor: trialEnd ?? now,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: contents.collectionMethod,
    created: now,
    currency: contents.currency,
    customer: contents.customer.id,
    days_until_due: contents.daysUntilDue,
    default_payment_method: contents.defaultPaymentMethod,
    description: contents.description,
    discounts: redeemDiscounts(store, contents.discounts, { customer: contents.customer, subscription: id }),
    ended_at: null,
    items: listItems(id, items),
    latest_invoice: null,
    metadata: contents.metadata,
    on_behalf_of: contents.onBehalfOf,
    pause_collection: null,
    start_date: now,
    status: trialEnd === null ? 'active' : 'trialing',
    trial_end: trialEnd,
    trial_start: trialEnd === null ? null : now,
  };
}

const unusedMembers = {
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
  billing_schedules: [],
  billing_thresholds: null,
  customer_account: null,
  default_source: null,
  default_tax_rates: [],
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: { type: 'self' },
  },
  livemode: false,
  managed_payments: { enabled: false },
  next_pending_invoice_item_invoice: null,
  payment_settings: {
    payment_method_options: null,
    payment_method_types: null,
    save_default_payment_method: 'off',
  },
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  test_clock: null,
  transfer_data: null,
  trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
};
