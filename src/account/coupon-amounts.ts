import type Stripe from 'stripe';
import type { StripeClient } from '../stripe/stripe-client.ts';

/**
 * Adds the amounts of coupons in the currencies of subscriptions, which Stripe does not expand in a list. They are read
 * only for a subscription in another currency than the coupon's.
 * @throws BillingError of the Stripe kind
 */
export async function addCouponAmounts(
  stripe: StripeClient,
  customer: Stripe.Customer,
  subscriptions: readonly Stripe.Subscription[],
): Promise<void> {
  const foreign = subscriptions.flatMap(({ currency, discounts, items }) =>
    [customer.discount, ...discounts, ...items.data.flatMap((item) => item.discounts)]
      .flatMap(listCoupon)
      .filter((coupon) => coupon.amount_off !== null && coupon.currency !== currency),
  );
  const reads = new Map<string, Promise<Stripe.Coupon>>();
  const read = (id: string): Promise<Stripe.Coupon> =>
    stripe.read((sdk, options) => sdk.coupons.retrieve(id, { expand: ['currency_options'] }, options));
  await Promise.all(
    foreign.map(async (coupon) => {
      const whole = reads.get(coupon.id) ?? read(coupon.id);
      reads.set(coupon.id, whole);
      coupon.currency_options = (await whole).currency_options;
    }),
  );
}

function listCoupon(discount: string | Stripe.Discount | null | undefined): Stripe.Coupon[] {
  if (typeof discount !== 'object' || discount === null) return [];
  const { coupon } = discount.source;
  return typeof coupon === 'object' && coupon !== null ? [coupon] : [];
}
