import { withCancellation } from './billing/cancellation.ts';
import { pauseSubscription } from './billing/pausing.ts';
import { addInterval } from './billing/periods.ts';
import { createScheduleFrom } from './billing/schedules.ts';
import { createId } from './ids.ts';
import { oneOf, required, string } from './parameters.ts';
import { createCoupon } from './resources/coupons.ts';
import { createCustomer } from './resources/customers.ts';
import { createMeter } from './resources/meters.ts';
import { methodMembers } from './resources/payment-method-types.ts';
import { buildMethod } from './resources/payment-methods.ts';
import { createPrice } from './resources/prices.ts';
import { requestChanges, requestSubscription } from './resources/subscription-requests.ts';
import { createRoute } from './route.ts';
import type { ApiRoute } from './route.ts';
import type { Store } from './store.ts';
import type { CustomerObject, PriceObject, ScheduleObject, SubscriptionObject } from './stripe-objects.ts';

/** Creates a subscription in a state that otherwise takes several requests: its prices, its discounts and its schedule. */
export function createStateControlRoute(store: Store): ApiRoute {
  return createRoute({
    method: 'POST',
    path: '/_control/subscription_states',
    parameters: { customer: string(), state: required(oneOf(states)) },
    handle: ({ values }) => {
      const customer =
        values.customer === undefined
          ? createCustomer(store, payer)
          : store.refer('customer', values.customer, 'customer');
      const { id } = recipes[values.state](store, customer);
      return store.get('subscription', id);
    },
  });
}

const payer = {
  email: 'ada@example.com',
  payment_method: 'pm_card_visa',
  invoice_settings: { default_payment_method: 'pm_card_visa' },
};

type PriceValues = Partial<Parameters<typeof createPrice>[1]>;
type SubscriptionValues = Partial<Parameters<typeof requestSubscription>[1]>;
type Recipe = (store: Store, customer: CustomerObject) => SubscriptionObject;

const plain: Recipe = (store, customer) => subscribe(store, customer, [price(store)]);

