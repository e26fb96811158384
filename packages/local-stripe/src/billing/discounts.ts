import { createId } from '../ids.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type {
  CouponObject,
  CustomerObject,
  DiscountObject,
  InvoiceObject,
  PromotionCodeObject,
  SubscriptionObject,
} from '../stripe-objects.ts';
import { addInterval } from './periods.ts';
import type { DiscountRequest } from './subscription-internals.ts';

/** What is discounted. */
interface DiscountHolder {
  readonly customer: CustomerObject;
  readonly subscription?: string;
  readonly subscriptionItem?: string;
  /** The ids of the discounts that the holder has already. */
  readonly present?: readonly string[];
}

/** Redeems coupons and promotion codes. Returns the ids of the discounts. @throws StripeApiError */
export function redeemDiscounts(
  store: Store,
  requests: readonly DiscountRequest[] | null | undefined,
  holder: DiscountHolder,
  param = 'discounts',
): string[] {
  return (requests ?? []).map((request, index) => redeem(store, request, holder, `${param}[${index}]`));
}

function redeem(store: Store, request: DiscountRequest, holder: DiscountHolder, param: string): string {
  const { coupon: couponId, promotion_code: codeId, discount: discountId } = request;
  const given = [couponId, codeId, discountId].filter((id) => typeof id === 'string');
  if (given.length !== 1)
    throw invalidRequest('You must pass exactly one of `coupon`, `promotion_code` or `discount`.', param);
  if (discountId) {
    if (holder.present?.includes(discountId)) return discountId;
    throw invalidRequest(`No such discount: '${discountId}'`, `${param}[discount]`, 'resource_missing');
  }
  const code = codeId ? store.refer('promotion_code', codeId, `${param}[promotion_code]`) : null;
  const coupon = store.refer('coupon', code?.promotion.coupon ?? couponId ?? '', `${param}[coupon]`);
  if (code) refuseCode(store, code, holder.customer, `${param}[promotion_code]`);
  if (!coupon.valid)
    throw invalidRequest(`Coupon expired: ${coupon.id}`, `${param}[coupon]`, 'coupon_expired');
  return createDiscount(store, coupon, code, holder).id;
}

/** Creates a discount from a coupon, and counts the redemption. */
export function createDiscount(
  store: Store,
  coupon: CouponObject,
  code: PromotionCodeObject | null,
  { customer, subscription, subscriptionItem }: DiscountHolder,
): DiscountObject {
  const redeemed = coupon.times_redeemed + 1;
  store.keep({ ...coupon, times_redeemed: redeemed, valid: coupon.max_redemptions !== redeemed });
  if (code) {
    const uses = code.times_redeemed + 1;
    store.keep({ ...code, times_redeemed: uses, active: code.max_redemptions !== uses });
  }
  const months = coupon.duration === 'repeating' ? coupon.duration_in_months : null;
  return store.commit('customer.discount.created', {
    id: createId('di'),
    object: 'discount',
    checkout_session: null,
    customer: customer.id,
    customer_account: null,
    end: months === null ? null : addInterval(store.now(), { interval: 'month', interval_count: months }),
    invoice: null,
    invoice_item: null,
    promotion_code: code?.id ?? null,
    source: { coupon: coupon.id, type: 'coupon' },
    start: store.now(),
    subscription: subscription ?? null,
    subscription_item: subscriptionItem ?? null,
  });
}

function refuseCode(store: Store, code: PromotionCodeObject, customer: CustomerObject, param: string): void {
  if (!code.active) throw invalidRequest('This promotion code is not active.', param, 'coupon_expired');
  if (code.customer !== null && code.customer !== customer.id)
    throw invalidRequest('This promotion code cannot be redeemed by this customer.', param);
  const hasPaid = store.all('invoice').some((each) => each.customer === customer.id && each.amount_paid > 0);
  if (code.restrictions.first_time_transaction && hasPaid) {
    throw invalidRequest(
      'This promotion code cannot be redeemed because the associated customer has prior transactions.',
      param,
    );
  }
}

/** Gives a subscription other discounts. Those that it no longer has end. */
export function replaceDiscounts(
  store: Store,
  before: SubscriptionObject,
  requests: readonly DiscountRequest[] | null,
): SubscriptionObject {
  const discounts = redeemDiscounts(store, requests, {
    customer: store.get('customer', before.customer),
    subscription: before.id,
    present: before.discounts,
  });
  const ended = before.discounts.filter((id) => !discounts.includes(id));
  return { ...withoutDiscounts(store, before, ({ id }) => ended.includes(id)), discounts };
}

export function addDiscount(
  store: Store,
  subscription: SubscriptionObject,
  request: DiscountRequest,
): SubscriptionObject {
  const present = subscription.discounts.map((discount) => ({ discount }));
  return replaceDiscounts(store, subscription, [...present, request]);
}

/** Takes discounts off a subscription and its items. Invoices still refer to them. */
export function withoutDiscounts(
  store: Store,
  subscription: SubscriptionObject,
  isGone: (discount: DiscountObject) => boolean,
): SubscriptionObject {
  const keeps = (id: string): boolean => {
    const discount = store.find('discount', id);
    const gone = discount !== null && isGone(discount);
    if (gone) store.announce('customer.discount.deleted', discount);
    return !gone;
  };
  return {
    ...subscription,
    discounts: subscription.discounts.filter(keeps),
    items: {
      ...subscription.items,
      data: subscription.items.data.map((item) => ({ ...item, discounts: item.discounts.filter(keeps) })),
    },
  };
}

/** Takes off what an invoice used up: the discounts that apply once. */
export function withoutSpentDiscounts(
  store: Store,
  subscription: SubscriptionObject,
  invoice: InvoiceObject,
): SubscriptionObject {
  const used = new Set((invoice.total_discount_amounts ?? []).map(({ discount }) => discount));
  const isSpent = ({ id, source }: DiscountObject): boolean =>
    used.has(id) && store.findEver('coupon', source.coupon)?.duration === 'once';
  const customer = store.get('customer', subscription.customer);
  if (customer.discount && isSpent(customer.discount)) removeCustomerDiscount(store, customer);
  return withoutDiscounts(store, subscription, isSpent);
}

/** Removes the discount of a customer, if there is one. */
export function removeCustomerDiscount(store: Store, customer: CustomerObject): void {
  if (!customer.discount) return;
  store.announce('customer.discount.deleted', customer.discount);
  store.commit('customer.updated', { ...customer, discount: null });
}

/** Removes the discounts of customers that have ended, and marks coupons that can no longer be redeemed. */
export function expireDiscounts(store: Store): void {
  const now = store.now();
  for (const customer of store.all('customer')) {
    if ((customer.discount?.end ?? Infinity) <= now) removeCustomerDiscount(store, customer);
  }
  for (const coupon of store.all('coupon')) {
    if (coupon.valid && (coupon.redeem_by ?? Infinity) <= now) store.keep({ ...coupon, valid: false });
  }
  for (const code of store.all('promotion_code')) {
    if (code.active && (code.expires_at ?? Infinity) <= now) store.keep({ ...code, active: false });
  }
}
