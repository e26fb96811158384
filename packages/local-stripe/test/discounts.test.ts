import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createCustomer, createPrice, createSubscriber, eventsDuring, idOf } from './fixtures.ts';
import { itemOf, listInvoices } from './subscription-facts.ts';

const day = 86_400;

let client: LocalStripeClient;
let stripe: Stripe;
let now = new Date('2026-04-01T00:00:00Z');
beforeAll(async () => {
  client = await startLocalStripe({ now: () => now });
  stripe = client.stripe;
});

const half: Stripe.CouponCreateParams = { percent_off: 50, duration: 'forever' };

/** Starts a subscription to two prices, of 10 and 30 dollars. */
async function subscribe(
  params: Omit<Stripe.SubscriptionCreateParams, 'customer' | 'items'> = {},
  itemCoupon?: string,
) {
  const customer = await createCustomer(stripe);
  const prices = [await createPrice(stripe, 1000), await createPrice(stripe, 3000)];
  const items = prices.map(({ id }, index) => ({
    price: id,
    ...(itemCoupon && index === 0 ? { discounts: [{ coupon: itemCoupon }] } : {}),
  }));
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items, ...params });
  const [invoice] = await listInvoices(stripe, subscription);
  if (!invoice) throw new Error('the subscription has no invoice');
  return { customer, prices, subscription, invoice };
}

/** The totals of a subscription's invoices, oldest first. */
async function totalsOf(subscription: Stripe.Subscription): Promise<number[]> {
  return (await listInvoices(stripe, subscription)).map(({ total }) => total).reverse();
}

describe('a discount', () => {
  test('of a percentage reduces each line, and the invoice names it', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 33.33, duration: 'forever' });
    const { subscription, invoice } = await subscribe({ discounts: [{ coupon }] });
    const [discount] = subscription.discounts.map(idOf);
    expect(invoice).toMatchObject({
      subtotal: 4000,
      total: 2667,
      amount_paid: 2667,
      discounts: [discount],
      total_discount_amounts: [{ amount: 1333, discount }],
    });
    expect(invoice.lines.data.map((line) => [line.amount, line.discount_amounts?.[0]?.amount])).toEqual([
      [1000, 333],
      [3000, 1000],
    ]);
    const expanded = await stripe.subscriptions.retrieve(subscription.id, {
      expand: ['discounts.source.coupon'],
    });
    expect(expanded.discounts).toMatchObject([
      { end: null, source: { coupon: { id: coupon, percent_off: 33.33 } } },
    ]);
  });

  test('of an amount takes no more off than there is', async () => {
    const { id: coupon } = await stripe.coupons.create({ amount_off: 5000, currency: 'usd' });
    expect((await subscribe({ discounts: [{ coupon }] })).invoice).toMatchObject({
      subtotal: 4000,
      total: 0,
    });
  });

  test('of an amount in another currency takes what it has for that currency', async () => {
    const options = { eur: { amount_off: 700 } };
    const coupon = await stripe.coupons.create({
      amount_off: 500,
      currency: 'usd',
      currency_options: options,
    });
    const price = await stripe.prices.create({
      currency: 'eur',
      unit_amount: 2000,
      recurring: { interval: 'month' },
      product_data: { name: 'Plan' },
    });
    const subscription = await stripe.subscriptions.create({
      customer: (await createCustomer(stripe)).id,
      items: [{ price: price.id }],
      discounts: [{ coupon: coupon.id }],
    });
    expect(await totalsOf(subscription)).toEqual([1300]);
  });

  test('of an item applies before that of the subscription, and is part of the subtotal', async () => {
    const [onItem, onAll] = [await stripe.coupons.create(half), await stripe.coupons.create(half)];
    const { invoice } = await subscribe({ discounts: [{ coupon: onAll.id }] }, onItem.id);
    expect(invoice).toMatchObject({ subtotal: 3500, total: 1750 });
  });

  test('for some products leaves the others', async () => {
    const { prices, subscription } = await subscribe();
    const products = [idOf(prices[0]?.product ?? '')];
    const { id: coupon } = await stripe.coupons.create({ ...half, applies_to: { products } });
    await stripe.subscriptions.update(subscription.id, { discounts: [{ coupon }] });
    expect((await stripe.invoices.createPreview({ subscription: subscription.id })).total).toBe(3500);
  });

  test('of the customer applies to subscriptions without one of their own', async () => {
    const { id: coupon } = await stripe.coupons.create(half);
    const { customer, subscription } = await subscribe();
    await client.control('POST', `customers/${customer.id}`, { coupon });
    const preview = async () =>
      (await stripe.invoices.createPreview({ subscription: subscription.id })).total;
    expect(await preview()).toBe(2000);
    const { id: quarter } = await stripe.coupons.create({ percent_off: 25, duration: 'forever' });
    await stripe.subscriptions.update(subscription.id, { discounts: [{ coupon: quarter }] });
    expect(await preview()).toBe(3000);
    await stripe.subscriptions.deleteDiscount(subscription.id);
    expect(await stripe.customers.deleteDiscount(customer.id)).toMatchObject({ deleted: true });
    expect(await preview()).toBe(4000);
  });

  test('reduces prorations: a credit returns what was paid', async () => {
    const { id: coupon } = await stripe.coupons.create(half);
    const customer = await createCustomer(stripe);
    const [small, big] = [await createPrice(stripe, 1000), await createPrice(stripe, 3000)];
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: small.id }],
      discounts: [{ coupon }],
    });
    const items = [{ id: itemOf(subscription).id, price: big.id }];
    await stripe.subscriptions.update(subscription.id, { items, proration_behavior: 'always_invoice' });
    const [upgrade] = await listInvoices(stripe, subscription);
    expect(upgrade?.lines.data.map(({ amount }) => amount)).toEqual([-500, 1500]);
    await stripe.subscriptions.update(subscription.id, { discounts: '' });
    const preview = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { items: [{ id: itemOf(subscription).id, price: small.id }] },
    });
    expect(preview.lines.data.map(({ amount }) => amount)).toEqual([-1500, 1000, 1000]);
  });
});

