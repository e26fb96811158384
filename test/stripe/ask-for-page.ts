import type Stripe from 'stripe';
import type { DemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { billingCustomerQuery } from '../helpers/operations.ts';
import { keepSubscriptionMutation } from '../helpers/task-operations.ts';
import type { Operation } from '../helpers/test-app.ts';

/** Calls an operation as one user. */
export type Call = <Data, Variables>(operation: Operation<Data, Variables>) => Promise<Data>;

/** Asks for a customer who has more than Stripe lists at once, and reverts what is scheduled. */
export async function askForPage(call: Call, sdk: Stripe, demo: DemoData): Promise<void> {
  const { subscriptionId } = demo;
  const keep = () => call({ document: keepSubscriptionMutation, variables: { subscriptionId } });
  await sdk.subscriptions.update(subscriptionId, { cancel_at_period_end: true });
  await keep();
  await scheduleNextPhase(sdk, demo, demo.prices[0]?.month ?? '');
  await keep();
  const coupon = await sdk.coupons.create({
    amount_off: 450,
    currency: 'eur',
    currency_options: { usd: { amount_off: 500 } },
    duration: 'once',
  });
  const { items } = await sdk.subscriptions.retrieve(subscriptionId);
  const [item] = items.data;
  const tiered = await sdk.prices.create({
    product: demo.productIds[0] ?? '',
    currency: item?.price.currency ?? '',
    recurring: { interval: 'month' },
    billing_scheme: 'tiered',
    tiers_mode: 'volume',
    tiers: [{ up_to: 'inf', unit_amount: 500 }],
  });
  const change = async (by: object): Promise<void> => {
    await sdk.subscriptions.update(subscriptionId, { items: [{ id: item?.id ?? '', ...by }] });
    await call({ document: billingCustomerQuery, variables: { fresh: true } });
  };
  await change({ price: tiered.id });
  await change({ discounts: [{ coupon: coupon.id }] });
  for (let count = 0; count < 11; count += 1)
    await sdk.customers.createTaxId(demo.customerId, { type: 'eu_vat', value: `DE${123456780 + count}` });
  await call({ document: billingCustomerQuery, variables: { fresh: true } });
}

async function scheduleNextPhase(sdk: Stripe, demo: DemoData, price: string): Promise<void> {
  const schedule = await sdk.subscriptionSchedules.create({ from_subscription: demo.subscriptionId });
  const [now] = schedule.phases;
  const { items } = await sdk.subscriptions.retrieve(demo.subscriptionId);
  const current = items.data.map((item) => ({ price: item.price.id, quantity: item.quantity ?? 1 }));
  await sdk.subscriptionSchedules.update(schedule.id, {
    phases: [
      { start_date: now?.start_date ?? 0, end_date: now?.end_date ?? 0, items: current },
      { items: [{ price, quantity: 1 }], duration: { interval: 'month', interval_count: 1 } },
    ],
  });
}
