import { beforeAll, describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createCustomer } from './fixtures.ts';
import { listInvoices } from './subscription-facts.ts';

type PriceParams = Partial<Stripe.PriceCreateParams>;

const day = 86_400;
const start = new Date('2026-04-01T00:00:00Z');

let client: LocalStripeClient;
let stripe: Stripe;
beforeAll(async () => {
  client = await startLocalStripe({ now: () => start });
  stripe = client.stripe;
});

const decimal = (text: string): Stripe.Decimal => Stripe.Decimal.from(text);

function createPrice(params: PriceParams): Promise<Stripe.Price> {
  return stripe.prices.create({
    currency: 'usd',
    recurring: { interval: 'month' },
    product_data: { name: 'Plan' },
    ...params,
  });
}

const tiers: Stripe.PriceCreateParams.Tier[] = [
  { up_to: 5, unit_amount: 500, flat_amount: 1000 },
  { up_to: 10, unit_amount: 400 },
  { up_to: 'inf', unit_amount: 300, flat_amount: 50 },
];
const graduated: PriceParams = { billing_scheme: 'tiered', tiers_mode: 'graduated', tiers };
const volume: PriceParams = { billing_scheme: 'tiered', tiers_mode: 'volume', tiers };

describe('the first invoice charges', () => {
  test.each<readonly [string, PriceParams, number, string, number]>([
    ['units', { unit_amount: 250 }, 3, 'usd', 750],
    ['units below a cent, rounded once', { unit_amount_decimal: decimal('0.35') }, 7, 'usd', 2],
    ['half a cent, rounded up', { unit_amount_decimal: decimal('0.5') }, 1, 'usd', 1],
    ['less than half a cent, rounded down', { unit_amount_decimal: decimal('0.499999999999') }, 1, 'usd', 0],
    [
      'packages, the last begun',
      { unit_amount: 500, transform_quantity: { divide_by: 10, round: 'up' } },
      21,
      'usd',
      1500,
    ],
    [
      'packages, the last complete',
      { unit_amount: 500, transform_quantity: { divide_by: 10, round: 'down' } },
      29,
      'usd',
      1000,
    ],
    ['graduated tiers, within the first', graduated, 5, 'usd', 3500],
    ['graduated tiers, across all', graduated, 12, 'usd', 1000 + 2500 + 2000 + 600 + 50],
    ['graduated tiers, for none the first flat amount', graduated, 0, 'usd', 1000],
    ['volume tiers, at the tier’s end', volume, 10, 'usd', 4000],
    ['volume tiers, with the tier’s flat amount', volume, 11, 'usd', 3350],
    [
      'another currency',
      { unit_amount: 250, currency_options: { eur: { unit_amount: 230 } } },
      2,
      'eur',
      460,
    ],
    [
      'a currency without decimals',
      { unit_amount: 250, currency_options: { jpy: { unit_amount: 40 } } },
      2,
      'jpy',
      80,
    ],
    [
      'tiers of another currency',
      { ...volume, currency_options: { eur: { tiers: [{ up_to: 'inf', unit_amount: 7 }] } } },
      3,
      'eur',
      21,
    ],
  ])('%s', async (_what, params, quantity, currency, amount) => {
    const customer = await createCustomer(stripe);
    const price = await createPrice(params);
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      currency,
      items: [{ price: price.id, quantity }],
    });
    const [invoice] = await listInvoices(stripe, subscription);
    expect(subscription.currency).toBe(currency);
    expect(invoice).toMatchObject({ currency, total: amount, amount_due: amount });
  });
});

describe('usage', () => {
  async function subscribe(params: PriceParams) {
    const meter = await stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: `calls_${Math.random()}`,
      default_aggregation: { formula: 'sum' },
    });
    const customer = await createCustomer(stripe);
    const recurring = { interval: 'month', usage_type: 'metered', meter: meter.id } as const;
    const price = await createPrice({ ...params, recurring });
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
    });
    const report = (value: number) =>
      stripe.billing.meterEvents.create({
        event_name: meter.event_name,
        payload: { stripe_customer_id: customer.id, value: String(value) },
      });
    return { subscription, report };
  }

  test('is charged when its period is over, by the price’s tiers', async () => {
    const { subscription, report } = await subscribe(graduated);
    expect(subscription.latest_invoice).toBeNull();
    expect(subscription.items.data[0]).not.toHaveProperty('quantity');
    await report(4);
    await report(3);
    expect((await stripe.invoices.createPreview({ subscription: subscription.id })).total).toBe(
      1000 + 2500 + 800,
    );
    await client.control('POST', 'clock', { advance_seconds: String(31 * day) });
    const [invoice] = await listInvoices(stripe, subscription);
    expect(invoice?.lines.data).toMatchObject([{ quantity: 7, amount: 4300 }]);
    expect((await stripe.invoices.createPreview({ subscription: subscription.id })).total).toBe(1000);
  });

  test.each(['at the end of its period', 'at once'])(
    'is charged when the subscription ends %s',
    async (when) => {
      const { subscription, report } = await subscribe({ unit_amount: 3 });
      await report(5);
      await client.control('POST', 'clock', { advance_seconds: '60' });
      if (when === 'at once') await stripe.subscriptions.cancel(subscription.id, { invoice_now: true });
      else await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
      await client.control('POST', 'clock', { advance_days: '32' });
      expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
      expect(await listInvoices(stripe, subscription)).toMatchObject([{ total: 15 }]);
    },
  );

  test('a quantity for it is refused', async () => {
    const { subscription } = await subscribe({ unit_amount: 1 });
    const [item] = subscription.items.data;
    const customer = await createCustomer(stripe);
    const start = stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: item?.price.id ?? '', quantity: 2 }],
    });
    expect(await refusalOf(start)).toMatchObject({ param: 'items[0][quantity]' });
  });
});

