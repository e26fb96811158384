import type { Store } from '../store.ts';
import type {
  CouponObject,
  CustomerObject,
  DiscountAmount,
  DiscountObject,
  SubscriptionObject,
} from '../stripe-objects.ts';
import { shareOf } from './price-amounts.ts';

/** A line that discounts can reduce. */
interface DiscountableLine {
  readonly amount: number;
  readonly product: string;
  /** The discounts of the line's subscription item, which apply before those of the invoice. */
  readonly discounts: readonly string[];
  readonly discountable: boolean;
}

interface Discounting {
  readonly currency: string;
  /** The date of the invoice: a discount that has ended by then takes nothing off. */
  readonly at: number;
  readonly invoiceDiscounts: readonly string[];
}

/** The discounts of a subscription's invoices: its own, or without any those of its customer. */
export function invoiceDiscountsOf(subscription: SubscriptionObject, customer: CustomerObject): string[] {
  if (subscription.discounts.length > 0) return subscription.discounts;
  return customer.discount ? [customer.discount.id] : [];
}

/** The discounts that still apply at a time. */
export function activeDiscounts(store: Store, ids: readonly string[], at: number): DiscountObject[] {
  return ids.flatMap((id) => store.find('discount', id) ?? []).filter(({ end }) => end === null || end > at);
}

/** What each discount takes off each line. Every discount reduces what the earlier ones left. */
export function takeDiscounts(
  store: Store,
  lines: readonly DiscountableLine[],
  { currency, at, invoiceDiscounts }: Discounting,
): DiscountAmount[][] {
  const left = lines.map((line) => (line.discountable ? Math.max(0, line.amount) : 0));
  const taken = lines.map((): DiscountAmount[] => []);
  const take = (discount: DiscountObject, indexes: readonly number[]): void => {
    const coupon = store.findEver('coupon', discount.source.coupon);
    const products = coupon?.applies_to?.products;
    const reduced = indexes.filter((i) => !products || products.includes(lines[i]?.product ?? ''));
    let base = reduced.reduce((sum, i) => sum + (left[i] ?? 0), 0);
    let rest = coupon ? amountOff(coupon, base, currency) : 0;
    for (const i of reduced) {
      const amount = shareOf(rest, left[i] ?? 0, base);
      base -= left[i] ?? 0;
      rest -= amount;
      left[i] = (left[i] ?? 0) - amount;
      if (amount > 0) taken[i]?.push({ amount, discount: discount.id });
    }
  };
  lines.forEach((line, i) => {
    for (const discount of activeDiscounts(store, line.discounts, at)) take(discount, [i]);
  });
  for (const discount of activeDiscounts(store, invoiceDiscounts, at)) take(discount, [...lines.keys()]);
  return taken;
}

function amountOff(coupon: CouponObject, base: number, currency: string): number {
  if (coupon.percent_off !== null) return shareOf(base, Math.round(coupon.percent_off * 100), 10_000);
  const amount =
    coupon.currency === currency ? coupon.amount_off : coupon.currency_options?.[currency]?.amount_off;
  return Math.min(base, amount ?? 0);
}
