import { createId } from '../ids.ts';
import { createPlan } from '../resources/plans.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { List, PriceObject, SubscriptionItemObject, SubscriptionObject } from '../stripe-objects.ts';
import { periodEndOf } from './cancellation.ts';
import type { Charge } from './subscription-internals.ts';
import { addAnchored } from './periods.ts';
import { amountFor } from './price-amounts.ts';
import { describePrice } from './price-labels.ts';
import { usageOf } from './usage.ts';

interface Period {
  readonly start: number;
  readonly end: number;
}

/** Finds a price that subscriptions can use. @throws StripeApiError */
export function referRecurringPrice(store: Store, id: string, param: string): PriceObject {
  const price = store.refer('price', id, param);
  if (!price.recurring) {
    throw invalidRequest(
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
      param,
    );
  }
  if (!price.active) {
    throw invalidRequest(`The price specified is inactive. This field only accepts active prices.`, param);
  }
  return price;
}

/** The period of a price from a start time, aligned with the billing cycle anchor if that is earlier. */
export function periodFrom(start: number, price: PriceObject, anchor = start): Period {
  return {
    start,
    end: addAnchored(anchor, start, price.recurring ?? { interval: 'month', interval_count: 1 }),
  };
}

export function buildItem(
  store: Store,
  subscription: string,
  contents: {
    readonly id?: string;
    readonly price: PriceObject;
    readonly quantity: number;
    readonly metadata?: Record<string, string>;
    readonly discounts?: readonly string[];
  },
  period: Period,
): SubscriptionItemObject {
  return {
    id: contents.id ?? createId('si', 14),
    object: 'subscription_item',
    billing_thresholds: null,
    created: store.now(),
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [...(contents.discounts ?? [])],
    metadata: contents.metadata ?? {},
    plan: createPlan(contents.price),
    price: contents.price,
    ...(contents.price.recurring?.usage_type === 'metered' ? {} : { quantity: contents.quantity }),
    subscription,
    tax_rates: [],
  };
}

export function listItems(
  subscription: string,
  data: readonly SubscriptionItemObject[],
): List<SubscriptionItemObject> {
  return {
    object: 'list',
    data,
    has_more: false,
    url: `/v1/subscription_items?subscription=${subscription}`,
  };
}

/** What a whole period of an item costs before discounts. Usage is charged separately. */
export function amountOf(subscription: SubscriptionObject, item: SubscriptionItemObject): number {
  return isMetered(item) ? 0 : amountFor(item.price, item.quantity ?? 1, subscription.currency);
}

export function isMetered(item: SubscriptionItemObject): boolean {
  return item.price.recurring?.usage_type === 'metered';
}

/** The charge for an item for a whole period; for a usage-based price, for the usage in that period. */
export function chargeItem(
  store: Store,
  subscription: SubscriptionObject,
  item: SubscriptionItemObject,
  period: Period,
  trial = false,
): Charge {
  const { currency } = subscription;
  const product = store.find('product', item.price.product)?.name ?? item.price.product;
  const quantity = isMetered(item)
    ? usageOf(store, subscription.customer, item.price, period)
    : (item.quantity ?? 1);
  const description = trial
    ? `Trial period for ${product}`
    : `${quantity} × ${product} (at ${describePrice(item.price, currency)})`;
  return {
    description,
    amount: trial ? 0 : amountFor(item.price, quantity, currency),
    quantity,
    price: item.price,
    period,
    proration: false,
    subscriptionItem: item.id,
  };
}

/** The first charges of a subscription. Usage is charged when its period is over. */
export function firstCharges(store: Store, subscription: SubscriptionObject): Charge[] {
  return subscription.items.data
    .filter((item) => !isMetered(item))
    .map((item) => chargeItem(store, subscription, item, periodOf(item), subscription.trial_end !== null));
}

/** The charges of the items that renew next: usage of the period that ends, and other prices for the period that starts. */
export function renewalCharges(store: Store, subscription: SubscriptionObject): Charge[] {
  const start = periodEndOf(subscription);
  const due = subscription.items.data.filter((item) => item.current_period_end === start);
  return due.map((item) => {
    const next = periodFrom(start, item.price, subscription.billing_cycle_anchor);
    return chargeItem(store, subscription, item, isMetered(item) ? periodOf(item) : next);
  });
}

export function periodOf(item: SubscriptionItemObject): Period {
  return { start: item.current_period_start, end: item.current_period_end };
}

export function withPeriod(item: SubscriptionItemObject, period: Period): SubscriptionItemObject {
  return { ...item, current_period_start: period.start, current_period_end: period.end };
}
