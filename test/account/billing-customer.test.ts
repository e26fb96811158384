import { beforeAll, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { type DemoData, seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import type { WholeCustomerQuery } from '../generated/graphql.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { wholeCustomerQuery } from '../helpers/account-operations.ts';
import { createTestApp, type TestApp } from '../helpers/test-app.ts';
import { computeAmount, toBillingPrice, toTotal } from '../../src/account/price.mapper.ts';

const daySeconds = 86_400;

let app: TestApp;
let demo: DemoData;
let users = 0;

beforeAll(async () => {
  app = await createTestApp();
  demo = await seedDemoData(app.sdk);
});

/** A user of their own for a test, with a customer that pays by card. */
async function createUser(
  params: Stripe.CustomerCreateParams = {},
): Promise<{ userId: string; customer: string }> {
  users += 1;
  const userId = `user-${users}`;
  const { id: customer } = await app.sdk.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
    ...params,
  });
  await app.link(userId, customer);
  return { userId, customer };
}

function subscribe(
  customer: string,
  params: Partial<Stripe.SubscriptionCreateParams> = {},
): Promise<Stripe.Subscription> {
  return app.sdk.subscriptions.create({
    customer,
    items: [{ price: demo.prices[0]?.month ?? '' }],
    ...params,
  });
}

async function ask(userId: string): Promise<GraphqlAnswer<WholeCustomerQuery>> {
  return app.execute({ document: wholeCustomerQuery, token: await app.createToken({ userId }) });
}

async function readCustomer(userId: string) {
  const { billingCustomer } = (await ask(userId)).expectData();
  if (billingCustomer === null) throw new Error(`${userId} has no customer`);
  return billingCustomer;
}

/** The only subscription of a user. */
async function readSubscription(userId: string) {
  const { subscriptions } = await readCustomer(userId);
  expect(subscriptions).toHaveLength(1);
  return subscriptions[0];
}

const dollars = (amount: number) => ({ amount, currency: 'usd', decimals: 2 });

const visa = {
  type: 'card',
  label: 'Visa •••• 4242',
  brand: 'visa',
  last4: '4242',
  expMonth: expect.any(Number),
  expYear: expect.any(Number),
  wallet: null,
};

function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

