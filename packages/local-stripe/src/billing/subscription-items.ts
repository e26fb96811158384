import { createId } from '../ids.ts';
import { createPlan } from '../resources/plans.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { List, PriceObject, SubscriptionItemObject } from '../stripe-objects.ts';
import type { Charge } from './subscription-internals.ts';
import { addAnchored } from './periods.ts';

export interface Period {
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
    discounts: [],
    metadata: contents.metadata ?? {},
    plan: createPlan(contents.price),
    price: contents.price,
    quantity: contents.quantity,
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

export function amountOf(item: SubscriptionItemObject): number {
  return item.price.unit_amount * item.quantity;
}

/** The charge for an item for a whole period. */
export function chargeItem(
  store: Store,
  item: SubscriptionItemObject,
  period: Period,
  trial = false,
): Charge {
  const product = store.find('product', item.price.product)?.name ?? item.price.product;
  const { interval = 'month', interval_count: count = 1 } = item.price.recurring ?? {};
  const every = count === 1 ? interval : `${count} ${interval}s`;
  const description = trial
    ? `Trial period for ${product}`
    : `${item.quantity} × ${product} (at ${formatAmount(item.price.unit_amount, item.price.currency)} / ${every})`;
  return {
    description,
    amount: trial ? 0 : amountOf(item),
    quantity: item.quantity,
    price: item.price,
    period,
    proration: false,
    subscriptionItem: item.id,
  };
}

/** The credit or the charge for the rest of an item's period. */
export function chargeRest(
  store: Store,
  item: SubscriptionItemObject,
  kind: 'unused' | 'remaining',
  now: number,
): Charge {
  const { current_period_start: start, current_period_end: end } = item;
  const share = end > start ? Math.min(1, Math.max(0, (end - now) / (end - start))) : 0;
  const product = store.find('product', item.price.product)?.name ?? item.price.product;
  const quantity = item.quantity === 1 ? '' : `${item.quantity} × `;
  const words = kind === 'unused' ? 'Unused time on' : 'Remaining time on';
  return {
    description: `${words} ${quantity}${product} after ${new Date(now * 1000).toUTCString().slice(5, 16)}`,
    amount: Math.round(amountOf(item) * share) * (kind === 'unused' ? -1 : 1),
    quantity: item.quantity,
    price: item.price,
    period: { start: now, end },
    proration: true,
    subscriptionItem: item.id,
  };
}

/** Formats an amount for people. Currencies without cents have no decimals. */
export function formatAmount(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: currency.toUpperCase() });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
