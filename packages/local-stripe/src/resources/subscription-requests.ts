import { buildCancellationDetails, refuseEnded, withCancellation } from '../billing/cancellation.ts';
import { replaceDiscounts } from '../billing/discounts.ts';
import { dropPendingUpdate } from '../billing/invoice-outcomes.ts';
import { applyItemChanges, planItemChanges } from '../billing/item-changes.ts';
import { currenciesOf, requireCurrency } from '../billing/price-amounts.ts';
import type { ItemChange } from '../billing/subscription-internals.ts';
import { createSubscription } from '../billing/subscription-creation.ts';
import { referRecurringPrice } from '../billing/subscription-items.ts';
import { announceTrialEnd } from '../billing/trial-ending.ts';
import type { Decoded } from '../parameters.ts';
import { mergeMetadata } from '../shared-parameters.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { CustomerObject, PriceObject, SubscriptionObject } from '../stripe-objects.ts';
import type { createParameters, updateParameters } from './subscription-parameters.ts';

/** Starts a subscription from a request. */
export function requestSubscription(
  store: Store,
  values: Decoded<typeof createParameters>,
): SubscriptionObject {
  const customer = store.refer('customer', values.customer, 'customer');
  if (values.default_payment_method !== undefined)
    referMethod(store, values.default_payment_method, customer.id);
  const items = values.items.map((item, index) => ({
    price: referRecurringPrice(store, item.price, `items[${index}][price]`),
    quantity: quantityOf(item.quantity, store, item.price, `items[${index}][quantity]`),
    metadata: mergeMetadata({}, item.metadata),
    discounts: item.discounts ?? null,
  }));
  const currency = currencyOf(values.currency, customer, items[0]?.price);
  items.forEach(({ price }, index) => {
    requireCurrency(price, currency, `items[${index}][price]`);
  });
  const created = createSubscription(store, {
    customer,
    items,
    currency,
    discounts: values.discounts ?? null,
    trialEnd: trialEndOf(store, values),
    defaultPaymentMethod: values.default_payment_method ?? null,
    description: values.description ?? null,
    metadata: mergeMetadata({}, values.metadata),
    collectionMethod: values.collection_method ?? 'charge_automatically',
    daysUntilDue: daysUntilDueOf(values, null),
    paymentBehavior: values.payment_behavior ?? 'allow_incomplete',
    onBehalfOf: values.on_behalf_of ?? null,
  });
  const canceling = cancellationOf(values);
  if (canceling === undefined) return created;
  return store.commit('customer.subscription.updated', withCancellation(store, created, canceling));
}

/** The currency that the request names, else the customer's, else that of the price. */
function currencyOf(
  wanted: string | undefined,
  customer: CustomerObject,
  price: PriceObject | undefined,
): string {
  if (wanted !== undefined) return wanted.toLowerCase();
  const { currency } = customer;
  return currency && price && currenciesOf(price).includes(currency) ? currency : (price?.currency ?? 'usd');
}

function quantityOf(quantity: number | undefined, store: Store, priceId: string, param: string): number {
  const metered = store.find('price', priceId)?.recurring?.usage_type === 'metered';
  if (metered && quantity !== undefined)
    throw invalidRequest('You cannot set the quantity for metered plans.', param);
  return quantity ?? 1;
}

/** @throws StripeApiError unless the due days belong to the collection method */
function daysUntilDueOf(
  values: { readonly collection_method?: string; readonly days_until_due?: number },
  before: SubscriptionObject | null,
): number | null {
  const method = values.collection_method ?? before?.collection_method ?? 'charge_automatically';
  const days = values.days_until_due ?? before?.days_until_due ?? null;
  if (method === 'send_invoice' && days === null) {
    throw invalidRequest(
      'You must specify `days_until_due` when `collection_method` is `send_invoice`.',
      'days_until_due',
      'parameter_missing',
    );
  }
  if (method === 'charge_automatically' && values.days_until_due !== undefined)
    throw invalidRequest('`days_until_due` requires `collection_method=send_invoice`.', 'days_until_due');
  return method === 'send_invoice' ? days : null;
}