describe('billingCustomer', () => {
  test('is null without a link', async () => {
    expect((await ask('nobody')).expectData()).toEqual({ billingCustomer: null });
  });

  test("is the caller's customer as Stripe has it now", async () => {
    const { userId, customer } = await createUser({ name: 'Ada', email: 'ada@example.com' });
    const subscription = await subscribe(customer);
    await app.sdk.customers.update(customer, { name: 'Ada Lovelace' });

    const [item] = subscription.items.data;
    const end = toIso(item?.current_period_end ?? 0);
    const price = {
      id: demo.prices[0]?.month,
      productId: demo.productIds[0],
      productName: 'Starter',
      nickname: null,
      lookupKey: null,
      currency: 'usd',
      decimals: 2,
      interval: 'MONTH',
      intervalCount: 1,
      model: 'PER_UNIT',
      usageModel: null,
      unitAmount: dollars(900),
      unitAmountDecimal: '900',
      packageSize: null,
      packageRounding: null,
      tiers: null,
    };
    expect(await readCustomer(userId)).toEqual({
      id: customer,
      userId,
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: null,
      address: null,
      shipping: null,
      taxIds: [],
      taxExempt: 'NONE',
      preferredLocales: [],
      currency: 'usd',
      balance: null,
      discount: null,
      paymentMethod: visa,
      delinquent: false,
      linkedAt: expect.stringMatching(/^20\d\d-/),
      asOf: expect.stringMatching(/^20\d\d-/),
      subscriptions: [
        {
          id: subscription.id,
          status: 'ACTIVE',
          currency: 'usd',
          items: [
            { id: item?.id, quantity: 1, currentPeriodEnd: end, amount: dollars(900), discounts: [], price },
          ],
          total: dollars(900),
          discounts: [],
          startedAt: toIso(subscription.start_date),
          trialEndsAt: null,
          currentPeriodEnd: end,
          cancelsAt: null,
          cancellation: null,
          pause: null,
          scheduledChange: null,
          pendingUpdate: null,
          collectionMethod: 'CHARGE_AUTOMATICALLY',
          daysUntilDue: null,
          paymentMethod: visa,
          openInvoice: null,
        },
      ],
    });
  });

  test('has no payment method where none is charged', async () => {
    const { userId } = await createUser({ payment_method: undefined, invoice_settings: undefined });

    expect(await readCustomer(userId)).toMatchObject({
      paymentMethod: null,
      email: null,
      name: null,
      subscriptions: [],
    });
  });

  test('has the subscriptions that have not ended, the newest first', async () => {
    const { userId, customer } = await createUser();
    const ended = await subscribe(customer);
    const first = await subscribe(customer);
    const second = await subscribe(customer);
    await app.sdk.subscriptions.cancel(ended.id);

    const { subscriptions } = await readCustomer(userId);

    expect(subscriptions.map(({ id }) => id)).toEqual([second.id, first.id]);
  });

  test.each([
    ['that Stripe never had', false],
    ['that was deleted at Stripe', true],
  ])('is refused for a customer %s, and nothing is made in its place', async (_title, isDeleted) => {
    const { userId, customer } = isDeleted ? await createUser() : { userId: 'lost', customer: 'cus_lost' };
    if (isDeleted) await app.sdk.customers.del(customer);
    else await app.link(userId, customer);
    const before = app.stripe.requests.length;

    (await ask(userId)).expectError('CUSTOMER_NOT_FOUND');

    expect(app.stripe.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('a subscription', () => {
  test('that is cancelled at the end of its period says when', async () => {
    const { userId, customer } = await createUser();
    const { id, items } = await subscribe(customer);
    await app.sdk.subscriptions.update(id, { cancel_at_period_end: true });

    expect((await readSubscription(userId))?.cancelsAt).toBe(toIso(items.data[0]?.current_period_end ?? 0));
  });

  test('that is cancelled at a date says when', async () => {
    const { userId, customer } = await createUser();
    const { id } = await subscribe(customer);
    const cancelAt = Math.floor(Date.now() / 1000) + 10 * daySeconds;
    await app.sdk.subscriptions.update(id, { cancel_at: cancelAt });

    expect((await readSubscription(userId))?.cancelsAt).toBe(toIso(cancelAt));
  });

  test('in its trial says until when', async () => {
    const { userId, customer } = await createUser();
    const { trial_end: trialEnd } = await subscribe(customer, { trial_period_days: 14 });

    expect(await readSubscription(userId)).toMatchObject({
      status: 'TRIALING',
      trialEndsAt: toIso(trialEnd ?? 0),
    });
  });

  test.each([undefined, Math.floor(Date.now() / 1000) + 20 * daySeconds])(
    'whose collection is paused says so and until when (%p)',
    async (resumesAt) => {
      const { userId, customer } = await createUser();
      const { id } = await subscribe(customer);
      await app.sdk.subscriptions.update(id, {
        pause_collection: { behavior: 'void', resumes_at: resumesAt },
      });

      expect(await readSubscription(userId)).toMatchObject({
        status: 'ACTIVE',
        pause: {
          reason: 'PAYMENT_COLLECTION',
          since: null,
          until: resumesAt === undefined ? null : toIso(resumesAt),
        },
      });
    },
  );

  test('whose change waits for its payment stays as it is, until the invoice is paid', async () => {
    const { userId, customer } = await createUser();
    const { id, items } = await subscribe(customer);
    const card = await app.sdk.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await app.sdk.customers.update(customer, { invoice_settings: { default_payment_method: card.id } });
    await app.sdk.subscriptions.update(id, {
      items: [{ id: items.data[0]?.id ?? '', quantity: 5 }],
      payment_behavior: 'pending_if_incomplete',
      proration_behavior: 'always_invoice',
    });

    const waiting = await readSubscription(userId);
    expect(waiting).toMatchObject({
      status: 'ACTIVE',
      items: [{ quantity: 1 }],
      pendingUpdate: { items: [{ quantity: 5 }] },
      openInvoice: { amountDue: { amount: 3_600 } },
    });
    await app.sdk.invoices.pay(waiting?.openInvoice?.id ?? '', { paid_out_of_band: true });

    expect(await readSubscription(userId)).toMatchObject({
      items: [{ quantity: 5 }],
      pendingUpdate: null,
      openInvoice: null,
    });
  });

  test.each(['past_due', 'unpaid', 'paused', 'incomplete'])('that is %s says so', async (status) => {
    const { userId, customer } = await createUser();
    const { id } = await subscribe(customer);
    await app.sdk.rawRequest('POST', `/_control/subscriptions/${id}`, { status });

    expect((await readSubscription(userId))?.status).toBe(status.toUpperCase());
  });
});

describe('prices', () => {
  type Price = Omit<Stripe.PriceCreateParams, 'currency' | 'recurring'> & {
    readonly currency?: string;
    readonly recurring?: Partial<Stripe.PriceCreateParams.Recurring>;
  };
  type Tiers = NonNullable<Stripe.PriceCreateParams['tiers']>;

  const decimal = (text: string) => ({ unit_amount_decimal: text as unknown as Stripe.Decimal });
  const money = (amount: number, currency = 'usd', decimals = 2) => ({ amount, currency, decimals });

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
      ['PER_UNIT', subCent, 10, 'usd', 1, 2],
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

    test('discounts of an item, and those in another currency than the coupon', async () => {
      const { userId, subscription } = await subscribe([[inCurrencies, 2]], 'eur');
      const [item] = subscription.items.data;
      const five = await app.sdk.coupons.create({
        amount_off: 500,
        currency: 'usd',
        currency_options: { eur: { amount_off: 450 } },
        duration: 'forever',
      });
      const six = await app.sdk.coupons.create({
        amount_off: 600,
        currency: 'usd',
        currency_options: { eur: { amount_off: 550 } },
        duration: 'forever',
      });
      const tenth = await app.sdk.coupons.create({
        percent_off: 10,
        duration: 'repeating',
        duration_in_months: 3,
        name: 'Tenth',
      });
      await app.sdk.subscriptions.update(subscription.id, {
        discounts: [{ coupon: five.id }],
        items: [{ id: item?.id, discounts: [{ coupon: tenth.id }, { coupon: six.id }] }],
      });

      expect(await read(userId)).toMatchObject({
        total: money(1_800, 'eur'),
        discounts: [{ percentOff: null, amountOff: money(450, 'eur') }],
        items: [
          {
            price: { unitAmount: money(900, 'eur'), unitAmountDecimal: '900' },
            discounts: [
              { scope: 'ITEM', name: 'Tenth', percentOff: 10, once: false },
              { scope: 'ITEM', percentOff: null, amountOff: money(550, 'eur') },
            ],
          },
        ],
      });
    });
  });
});

describe('no amount that Stripe would not charge:', () => {
  const base: Parameters<typeof toBillingPrice>[0] = {
    id: 'price_1',
    product: { id: 'prod_1', name: 'Pro' },
    nickname: null,
    lookup_key: null,
    currency: 'usd',
    billing_scheme: 'per_unit',
    unit_amount: 900,
    unit_amount_decimal: '900',
    tiers_mode: null,
    tiers: null,
    tax_behavior: null,
    transform_quantity: null,
    recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
  };
  const tier = {
    up_to: null,
    unit_amount: 100,
    unit_amount_decimal: '100',
    flat_amount: null,
    flat_amount_decimal: null,
  };
  const tiered = {
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    unit_amount: null,
    unit_amount_decimal: null,
  };

  test.each([
    ['an unknown scheme', { billing_scheme: 'auction' }, 1, 'UNRECOGNIZED'],
    [
      'an unknown scheme of tiers',
      { ...tiered, billing_scheme: 'auction', tiers: [tier] },
      1,
      'UNRECOGNIZED',
    ],
    ['an unknown kind of tiers', { ...tiered, tiers_mode: 'spiral', tiers: [tier] }, 1, 'UNRECOGNIZED'],
    ['tiers that are not known', tiered, 1, 'GRADUATED'],
    ['tiers that end before the quantity', { ...tiered, tiers: [{ ...tier, up_to: 4 }] }, 5, 'GRADUATED'],
    ['an unknown rounding of packages', { transform_quantity: { divide_by: 3, round: 'odd' } }, 4, 'PACKAGE'],
    ['an unknown type of usage', { recurring: { ...base.recurring, usage_type: 'felt' } }, 1, 'UNRECOGNIZED'],
    ['an amount that the customer chooses', { unit_amount: null, unit_amount_decimal: null }, 1, 'PER_UNIT'],
    ['a flat amount for nothing', { ...tiered, tiers: [{ ...tier, flat_amount: 500 }] }, 0, 'GRADUATED'],
    ['more than a number can count', { unit_amount_decimal: '9007199254740993' }, 1, 'PER_UNIT'],
    ['a fraction of a króna', { currency: 'isk', unit_amount_decimal: '150' }, 3, 'PER_UNIT'],
    ['a fraction of a shilling', { currency: 'ugx', unit_amount_decimal: '70050' }, 1, 'PER_UNIT'],
    [
      'a last digit in three-decimal currencies',
      { currency: 'kwd', unit_amount_decimal: '3071' },
      2,
      'PER_UNIT',
    ],
    [
      'tiers whose parts round differently from their sum',
      {
        ...tiered,
        tiers: [
          { ...tier, up_to: 1, unit_amount_decimal: '0.5' },
          { ...tier, unit_amount_decimal: '0.5' },
        ],
      },
      2,
      'GRADUATED',
    ],
  ])('%s', (_title, changes, quantity, model) => {
    const price = { ...base, ...changes } as typeof base;

    expect(computeAmount({ price, quantity })).toBeNull();
    expect(toTotal([{ price, quantity }])).toBeNull();
    expect(toBillingPrice(price)).toMatchObject({ model: model.toLowerCase() });
  });

  test.each([
    ['half a cent is rounded up', { unit_amount_decimal: '2.5' }, 1, 3],
    [
      'a flat amount of a fraction counts in the sum',
      { ...tiered, tiers: [{ ...tier, flat_amount_decimal: '50.4' }] },
      2,
      250,
    ],
    [
      'a tier may have a flat amount alone',
      { ...tiered, tiers: [{ ...tier, unit_amount: null, unit_amount_decimal: null, flat_amount: 500 }] },
      2,
      500,
    ],
    ['nothing costs nothing without a flat amount', { ...tiered, tiers: [tier] }, 0, 0],
    ['a whole króna is charged', { currency: 'isk', unit_amount_decimal: '100' }, 1, 100],
    ['a tenth of a three-decimal unit is charged', { currency: 'kwd', unit_amount_decimal: '3070' }, 1, 3070],
  ])('but %s', (_title, changes, quantity, amount) => {
    expect(computeAmount({ price: { ...base, ...changes }, quantity })).toBe(amount);
  });

  test.each([
    ['year', 1],
    ['month', 3],
  ])('items of different periods have no common total: a month and %s × %d', (interval, interval_count) => {
    const other = { ...base, recurring: { interval, interval_count, usage_type: 'licensed' } };
    const items = [base, other].map((price) => ({ price, quantity: 1 }));

    expect(items.map(computeAmount)).toEqual([900, 900]);
    expect(toTotal(items)).toBeNull();
  });
});
