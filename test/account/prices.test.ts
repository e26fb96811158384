import { beforeAll, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { wholeCustomerQuery } from '../helpers/account-operations.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

type Price = Omit<Stripe.PriceCreateParams, 'currency' | 'recurring'> & {
  readonly currency?: string;
  readonly recurring?: Partial<Stripe.PriceCreateParams.Recurring>;
};
type Tiers = NonNullable<Stripe.PriceCreateParams['tiers']>;

const decimal = (text: string) => ({ unit_amount_decimal: text as unknown as Stripe.Decimal });
const money = (amount: number, currency = 'usd', decimals = 2) => ({ amount, currency, decimals });

let app: TestApp;
let users = 0;

beforeAll(async () => {
  app = await createTestApp();
});

async function subscribe(
  prices: readonly (readonly [Price, number | null])[],
  currency = 'usd',
): Promise<{ userId: string; subscription: Stripe.Subscription }> {
  const userId = `user-${(users += 1)}`;
  const { id: customer } = await app.sdk.customers.create({ payment_method: 'pm_card_visa' });
  await app.link(userId, customer);
  const items = await Promise.all(
    prices.map(async ([price, quantity]) => {
      const { id } = await app.sdk.prices.create({
        currency: 'usd',
        product_data: { name: 'Pro' },
        ...price,
        recurring: { interval: 'month', ...price.recurring },
      });
      return { price: id, ...(quantity === null ? {} : { quantity }) };
    }),
  );
  const subscription = await app.sdk.subscriptions.create({
    customer,
    currency,
    items,
    payment_behavior: 'default_incomplete',
    expand: ['latest_invoice'],
  });
  return { userId, subscription };
}

async function read(userId: string) {
  const token = await app.createToken({ userId });
  const { billingCustomer } = (await app.execute({ document: wholeCustomerQuery, token })).expectData();
  const [subscription] = billingCustomer?.subscriptions ?? [];
  if (subscription === undefined) throw new Error('no subscription');
  return subscription;
}

/** Stripe's own example: https://docs.stripe.com/products-prices/pricing-models#tiered-pricing */
const tiers: Tiers = [
  { up_to: 5, unit_amount: 700 },
  { up_to: 10, unit_amount: 650 },
  { up_to: 'inf', unit_amount: 600 },
];
const flatTiers: Tiers = [
  { up_to: 5, unit_amount: 500, flat_amount: 1_000 },
  { up_to: 10, unit_amount: 400, flat_amount: 2_000 },
  { up_to: 'inf', unit_amount: 300, flat_amount: 3_000 },
];
const perUnit: Price = { unit_amount: 900 };
const inPackages: Price = { unit_amount: 1_000, transform_quantity: { divide_by: 60, round: 'up' } };
const downwards: Price = { unit_amount: 1_000, transform_quantity: { divide_by: 60, round: 'down' } };
const volume: Price = { billing_scheme: 'tiered', tiers_mode: 'volume', tiers };
const graduated: Price = { billing_scheme: 'tiered', tiers_mode: 'graduated', tiers };
const flatVolume: Price = { ...volume, tiers: flatTiers };
const flatGraduated: Price = { ...graduated, tiers: flatTiers };
const subCent: Price = decimal('0.05');
const subCentPackage: Price = { ...decimal('12.5'), transform_quantity: { divide_by: 10, round: 'up' } };
const inCurrencies: Price = {
  unit_amount: 1_000,
  currency_options: {
    eur: { unit_amount: 900 },
    jpy: { unit_amount: 1_500 },
    kwd: { unit_amount: 3_070 },
    isk: { unit_amount: 150_000 },
  },
};
const foreignTiers: Price = {
  ...graduated,
  currency_options: {
    eur: {
      tiers: [
        { up_to: 5, unit_amount: 600 },
        { up_to: 'inf', unit_amount: 500 },
      ],
    },
  },
};

describe('what one period costs:', () => {
  test.each<[string, Price, number, string, number, number]>([
    ['PER_UNIT', perUnit, 1, 'usd', 900, 2],
    ['PER_UNIT', perUnit, 7, 'usd', 6_300, 2],
    ['PACKAGE', inPackages, 1, 'usd', 1_000, 2],
    ['PACKAGE', inPackages, 60, 'usd', 1_000, 2],
    ['PACKAGE', inPackages, 150, 'usd', 3_000, 2],
    ['PACKAGE', downwards, 150, 'usd', 2_000, 2],
    ['PACKAGE', downwards, 59, 'usd', 0, 2],
    ['VOLUME', volume, 1, 'usd', 700, 2],
    ['VOLUME', volume, 5, 'usd', 3_500, 2],
    ['VOLUME', volume, 6, 'usd', 3_900, 2],
    ['VOLUME', volume, 20, 'usd', 12_000, 2],
    ['VOLUME', flatVolume, 5, 'usd', 3_500, 2],
    ['VOLUME', flatVolume, 6, 'usd', 4_400, 2],
    ['GRADUATED', graduated, 1, 'usd', 700, 2],
    ['GRADUATED', graduated, 6, 'usd', 4_150, 2],
    ['GRADUATED', graduated, 20, 'usd', 12_750, 2],
    ['GRADUATED', flatGraduated, 5, 'usd', 3_500, 2],
    ['GRADUATED', flatGraduated, 6, 'usd', 5_900, 2],
    ['GRADUATED', flatGraduated, 12, 'usd', 11_100, 2],
    ['PER_UNIT', subCent, 1_000, 'usd', 50, 2],
    ['PER_UNIT', subCent, 29, 'usd', 1, 2],
    ['PER_UNIT', subCent, 30, 'usd', 2, 2],
    ['PER_UNIT', subCent, 9, 'usd', 0, 2],
    ['PACKAGE', subCentPackage, 21, 'usd', 38, 2],
    ['PER_UNIT', inCurrencies, 2, 'usd', 2_000, 2],
    ['PER_UNIT', inCurrencies, 2, 'eur', 1_800, 2],
    ['PER_UNIT', inCurrencies, 2, 'jpy', 3_000, 0],
    ['PER_UNIT', inCurrencies, 2, 'kwd', 6_140, 3],
    ['PER_UNIT', inCurrencies, 2, 'isk', 300_000, 2],
    ['GRADUATED', foreignTiers, 6, 'eur', 3_500, 2],
    ['GRADUATED', foreignTiers, 6, 'usd', 4_150, 2],
  ])('%s %j × %d in %s', async (model, price, quantity, currency, amount, decimals) => {
    const { userId, subscription } = await subscribe([[price, quantity]], currency);

    const { items, total, currency: shown } = await read(userId);

    expect(total).toEqual(money(amount, currency, decimals));
    expect(shown).toBe(currency);
    expect(items).toMatchObject([{ quantity, amount: total, price: { model, currency, decimals } }]);
    expect(subscription.latest_invoice).toMatchObject({ subtotal: amount, currency });
  });

  test('usage is not known beforehand, and what is charged besides is', async () => {
    const { id: meter } = await app.sdk.billing.meters.create({
      display_name: 'Calls',
      event_name: 'calls',
      default_aggregation: { formula: 'sum' },
    });
    const metered: Price = { ...graduated, recurring: { usage_type: 'metered', meter } };
    const { userId } = await subscribe([
      [metered, null],
      [perUnit, 2],
    ]);

    const { items, total } = await read(userId);

    expect(total).toEqual(money(1_800));
    expect(items.find(({ price }) => price.model === 'USAGE')).toMatchObject({
      quantity: null,
      amount: null,
      price: {
        usageModel: 'GRADUATED',
        unitAmount: null,
        tiers: [{ upTo: 5, unitAmount: money(700) }, {}, {}],
      },
    });
    const alone = await subscribe([[metered, null]]);
    expect((await read(alone.userId)).total).toBeNull();
  });

  test('an amount below the smallest unit is no amount, but a decimal', async () => {
    const { userId } = await subscribe([[subCent, 1_000]]);

    expect((await read(userId)).items[0]?.price).toMatchObject({
      unitAmount: null,
      unitAmountDecimal: '0.05',
      decimals: 2,
    });
  });

  test('a discount is listed, and the list price stays', async () => {
    const { userId, subscription } = await subscribe([[perUnit, 2]]);
    const half = await app.sdk.coupons.create({ percent_off: 50, duration: 'forever', name: 'Half' });
    const five = await app.sdk.coupons.create({ amount_off: 500, currency: 'usd', duration: 'once' });
    await app.sdk.subscriptions.update(subscription.id, {
      discounts: [{ coupon: half.id }, { coupon: five.id }],
    });

    const { total, discounts } = await read(userId);

    expect(total).toEqual(money(1_800));
    expect(discounts).toMatchObject([
      { scope: 'SUBSCRIPTION', name: 'Half', percentOff: 50, amountOff: null, once: false, endsAt: null },
      { scope: 'SUBSCRIPTION', percentOff: null, amountOff: money(500), once: true },
    ]);
  });

  test('a discount of an item, and one in another currency than the coupon', async () => {
    const { userId, subscription } = await subscribe([[inCurrencies, 2]], 'eur');
    const [item] = subscription.items.data;
    const five = await app.sdk.coupons.create({
      amount_off: 500,
      currency: 'usd',
      currency_options: { eur: { amount_off: 450 } },
      duration: 'forever',
    });
    const tenth = await app.sdk.coupons.create({ percent_off: 10, duration: 'forever', name: 'Tenth' });
    await app.sdk.subscriptions.update(subscription.id, {
      discounts: [{ coupon: five.id }],
      items: [{ id: item?.id, discounts: [{ coupon: tenth.id }] }],
    });

    expect(await read(userId)).toMatchObject({
      total: money(1_800, 'eur'),
      discounts: [{ percentOff: null, amountOff: money(450, 'eur') }],
      items: [{ discounts: [{ scope: 'ITEM', name: 'Tenth', percentOff: 10 }] }],
    });
  });
});
