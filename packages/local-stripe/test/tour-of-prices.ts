import { createCustomer, createPrice, idOf } from './fixtures.ts';
import type { LocalStripeClient } from './local-stripe-client.ts';

type Calls = Pick<LocalStripeClient, 'stripe' | 'control'>;

/** Calls the endpoints of prices, discounts and schedules, for a customer of their own. */
export async function tourPricesAndSchedules({ stripe, control }: Calls): Promise<void> {
  const customer = await createCustomer(stripe);
  const subscription = await tourDiscounts({ stripe, control }, customer.id);
  await tourUsage(stripe, customer.id);
  await tourSchedules(stripe, customer.id, subscription);
}

async function tourUsage(stripe: Calls['stripe'], customer: string): Promise<void> {
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  });
  await stripe.billing.meters.retrieve(meter.id);
  await stripe.billing.meters.list();
  const payload = { stripe_customer_id: customer, value: '5' };
  await stripe.billing.meterEvents.create({ event_name: 'calls', payload });
  const tiers = [
    { up_to: 2, unit_amount: 100, flat_amount: 50 },
    { up_to: 'inf' as const, unit_amount_decimal: '0.5' as never },
  ];
  const price = await stripe.prices.create({
    currency: 'usd',
    product_data: { name: 'Calls' },
    recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    tiers,
    currency_options: { eur: { tiers } },
    expand: ['tiers', 'currency_options.eur.tiers'],
  });
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
  await stripe.invoices.createPreview({ subscription: id });
  await stripe.prices.create({
    currency: 'usd',
    product_data: { name: 'Packages' },
    unit_amount: 500,
    transform_quantity: { divide_by: 10, round: 'up' },
  });
}

async function tourDiscounts({ stripe, control }: Calls, customer: string): Promise<string> {
  const price = await createPrice(stripe, 5000);
  const products = [idOf(price.product)];
  const coupon = await stripe.coupons.create({
    amount_off: 300,
    currency: 'usd',
    currency_options: { eur: { amount_off: 250 } },
    duration: 'repeating',
    duration_in_months: 3,
    applies_to: { products },
    expand: ['applies_to', 'currency_options'],
  });
  await stripe.coupons.update(coupon.id, { name: 'Three off' });
  await stripe.coupons.retrieve(coupon.id);
  await stripe.coupons.list();
  const promotion = { type: 'coupon', coupon: coupon.id } as const;
  const code = await stripe.promotionCodes.create({ promotion, expand: ['promotion.coupon'] });
  await stripe.promotionCodes.update(code.id, { metadata: { for: 'tests' } });
  await stripe.promotionCodes.retrieve(code.id);
  await stripe.promotionCodes.list();
  const discounts = [{ promotion_code: code.id }];
  const subscription = await stripe.subscriptions.create({
    customer,
    items: [{ price: price.id, discounts: [{ coupon: coupon.id }] }],
    discounts,
    expand: [
      'discounts.source.coupon',
      'discounts.promotion_code',
      'latest_invoice.discounts',
      'items.data.discounts',
    ],
  });
  await stripe.subscriptions.deleteDiscount(subscription.id);
  await control('POST', `customers/${customer}`, { coupon: coupon.id });
  await stripe.customers.retrieve(customer, { expand: ['discount.source.coupon'] });
  await stripe.customers.deleteDiscount(customer);
  await stripe.subscriptions.update(subscription.id, { discounts: [{ coupon: coupon.id }] });
  await stripe.coupons.del((await stripe.coupons.create({ percent_off: 12.5 })).id);
  return subscription.id;
}

async function tourSchedules(stripe: Calls['stripe'], customer: string, from: string): Promise<void> {
  const { id, phases } = await stripe.subscriptionSchedules.create({ from_subscription: from });
  const price = await createPrice(stripe, 100);
  const items = [{ price: price.id, discounts: [] }];
  const start = phases[0]?.start_date ?? 0;
  await stripe.subscriptionSchedules.update(id, { phases: [{ start_date: start, items }, { items }] });
  await stripe.subscriptionSchedules.retrieve(id, { expand: ['subscription', 'customer'] });
  await stripe.subscriptionSchedules.list({ customer });
  await stripe.subscriptionSchedules.release(id);
  const later = await stripe.subscriptionSchedules.create({
    customer,
    phases: [{ items }],
    start_date: start + 9 ** 7,
  });
  await stripe.subscriptionSchedules.cancel(later.id);
}
