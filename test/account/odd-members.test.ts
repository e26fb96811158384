import { describe, expect, test } from '@jest/globals';
import { type Answer, sendError, sendJson } from '../helpers/faulty-stripe.ts';
import { createStubbedBilling, toIso, toList } from './stubbed-billing.ts';

const { answerBy, answerWith, ask, customer, readCustomer, readSubscription, subscription } =
  await createStubbedBilling();

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

const phase = (start: number, end: number, ...ids: readonly (string | undefined)[]) => ({
  start_date: start,
  end_date: end,
  items: ids.map((id) => ({ price: id, quantity: 1 })),
});

/** Deleting these at Stripe changes no subscription that has them. */
describe('the page is there although Stripe no longer has', () => {
  test("a coupon, whose amount in the subscription's currency is then not known", async () => {
    const five = discount({ amount_off: 500, currency: 'eur' });
    answerWith({}, { discounts: [five] }, [], { coupons: missing('coupon') });

    expect(await readSubscription()).toMatchObject({
      discounts: [{ name: 'Five', percentOff: null, amountOff: null }],
    });
    answerWith({ discount: five }, {}, [], { coupons: missing('coupon') });
    expect((await readSubscription())?.discounts).toMatchObject([{ scope: 'CUSTOMER', amountOff: null }]);
  });

  test('a coupon, but not where Stripe fails to answer for it', async () => {
    const five = discount({ amount_off: 500, currency: 'eur' });
    answerWith({}, { discounts: [five] }, [], { coupons: sendError(400, { message: 'No.' }) });

    (await ask()).expectError('STRIPE_MISCONFIGURED');
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

  const asked: string[] = [];
  const answerWithPhases = (...phases: readonly object[]): void => {
    const schedule = {
      id: 'sub_sched_1',
      object: 'subscription_schedule',
      status: 'active',
      end_behavior: 'release',
      current_phase: { start_date: 1_900_000_000, end_date: 2_000_000_000 },
      phases,
    };
    const toPrices: Answer = (response, request) => {
      asked.push(request.path);
      const isGone = request.path.includes('price_gone');
      (isGone ? missing('price') : toList([{ ...price, id: 'price_next' }]))(response, request);
    };
    answerWith({}, { schedule }, [], { prices: toPrices });
  };

  test('the price of a phase that is over, which is not asked for', async () => {
    answerWithPhases(
      phase(1_800_000_000, 1_900_000_000, 'price_gone'),
      phase(1_900_000_000, 2_000_000_000, price?.id),
      phase(2_000_000_000, 2_100_000_000, 'price_next'),
    );

    expect((await readSubscription())?.scheduledChange?.items).toMatchObject([
      { price: { id: 'price_next' } },
    ]);
    expect(asked.join()).not.toContain('price_gone');
  });

  test.each([
    ['the price', ['price_gone']],
    ['one of the prices', ['price_next', 'price_gone']],
  ])('%s of a coming change, which is then not known', async (_title, ids) => {
    answerWithPhases(
      phase(1_900_000_000, 2_000_000_000, price?.id),
      phase(2_000_000_000, 2_100_000_000, ...ids),
    );

    expect((await readSubscription())?.scheduledChange).toEqual({
      at: toIso(2_000_000_000),
      items: [],
      total: null,
    });
  });

  test('the product of a coming change', async () => {
    const product = { id: 'prod_gone', object: 'product', deleted: true };
    const schedule = {
      id: 'sub_sched_1',
      object: 'subscription_schedule',
      status: 'not_started',
      end_behavior: 'release',
      phases: [phase(2_000_000_000, 2_100_000_000, 'price_next')],
    };
    answerWith({}, { schedule }, [], { prices: toList([{ ...price, id: 'price_next', product }]) });

    expect((await readSubscription())?.scheduledChange?.items).toMatchObject([
      { price: { id: 'price_next', productId: 'prod_gone', productName: null } },
    ]);
  });
});

test('tiers are those of the currency, also where subscriptions have several', async () => {
  const tier = (amount: number) => ({
    up_to: null,
    unit_amount: amount,
    unit_amount_decimal: String(amount),
  });
  const tiered = {
    ...price,
    id: 'price_tiers',
    currency: 'usd',
    billing_scheme: 'tiered',
    tiers_mode: 'volume',
    unit_amount: null,
    unit_amount_decimal: null,
  };
  const amounts: Readonly<Record<string, number>> = { eur: 100, gbp: 200 };
  // Stripe has tiers only for the currencies that a request expands.
  const toPrice: Answer = (response, request) => {
    const options = Object.entries(amounts).map(([currency, amount]) => {
      const isExpanded = decodeURIComponent(request.path).includes(`currency_options.${currency}.tiers`);
      return [currency, isExpanded ? { tiers: [tier(amount)] } : {}];
    });
    const whole = { ...tiered, tiers: [tier(300)], currency_options: Object.fromEntries(options) as object };
    (request.path.startsWith('/v1/prices?') ? toList([]) : sendJson(200, whole))(response, request);
  };
  const own = { ...subscription.items, data: [{ ...item, quantity: 2, price: tiered }] };
  const subscriptions = ['eur', 'gbp', 'usd'].map((currency) => ({ ...subscription, currency, items: own }));
  const phases = [phase(2_000_000_000, 2_100_000_000, 'price_tiers')];
  const schedule = { id: 'sub_sched_1', object: 'subscription_schedule', status: 'not_started', phases };
  answerWith({}, {}, [], { prices: toPrice, subscriptions: toList(subscriptions) });

  const totals = (await readCustomer())?.subscriptions.map(({ total }) => total);
  expect(totals).toMatchObject([
    { amount: 200, currency: 'eur' },
    { amount: 400, currency: 'gbp' },
    { amount: 600, currency: 'usd' },
  ]);

  // A schedule names a price by its id alone.
  const other = { ...own, data: [{ ...item, price: { ...price, currency: 'eur' } }] };
  const coming = { ...schedule, end_behavior: 'release' };
  answerWith({}, { currency: 'eur', items: other, schedule: coming }, [], { prices: toPrice });
  expect((await readSubscription())?.scheduledChange?.total).toMatchObject({ amount: 100, currency: 'eur' });
});

describe('whole prices', () => {
  const tiered = {
    billing_scheme: 'tiered',
    tiers_mode: 'volume',
    unit_amount: null,
    unit_amount_decimal: null,
  };
  const whole = { ...price, ...tiered, tiers: [{ up_to: null, unit_amount: 100 }] };
  const others = { ...whole, id: 'price_1' };
  const withBoth = {
    items: {
      ...subscription.items,
      data: [price, others].map((own) => ({
        ...item,
        id: own?.id,
        price: { ...own, ...tiered, tiers: undefined },
      })),
    },
  };

  /** Answers requests for prices, and notes their paths without the query. */
  const note =
    (asked: string[], page: Answer, one: Answer): Answer =>
    (response, request) => {
      const [path = ''] = request.path.split('?');
      asked.push(path);
      (path === '/v1/prices' ? page : one)(response, request);
    };

  test('one that the subscription contains is not read again', async () => {
    const asked: string[] = [];
    answerWith({}, {}, [], { prices: note(asked, toList([]), sendJson(200, whole)) });

    expect((await readSubscription())?.total).not.toBeNull();
    expect(asked).toEqual([]);
  });

  test('a single one is read by itself, with its product', async () => {
    const asked: string[] = [];
    const product = { id: 'prod_1', object: 'product', name: 'Pro' };
    const answer = note(asked, toList([whole]), sendJson(200, { ...whole, product }));
    answerWith({}, withPrice(tiered), [], { prices: answer, products: answer });

    expect((await readSubscription())?.total).toMatchObject({ amount: 100 });
    expect(asked).toEqual([`/v1/prices/${price?.id}`]);
  });

  test('several are looked for on one page of the catalogue, and the rest is read by itself', async () => {
    const asked: string[] = [];
    let query = '';
    const page: Answer = (response, request) => {
      query = decodeURIComponent(request.path);
      sendJson(200, { object: 'list', data: [whole], has_more: true })(response, request);
    };
    answerWith({}, withBoth, [], { prices: note(asked, page, sendJson(200, others)) });

    expect((await readSubscription())?.total).toMatchObject({ amount: 200 });
    expect(asked).toEqual(['/v1/prices', '/v1/prices/price_1']);
    for (const part of ['limit=100', '=data.product', '=data.tiers', '=data.currency_options'])
      expect(query).toContain(part);
  });

  test('one that a schedule names by its id is read once', async () => {
    const asked: string[] = [];
    const phases = [phase(2_000_000_000, 2_100_000_000, 'price_1')];
    const schedule = { id: 'sub_sched_1', object: 'subscription_schedule', status: 'not_started', phases };
    const coming = { ...schedule, end_behavior: 'release' };
    const one = sendJson(200, { ...price, id: 'price_1' });
    answerWith({}, { schedule: coming }, [], { prices: note(asked, toList([]), one) });

    expect((await readSubscription())?.scheduledChange?.total).not.toBeNull();
    expect(asked).toEqual(['/v1/prices', '/v1/prices/price_1']);
  });

  test('one that Stripe does not have in the currency is read once, and its amount is not known', async () => {
    const asked: string[] = [];
    const only = { ...whole, currency: 'eur', currency_options: {} };
    answerWith({}, withPrice(only), [], { prices: note(asked, toList([only]), sendJson(200, only)) });

    expect((await readSubscription())?.items).toMatchObject([{ amount: null, price: { tiers: null } }]);
    expect(asked).toEqual([`/v1/prices/${price?.id}`]);
  });

  test.each<[string, Answer, string]>([
    ['another price', sendJson(200, others), 'STRIPE_UNAVAILABLE'],
    ['a failure', sendError(400, { message: 'No.' }), 'STRIPE_MISCONFIGURED'],
  ])('%s in the place of a price is an error', async (_title, one, code) => {
    answerWith({}, withPrice(tiered), [], { prices: one });

    (await ask()).expectError(code);
  });
});

test('tax ids are listed although Stripe has them on several pages', async () => {
  const taxIds = [1, 2, 3].map((n) => ({
    id: `txi_${n}`,
    object: 'tax_id',
    type: 'eu_vat',
    value: `DE${n}`,
  }));
  const [first] = taxIds;
  const toCustomer: Answer = (response, request) => {
    const changed = { ...customer, tax_ids: { object: 'list', data: [first], has_more: true } };
    (request.path.includes('/tax_ids') ? toList(taxIds) : sendJson(200, changed))(response, request);
  };
  answerBy(toCustomer, toList([]));

  expect((await readCustomer())?.taxIds.map(({ value }) => value)).toEqual(['DE1', 'DE2', 'DE3']);
});

test('products are named although each has as much metadata as Stripe allows', async () => {
  const data = Array.from({ length: 100 }, (_, index) => ({
    ...item,
    id: `si_${index}`,
    price: { ...price, id: `price_${index}`, product: `prod_${index}` },
  }));
  const toProducts: Answer = (response, request) => {
    const ids = [...decodeURIComponent(request.path).matchAll(/ids\[\d+\]=(\w+)/g)].map(([, id]) => id);
    const found = ids.map((id) => ({
      id,
      object: 'product',
      name: id,
      metadata: { a: 'x'.repeat(100_000) },
    }));
    const limit = Number(/limit=(\d+)/.exec(request.path)?.[1] ?? 10);
    toList(found.slice(0, limit))(response, request);
  };
  answerWith({}, { items: { ...subscription.items, data } }, [], { products: toProducts });

  const items = (await readSubscription())?.items;
  expect(items?.map(({ price: { productName } }) => productName)).toEqual(
    data.map(({ price: { product } }) => product),
  );
});

test.each([2 ** 31, Number.MAX_SAFE_INTEGER])('a quantity of %d is shown', async (quantity) => {
  const items = { ...subscription.items, data: [{ ...item, quantity }] };
  answerWith({}, { items, pending_update: { expires_at: 2_000_000_000, subscription_items: items.data } });

  expect(await readSubscription()).toMatchObject({
    items: [{ quantity }],
    pendingUpdate: { items: [{ quantity }] },
  });
});

test('a balance whose currency is not known is not shown, and the page is', async () => {
  answerWith({ balance: -500, currency: null });

  expect(await readCustomer()).toMatchObject({ balance: null, currency: null });
});

test('a subscription that is paid by sent invoices has no payment method: none is charged', async () => {
  answerWith({}, { collection_method: 'send_invoice', days_until_due: 30 });

  expect(await readCustomer()).toMatchObject({
    paymentMethod: { type: 'card' },
    subscriptions: [{ collectionMethod: 'SEND_INVOICE', paymentMethod: null }],
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

  test.each([
    ['of an amount in another currency does not apply, as Stripe ignores it', {}, []],
    [
      'of an amount in several currencies applies in that of the subscription',
      { currency_options: { usd: { amount_off: 600 } } },
      [{ name: 'Five', amountOff: { amount: 600, currency: 'usd' } }],
    ],
  ])('of the customer that is %s', async (_title, options, expected) => {
    const five = { amount_off: 500, currency: 'eur' };
    const own = { id: 'co_1', object: 'coupon', ...five, ...options };
    answerWith({ discount: discount(five) }, {}, [], { coupons: sendJson(200, own) });

    const customer = await readCustomer();
    expect(customer?.subscriptions[0]?.discounts).toMatchObject(expected);
    expect(customer?.discount).toMatchObject({ amountOff: { amount: 500, currency: 'eur' } });
  });

  test('of the customer applies in its own currency, for which no coupon is read, and yields to one of the subscription', async () => {
    const own = discount({ amount_off: 500, currency: 'usd', currency_options: {} });
    answerWith({ discount: own }, {}, [], { coupons: sendError(400, { message: 'No.' }) });
    expect((await readSubscription())?.discounts).toMatchObject([
      { scope: 'CUSTOMER', amountOff: { amount: 500, currency: 'usd' } },
    ]);

    answerWith({ discount: own }, { discounts: [discount({ percent_off: 10 }, { id: 'di_2' })] });
    expect((await readSubscription())?.discounts).toMatchObject([{ id: 'di_2', scope: 'SUBSCRIPTION' }]);
  });

  test('of the customer by a percentage applies where Stripe leaves out its amount, and no coupon is read', async () => {
    const tenth = discount({ percent_off: 10, amount_off: undefined, currency: undefined });
    answerWith({ discount: tenth }, {}, [], { coupons: sendError(400, { message: 'No.' }) });

    expect((await readSubscription())?.discounts).toMatchObject([{ percentOff: 10, amountOff: null }]);
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
