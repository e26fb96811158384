import type { Store } from '../store.ts';
import type { SubscriptionItemObject, SubscriptionObject } from '../stripe-objects.ts';
import { activeDiscounts, invoiceDiscountsOf, takeDiscounts } from './discounting.ts';
import { shareOf } from './price-amounts.ts';
import { amountOf } from './subscription-items.ts';
import type { Charge } from './subscription-internals.ts';

/** The credit or the charge for the rest of an item's period. Usage has none: it is charged when it is known. */
export function chargeRest(
  store: Store,
  subscription: SubscriptionObject,
  item: SubscriptionItemObject,
  kind: 'unused' | 'remaining',
  now: number,
): Charge {
  const { current_period_start: start, current_period_end: end } = item;
  const product = store.find('product', item.price.product)?.name ?? item.price.product;
  const { quantity = 1 } = item;
  const words = kind === 'unused' ? 'Unused time on' : 'Remaining time on';
  const amount =
    kind === 'unused'
      ? -(
          billedRest(store, subscription, item, now) ??
          shareOf(netAmountOf(store, subscription, item), end - now, end - start)
        )
      : shareOf(netAmountOf(store, subscription, item), end - now, end - start);
  return {
    description: `${words} ${quantity === 1 ? '' : `${quantity} × `}${product} after ${new Date(now * 1000).toUTCString().slice(5, 16)}`,
    amount,
    quantity,
    price: item.price,
    period: { start: now, end },
    proration: true,
    subscriptionItem: item.id,
  };
}

/** What was billed for the rest of an item's period, after discounts; null if no line says so. */
function billedRest(
  store: Store,
  subscription: SubscriptionObject,
  item: SubscriptionItemObject,
  now: number,
): number | null {
  const invoiced = store.all('invoice').flatMap((invoice) =>
    invoice.lines.data
      .filter((line) => line.parent?.subscription_item_details?.subscription_item === item.id)
      .map(({ amount, discount_amounts: taken, period }) => ({
        amount: taken.reduce((rest, each) => rest - each.amount, amount),
        period,
      })),
  );
  const pending = store
    .internalsOf(subscription.id)
    .pendingCharges.filter((charge) => charge.subscriptionItem === item.id);
  const billed = [...invoiced, ...pending].filter(({ period }) => period.end === item.current_period_end);
  if (billed.length === 0) return null;
  return billed.reduce(
    (sum, { amount, period }) => sum + shareOf(amount, period.end - now, period.end - period.start),
    0,
  );
}

/** What a whole period of an item costs after the discounts that last. A discount that applies once has no part in it. */
function netAmountOf(store: Store, subscription: SubscriptionObject, item: SubscriptionItemObject): number {
  const at = store.now();
  const lasting = (ids: readonly string[]): string[] =>
    activeDiscounts(store, ids, at)
      .filter(({ source }) => store.findEver('coupon', source.coupon)?.duration !== 'once')
      .map(({ id }) => id);
  const others = subscription.items.data.filter((each) => each.id !== item.id);
  const lines = [item, ...others].map((each) => ({
    amount: amountOf(subscription, each),
    product: each.price.product,
    discounts: lasting(each.discounts),
    discountable: true,
  }));
  const [taken = []] = takeDiscounts(store, lines, {
    currency: subscription.currency,
    at,
    invoiceDiscounts: lasting(invoiceDiscountsOf(subscription, store.get('customer', subscription.customer))),
  });
  return taken.reduce((rest, { amount }) => rest - amount, amountOf(subscription, item));
}
