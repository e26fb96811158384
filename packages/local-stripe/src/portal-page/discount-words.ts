import { formatAmount } from '../money.ts';
import type { Store } from '../store.ts';
import type { CouponObject, CustomerObject, SubscriptionObject } from '../stripe-objects.ts';
import { activeDiscounts, invoiceDiscountsOf } from '../billing/discounting.ts';
import { formatDate } from './format.ts';

/** `25% off for 3 months`. */
export function describeCoupon(coupon: CouponObject, currency: string): string {
  const amount = coupon.currency_options?.[currency]?.amount_off ?? coupon.amount_off ?? 0;
  const off = coupon.percent_off === null ? formatAmount(amount, currency) : `${coupon.percent_off}%`;
  const months = coupon.duration_in_months ?? 1;
  const durations: Readonly<Record<string, string>> = {
    forever: '',
    once: ' your next invoice',
    repeating: ` for ${months === 1 ? '1 month' : `${months} months`}`,
  };
  return `${off} off${durations[coupon.duration] ?? ''}`;
}

/** The discounts of a subscription and its items, such as `Welcome: 25% off for 3 months, until Jul 1, 2026`. */
export function listDiscounts(
  store: Store,
  subscription: SubscriptionObject,
  customer: CustomerObject,
): string[] {
  const ids = [
    ...subscription.items.data.flatMap((item) => item.discounts),
    ...invoiceDiscountsOf(subscription, customer),
  ];
  return activeDiscounts(store, ids, store.now()).flatMap(({ end, source }) => {
    const coupon = store.findEver('coupon', source.coupon);
    if (!coupon) return [];
    const until = end === null ? '' : `, until ${formatDate(end)}`;
    return [`${coupon.name ?? coupon.id}: ${describeCoupon(coupon, subscription.currency)}${until}`];
  });
}
