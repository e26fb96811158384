import { describe, expect, test } from '@jest/globals';
import { type Answer, sendError } from '../helpers/faulty-stripe.ts';
import { createStubbedBilling, toList } from './stubbed-billing.ts';

const { answerWith, readCustomer, readSubscription, subscription } = await createStubbedBilling();

const [item] = subscription.items.data;
const price = item?.price;
const withPrice = (changes: object) => ({
  items: { ...subscription.items, data: [{ ...item, price: { ...price, ...changes } }] },
});

const missing = (param: string): Answer =>
  sendError(404, { message: `No such ${param}`, code: 'resource_missing', param });

const discount = (coupon: object | null, changes: object = {}) => ({
  id: 'di_1',
  object: 'discount',
  start: 1_600_000_000,
  end: null,
  source: {
    type: 'coupon',
    coupon: coupon && {
      id: 'co_1',
      object: 'coupon',
      name: 'Five',
      percent_off: null,
      amount_off: null,
      currency: null,
      duration: 'forever',
      ...coupon,
    },
  },
  ...changes,
});

/** Deleting these at Stripe changes no subscription that has them. */
describe('the page is there although Stripe no longer has', () => {
  test("a coupon, whose amount in the subscription's currency is then not known", async () => {
    const five = discount({ amount_off: 500, currency: 'eur' });
    answerWith({}, { discounts: [five] }, [], { coupons: missing('coupon') });

    expect(await readSubscription()).toMatchObject({
      discounts: [{ name: 'Five', percentOff: null, amountOff: null }],
    });
  });

  test('a price, whose tiers are then not known', async () => {
    const tiered = {
      billing_scheme: 'tiered',
      tiers_mode: 'volume',
      unit_amount: null,
      unit_amount_decimal: null,
    };
    const toPrices: Answer = (response, request) =>
      (request.path.startsWith('/v1/prices?') ? toList([]) : missing('price'))(response, request);
    answerWith({}, withPrice(tiered), [], { prices: toPrices });

    expect(await readSubscription()).toMatchObject({
      total: null,
      items: [{ amount: null, price: { id: price?.id, model: 'VOLUME', tiers: null } }],
    });
  });

  test.each([
    ['left out of the list', toList([])],
    ['deleted in the list', toList([{ id: price?.product, object: 'product', deleted: true }])],
  ])('a product, which is %s and then has no name', async (_title, products) => {
    answerWith({}, {}, [], { products });

    expect((await readSubscription())?.items).toMatchObject([
      { amount: { amount: price?.unit_amount }, price: { productId: price?.product, productName: null } },
    ]);
  });

  test('the price of a phase that is over', async () => {
    const phase = (start: number, end: number, id: string | undefined) => ({
      start_date: start,
      end_date: end,
      items: [{ price: id, quantity: 1 }],
    });
    const schedule = {
      id: 'sub_sched_1',
      object: 'subscription_schedule',
      status: 'active',
      end_behavior: 'release',
      current_phase: { start_date: 1_900_000_000, end_date: 2_000_000_000 },
      phases: [
        phase(1_800_000_000, 1_900_000_000, 'price_gone'),
        phase(1_900_000_000, 2_000_000_000, price?.id),
        phase(2_000_000_000, 2_100_000_000, 'price_next'),
      ],
    };
    const toPrices: Answer = (response, request) =>
      (request.path.includes('price_gone') ? missing('price') : toList([{ ...price, id: 'price_next' }]))(
        response,
        request,
      );
    answerWith({}, { schedule }, [], { prices: toPrices });

    expect((await readSubscription())?.scheduledChange?.items).toMatchObject([
      { price: { id: 'price_next' } },
    ]);
  });
});

describe('a discount', () => {
  test('that has ended is not in force, and the one of the customer applies again', async () => {
    const over = discount({ percent_off: 50, duration: 'repeating' }, { end: 1_700_000_000 });
    const own = discount({ percent_off: 10 }, { id: 'di_2' });
    const data = [{ ...item, discounts: [over] }];
    answerWith({ discount: own }, { discounts: [over] });
    expect((await readSubscription())?.discounts).toMatchObject([{ id: 'di_2', scope: 'CUSTOMER' }]);

    const items = { ...subscription.items, data };
    answerWith({ discount: over }, { items }, [], { subscription_items: toList(data) });
    expect(await readCustomer()).toMatchObject({
      discount: null,
      subscriptions: [{ discounts: [], items: [{ discounts: [] }] }],
    });
  });

  test('without a coupon, of a source that Stripe added later, is listed', async () => {
    answerWith({}, { discounts: [discount(null)] });

    expect((await readSubscription())?.discounts).toMatchObject([
      { id: 'di_1', name: null, percentOff: null, amountOff: null },
    ]);
  });
});

test.each([
  ['UnionPay •••• 4242', 'unionpay', { brand: 'unionpay', display_brand: 'union_pay' }],
  ['Visa •••• 4242', 'visa', { brand: 'visa', display_brand: 'other' }],
  ['Card •••• 4242', 'unknown', { brand: 'unknown', display_brand: 'other' }],
  ['Eftpos Australia •••• 4242', 'eftpos_au', { brand: 'eftpos_au', display_brand: 'eftpos_australia' }],
])('a card is shown as %s, of the brand %s', async (label, brand, names) => {
  const card = { ...names, last4: '4242', exp_month: 8, exp_year: 2031, wallet: null };
  answerWith({}, { default_payment_method: { id: 'pm_1', object: 'payment_method', type: 'card', card } });

  expect((await readSubscription())?.paymentMethod).toMatchObject({ label, brand });
});

test("a payment method of the merchant's own has its name", async () => {
  const custom = { display_name: 'Gift card', logo: null, type: 'cpmt_1' };
  answerWith(
    {},
    { default_payment_method: { id: 'pm_1', object: 'payment_method', type: 'custom', custom } },
  );

  expect((await readSubscription())?.paymentMethod).toMatchObject({ type: 'custom', label: 'Gift card' });
});