const recipes = {
  plain,
  canceling: (store, customer) =>
    commit(store, withCancellation(store, plain(store, customer), 'period_end')),
  collection_paused: (store, customer) =>
    commit(store, {
      ...plain(store, customer),
      pause_collection: { behavior: 'void', resumes_at: null },
    }),
  discounted: (store, customer) => {
    const { id: coupon } = createCoupon(store, {
      name: 'Welcome',
      percent_off: '25',
      duration: 'repeating',
      duration_in_months: 3,
    });
    return subscribe(store, customer, [price(store)], { discounts: [{ coupon }] });
  },
  graduated_tiers: (store, customer) =>
    subscribe(store, customer, [price(store, { ...tiers, tiers_mode: 'graduated' })], {}, 12),
  packages: (store, customer) => {
    const packages = { divide_by: 10, round: 'up' } as const;
    return subscribe(store, customer, [price(store, { transform_quantity: packages })], {}, 25);
  },
  paused: (store, customer) =>
    pauseSubscription(store, plain(store, customer), {
      resumesAt: null,
      creditsUnusedTime: true,
      invoicesNow: false,
    }),
  scheduled_change: (store, customer) =>
    withSchedule(store, plain(store, customer), (schedule) => {
      const [now] = schedule.phases;
      const next = price(store, { unit_amount: 500 }, 'Smaller plan').id;
      if (!now) return {};
      const end = addInterval(now.end_date, { interval: 'month', interval_count: 1 });
      const items = now.items.map((item) => ({ ...item, plan: next, price: next }));
      return { phases: [now, { ...now, items, start_date: now.end_date, end_date: end }] };
    }),
  scheduled_end: (store, customer) => {
    const subscription = withSchedule(store, plain(store, customer), () => ({
      end_behavior: 'cancel',
    }));
    const [item] = subscription.items.data;
    return commit(store, { ...subscription, cancel_at: item?.current_period_end ?? null });
  },
  sent_invoices: (store, customer) =>
    subscribe(store, customer, [price(store)], { collection_method: 'send_invoice', days_until_due: 14 }),
  several_currencies: (store, customer) => {
    const options = { eur: { unit_amount: 1900 }, jpy: { unit_amount: 3000 } };
    return subscribe(store, customer, [price(store, { currency_options: options })], { currency: 'eur' });
  },
  several_products: (store, customer) =>
    subscribe(store, customer, [price(store), price(store, { unit_amount: 700 }, 'Support')]),
  sub_cent: (store, customer) =>
    subscribe(store, customer, [price(store, decimalPrice('0.35'), 'Messages')], {}, 1234),
  trial_paused: (store, customer) =>
    commit(store, {
      ...plain(store, customer),
      status: 'paused',
      status_details: {
        paused: {
          subscription: { type: 'trial_end_without_payment_method' },
          transitioned_at: store.now(),
          type: 'subscription',
        },
      },
      trial_start: store.now() - 14 * 86_400,
      trial_end: store.now(),
    }),
  unsupported_payment_method: (store, customer) => {
    const subscription = plain(store, customer);
    const method = buildMethod(store, methodMembers('klarna', {}), customer.id);
    store.commit('payment_method.attached', method);
    return requestChanges(store, subscription, { default_payment_method: method.id });
  },
  usage_based: (store, customer) => {
    const event = createId('calls', 8);
    const meter = createMeter(store, {
      display_name: 'API calls',
      event_name: event,
      default_aggregation: { formula: 'sum' },
    });
    const recurring = { interval: 'month', usage_type: 'metered', meter: meter.id } as const;
    const metered = price(store, { recurring, ...decimalPrice('0.5') }, 'API calls');
    const payload = { stripe_customer_id: customer.id, value: '1500' };
    store.meterEvents.push({ event_name: event, identifier: event, payload, timestamp: store.now() });
    return subscribe(store, customer, [metered]);
  },
  volume_tiers: (store, customer) =>
    subscribe(store, customer, [price(store, { ...tiers, tiers_mode: 'volume' })], {}, 12),
} satisfies Record<string, Recipe>;

const states = Object.keys(recipes) as (keyof typeof recipes)[];

const tiers = {
  billing_scheme: 'tiered',
  tiers: [
    { up_to: '10', unit_amount: 500, flat_amount: 1000 },
    { up_to: 'inf', unit_amount: 400 },
  ],
} as const;

function decimalPrice(amount: string): PriceValues {
  return { unit_amount_decimal: amount };
}

function price(store: Store, values: PriceValues = {}, name = 'Plan'): PriceObject {
  const amount = values.tiers || values.unit_amount_decimal !== undefined ? {} : { unit_amount: 2000 };
  return createPrice(store, {
    currency: 'usd',
    recurring: { interval: 'month' },
    product_data: { name },
    ...amount,
    ...values,
  });
}

function subscribe(
  store: Store,
  customer: CustomerObject,
  prices: readonly PriceObject[],
  values: SubscriptionValues = {},
  quantity?: number,
): SubscriptionObject {
  const items = prices.map(({ id }) => ({ price: id, ...(quantity === undefined ? {} : { quantity }) }));
  return requestSubscription(store, { customer: customer.id, currency: 'usd', items, ...values });
}

function commit(store: Store, subscription: SubscriptionObject): SubscriptionObject {
  return store.commit('customer.subscription.updated', { ...subscription, object: 'subscription' });
}

function withSchedule(
  store: Store,
  subscription: SubscriptionObject,
  change: (schedule: ScheduleObject) => Partial<ScheduleObject>,
): SubscriptionObject {
  const schedule = createScheduleFrom(store, subscription);
  store.commit('subscription_schedule.updated', {
    ...schedule,
    ...change(schedule),
    object: 'subscription_schedule',
  });
  return store.get('subscription', subscription.id);
}