test('tiers and currencies are shown only on request, and the tiers of another currency only by their own path', async () => {
  const { id } = await createPrice({ ...volume, currency_options: { eur: { tiers } } });
  const plain = await stripe.prices.retrieve(id);
  expect(plain).not.toHaveProperty('tiers');
  expect(plain).not.toHaveProperty('currency_options');
  const expanded = await stripe.prices.retrieve(id, { expand: ['tiers', 'currency_options'] });
  expect(expanded.tiers?.map(({ up_to: upTo }) => upTo)).toEqual([5, 10, null]);
  expect(Object.keys(expanded.currency_options ?? {}).sort()).toEqual(['eur', 'usd']);
  expect(expanded.currency_options?.eur).not.toHaveProperty('tiers');
  const deep = await stripe.prices.retrieve(id, { expand: ['currency_options.eur.tiers'] });
  expect(deep.currency_options?.eur?.tiers).toHaveLength(3);
});

test.each<readonly [string, PriceParams]>([
  ['without an amount', {}],
  ['with two amounts', { unit_amount: 1, unit_amount_decimal: decimal('1') }],
  [
    'with tiers and an amount',
    { ...volume, tiers_mode: 'volume', transform_quantity: { divide_by: 2, round: 'up' } },
  ],
  ['whose last tier ends', { ...volume, tiers: [{ up_to: 5, unit_amount: 1 }] }],
  [
    'whose tiers fall',
    {
      ...volume,
      tiers: [
        { up_to: 5, unit_amount: 1 },
        { up_to: 4, unit_amount: 1 },
        { up_to: 'inf', unit_amount: 1 },
      ],
    },
  ],
  ['by usage without a meter', { unit_amount: 1, recurring: { interval: 'month', usage_type: 'metered' } }],
])('a price %s is refused', async (_what, params) => {
  expect(await refusalOf(createPrice(params))).toMatchObject({ statusCode: 400 });
});

test('a subscription in a currency that a price does not have is refused', async () => {
  const price = await createPrice({ unit_amount: 1 });
  const customer = await createCustomer(stripe);
  const refusal = await refusalOf(
    stripe.subscriptions.create({ customer: customer.id, currency: 'eur', items: [{ price: price.id }] }),
  );
  expect(refusal).toMatchObject({ param: 'items[0][price]' });
});

test('subscriptions and Checkout sessions show a price as it is now, and so does its plan', async () => {
  const price = await createPrice({ unit_amount: 500, nickname: 'Before', lookup_key: 'standard' });
  const { id: customer } = await createCustomer(stripe);
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'https://app.example.com',
  });

  await stripe.prices.update(price.id, { nickname: 'After', active: false, metadata: { tier: '2' } });
  await createPrice({ unit_amount: 600, lookup_key: 'standard', transfer_lookup_key: true });

  const changed = { nickname: 'After', active: false, metadata: { tier: '2' } };
  const [item] = (await stripe.subscriptions.retrieve(id)).items.data;
  expect(item).toMatchObject({ price: { ...changed, lookup_key: null }, plan: changed });
  const { line_items } = await stripe.checkout.sessions.retrieve(session.id, { expand: ['line_items'] });
  expect(line_items?.data[0]?.price).toMatchObject(changed);
});

test('a subscription shows the product of its price as it is now', async () => {
  const price = await createPrice({ unit_amount: 500 });
  const { id: customer } = await createCustomer(stripe);
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });

  await stripe.products.update(price.product as string, { name: 'Renamed', active: false });

  const { items } = await stripe.subscriptions.retrieve(id, { expand: ['items.data.price.product'] });
  expect(items.data[0]?.price.product).toMatchObject({ name: 'Renamed', active: false });
});