describe('the end of a discount', () => {
  test.each([
    ['once', undefined, [2000, 4000, 4000, 4000]],
    ['repeating', 2, [2000, 2000, 4000, 4000]],
    ['forever', undefined, [2000, 2000, 2000, 2000]],
  ] as const)('%s', async (duration, months, totals) => {
    const { id: coupon } = await stripe.coupons.create({
      percent_off: 50,
      duration,
      ...(months ? { duration_in_months: months } : {}),
    });
    const { subscription } = await subscribe({ discounts: [{ coupon }] });
    const events = await eventsDuring(stripe, async () => {
      now = new Date(now.getTime() + 93 * day * 1000);
      await stripe.subscriptions.retrieve(subscription.id);
    });
    expect(await totalsOf(subscription)).toEqual(totals);
    expect((await stripe.subscriptions.retrieve(subscription.id)).discounts).toHaveLength(
      duration === 'forever' ? 1 : 0,
    );
    const ends = events.filter(({ type }) => type === 'customer.discount.deleted');
    expect(ends).toHaveLength(duration === 'repeating' ? 1 : 0);
  });

  test('counts for the next invoice', async () => {
    const { id: coupon } = await stripe.coupons.create({
      percent_off: 50,
      duration: 'repeating',
      duration_in_months: 1,
    });
    const { subscription, invoice } = await subscribe({ discounts: [{ coupon }] });
    expect(invoice.total).toBe(2000);
    expect((await stripe.invoices.createPreview({ subscription: subscription.id })).total).toBe(4000);
  });

  test('outlives its coupon', async () => {
    const { id: coupon } = await stripe.coupons.create({ ...half, name: 'Half off' });
    const { subscription } = await subscribe({ discounts: [{ coupon }] });
    await stripe.coupons.del(coupon);
    expect(await refusalOf(stripe.coupons.retrieve(coupon))).toMatchObject({ statusCode: 404 });
    const expand = ['discounts.source.coupon'];
    const { discounts } = await stripe.subscriptions.retrieve(subscription.id, { expand });
    expect(discounts).toMatchObject([{ source: { coupon: { name: 'Half off' } } }]);
    expect((await stripe.invoices.createPreview({ subscription: subscription.id })).total).toBe(2000);
  });
});