function trialEndOf(
  store: Store,
  values: { readonly trial_end?: unknown; readonly trial_period_days?: number },
): number | null {
  if (values.trial_period_days !== undefined) return store.now() + values.trial_period_days * 86_400;
  if (values.trial_end === undefined || values.trial_end === 'now') return null;
  const end = Number(values.trial_end);
  if (!Number.isInteger(end) || end <= store.now()) {
    throw invalidRequest('Invalid timestamp: must be an integer Unix timestamp in the future.', 'trial_end');
  }
  return end;
}

function cancellationOf(values: {
  readonly cancel_at_period_end?: boolean;
  readonly cancel_at?: number | null;
}): number | 'period_end' | null | undefined {
  const { cancel_at: at, cancel_at_period_end: atPeriodEnd } = values;
  if (at !== undefined && at !== null && atPeriodEnd) {
    throw invalidRequest(
      'You cannot pass both `cancel_at` and `cancel_at_period_end`.',
      'cancel_at_period_end',
    );
  }
  if (atPeriodEnd) return 'period_end';
  if (at !== undefined) return at;
  return atPeriodEnd === false ? null : undefined;
}

function referMethod(store: Store, id: string, customerId: string): void {
  const method = store.refer('payment_method', id, 'default_payment_method');
  if (method.customer === customerId) return;
  throw invalidRequest(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    'default_payment_method',
    'resource_missing',
  );
}

/** Updates a subscription from a request. */
export function requestChanges(
  store: Store,
  before: SubscriptionObject,
  values: Decoded<typeof updateParameters>,
): SubscriptionObject {
  const onlyWords = Object.keys(values).every(
    (name) => name === 'metadata' || name === 'cancellation_details',
  );
  if (!onlyWords) refuseEnded(before);
  if (values.default_payment_method !== undefined)
    referMethod(store, values.default_payment_method, before.customer);
  const canceling = cancellationOf(values);
  if (before.schedule !== null && canceling !== undefined) {
    throw invalidRequest(
      `The subscription is managed by the subscription schedule \`${before.schedule}\`, and updating any cancelation ` +
        'behavior directly is not allowed. Please update the schedule instead.',
    );
  }
  let next: SubscriptionObject = {
    ...before,
    ...(values.collection_method ? { collection_method: values.collection_method } : {}),
    days_until_due: daysUntilDueOf(values, before),
    ...(values.default_payment_method ? { default_payment_method: values.default_payment_method } : {}),
    ...(values.description === undefined ? {} : { description: values.description }),
    ...(values.pause_collection === undefined
      ? {}
      : { pause_collection: pauseCollectionOf(values.pause_collection) }),
    ...(values.trial_end === undefined ? {} : trialMembers(store, values)),
    ...(values.cancellation_details
      ? { cancellation_details: buildCancellationDetails(before, values.cancellation_details, null) }
      : {}),
    metadata: mergeMetadata(before.metadata, values.metadata),
  };
  if (values.discounts !== undefined) next = replaceDiscounts(store, next, values.discounts);
  if (values.items || values.billing_cycle_anchor === 'now')
    next = changeItems(store, dropPendingUpdate(store, next), values);
  if (canceling !== undefined) next = withCancellation(store, next, canceling, values.cancellation_details);
  const changed = store.commit('customer.subscription.updated', next);
  announceTrialEnd(store, changed);
  return changed;
}

function pauseCollectionOf(
  values: { readonly behavior: string; readonly resumes_at?: number } | null,
): SubscriptionObject['pause_collection'] {
  return values && { behavior: values.behavior, resumes_at: values.resumes_at ?? null };
}

function trialMembers(store: Store, values: { readonly trial_end?: unknown }): Partial<SubscriptionObject> {
  const end = trialEndOf(store, values);
  return end === null
    ? { trial_end: store.now(), status: 'active' }
    : { trial_start: store.now(), trial_end: end, status: 'trialing' };
}

function changeItems(
  store: Store,
  subscription: SubscriptionObject,
  values: Decoded<typeof updateParameters>,
): SubscriptionObject {
  const changes: ItemChange[] = (values.items ?? []).map(({ metadata: data, ...change }) => ({
    ...change,
    ...(data ? { metadata: { ...data } } : {}),
  }));
  const plan = planItemChanges(store, subscription, changes, {
    proration: values.proration_behavior ?? 'create_prorations',
    anchorNow: values.billing_cycle_anchor === 'now',
  });
  const waits = values.payment_behavior === 'pending_if_incomplete';
  return applyItemChanges(store, plan, waits ? subscription : null);
}
