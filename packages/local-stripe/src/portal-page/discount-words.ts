import type { Store } from '../store.ts';
import type { CouponObject, CustomerObject, SubscriptionObject } from '../stripe-objects.ts';
import { activeDiscounts, invoiceDiscountsOf } from '../billing/discounting.ts';
import { formatAmount, formatDate } from './format.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

/** `25% off for 3 months`. */
export function describeCoupon(coupon: CouponObject, currency: string): Html {
  const amount = coupon.currency_options?.[currency]?.amount_off ?? coupon.amount_off ?? 0;
  const off = coupon.percent_off === null ? formatAmount(amount, currency) : `${coupon.percent_off}%`;
  if (coupon.duration === 'once') return html`${off} off your next invoice`;
  const months = coupon.duration === 'repeating' ? coupon.duration_in_months : null;
  if (months === null) return html`${off} off`;
  return months === 1 ? html`${off} off for 1 month` : html`${off} off for ${months} months`;
}

/** The discounts of a subscription and its items, such as `Welcome: 25% off for 3 months, until Jul 1, 2026`. */
export function listDiscounts(
  store: Store,
  subscription: SubscriptionObject,
  customer: CustomerObject,
): Html[] {
  const ids = [
    ...subscription.items.data.flatMap((item) => item.discounts),
    ...invoiceDiscountsOf(subscription, customer),
  ];
  return activeDiscounts(store, ids, store.now()).flatMap(({ end, source }) => {
    const coupon = store.findEver('coupon', source.coupon);
    if (!coupon) return [];
    const until = end !== null && html`, until ${formatDate(end)}`;
    return [html`${coupon.name ?? coupon.id}: ${describeCoupon(coupon, subscription.currency)}${until}`];
  });
}