describe('a coupon or code', () => {
  test('creates events, and counts its redemptions up to its limit', async () => {
    const { id: coupon } = await stripe.coupons.create({ ...half, max_redemptions: 1 });
    const events = await eventsDuring(stripe, () => subscribe({ discounts: [{ coupon }] }));
    expect(events.map(({ type }) => type)).toContain('customer.discount.created');
    expect(await stripe.coupons.retrieve(coupon)).toMatchObject({ times_redeemed: 1, valid: false });
    expect(await refusalOf(subscribe({ discounts: [{ coupon }] }))).toMatchObject({ code: 'coupon_expired' });
  });

  test('is refused after its last day', async () => {
    const redeemBy = Math.floor(now.getTime() / 1000) + day;
    const { id: coupon } = await stripe.coupons.create({ ...half, redeem_by: redeemBy });
    now = new Date(now.getTime() + 2 * day * 1000);
    expect(await refusalOf(subscribe({ discounts: [{ coupon }] }))).toMatchObject({ code: 'coupon_expired' });
  });

  test('a promotion code names its coupon, and is found by its code', async () => {
    const { id: coupon } = await stripe.coupons.create(half);
    const promotion = { type: 'coupon', coupon } as const;
    const code = await stripe.promotionCodes.create({ code: 'SPRING', promotion });
    expect((await stripe.promotionCodes.list({ code: 'spring' })).data).toMatchObject([{ id: code.id }]);
    const { subscription } = await subscribe({ discounts: [{ promotion_code: code.id }] });
    const expand = ['discounts.promotion_code'];
    expect((await stripe.subscriptions.retrieve(subscription.id, { expand })).discounts).toMatchObject([
      { promotion_code: { code: 'SPRING' }, source: { coupon } },
    ]);
    await stripe.promotionCodes.update(code.id, { active: false });
    expect(await refusalOf(subscribe({ discounts: [{ promotion_code: code.id }] }))).toMatchObject({
      param: 'discounts[0][promotion_code]',
    });
  });

  test('a code for first payments, or for another customer, is refused', async () => {
    const { id: coupon } = await stripe.coupons.create(half);
    const promotion = { type: 'coupon', coupon } as const;
    const { customer, subscription } = await createSubscriber(stripe);
    const other = await createCustomer(stripe);
    const codes = [
      await stripe.promotionCodes.create({ promotion, restrictions: { first_time_transaction: true } }),
      await stripe.promotionCodes.create({ promotion, customer: other.id }),
    ];
    for (const { id } of codes) {
      const update = stripe.subscriptions.update(subscription.id, { discounts: [{ promotion_code: id }] });
      expect(await refusalOf(update)).toMatchObject({ param: 'discounts[0][promotion_code]' });
    }
    expect((await stripe.customers.retrieve(customer.id)).deleted).toBeUndefined();
  });

  test.each<readonly [string, Stripe.CouponCreateParams]>([
    ['without a discount', { duration: 'once' }],
    ['with two discounts', { percent_off: 5, amount_off: 5, currency: 'usd' }],
    ['of an amount without a currency', { amount_off: 5 }],
    ['that repeats without months', { percent_off: 5, duration: 'repeating' }],
    ['of more than everything', { percent_off: 101 }],
  ])('a coupon %s is refused', async (_what, params) => {
    expect(await refusalOf(stripe.coupons.create(params))).toMatchObject({ statusCode: 400 });
  });
});
