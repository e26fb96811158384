import { describe, expect, test } from '@jest/globals';
import { type Answer, sendError, sendJson } from '../helpers/faulty-stripe.ts';
import { createStubbedBilling, toIso } from './stubbed-billing.ts';

const { answerBy, answerWith, ask, readCustomer, readSubscription, customer, subscription } =
  await createStubbedBilling();

test('an overdue payment is told', async () => {
  answerWith({ delinquent: true });
  expect((await readCustomer())?.delinquent).toBe(true);
});

test.each([
  ['left out', { delinquent: undefined }],
  ['null', { delinquent: null }],
])('delinquency that is %s is none', async (_title, changes) => {
  answerWith(changes);
  expect((await readCustomer())?.delinquent).toBe(false);
});

test('a customer for whom Stripe has little is shown with what that means', async () => {
  const taxId = {
    id: 'txi_1',
    object: 'tax_id',
    type: 'eu_vat',
    value: 'DE1',
    country: 'DE',
    verification: null,
  };
  const tax_ids = { object: 'list', has_more: false, data: [taxId] };
  answerWith({ tax_exempt: null, preferred_locales: null, currency: 'usd', balance: 0, tax_ids });

  expect(await readCustomer()).toMatchObject({
    taxExempt: 'NONE',
    preferredLocales: [],
    balance: null,
    taxIds: [{ id: 'txi_1', verification: null }],
  });
});

test('a status of tomorrow is UNRECOGNIZED', async () => {
  answerWith({}, { status: 'tomorrow' });
  expect((await readSubscription())?.status).toBe('UNRECOGNIZED');
});

test('with items of several periods, the end of the period is the end of the first', async () => {
  const [item] = subscription.items.data;
  const data = [2_000_000_000, 1_900_000_000].map((end) => ({ ...item, current_period_end: end }));
  answerWith({}, { items: { ...subscription.items, data }, cancel_at_period_end: true });

  expect(await readSubscription()).toMatchObject({
    currentPeriodEnd: toIso(1_900_000_000),
    cancelsAt: toIso(1_900_000_000),
  });
});

test.each([
  ['of the subscription', { status: 'trialing', trial_end: 1_950_000_000 }, 1_950_000_000],
  ['of the first item with an offer', { trial_end: null }, 1_900_000_000],
  ["of an item, after the subscription's own", { trial_end: 1_700_000_000 }, 1_900_000_000],
])('a trial ends when that %s does', async (_title, changes, end) => {
  const [item] = subscription.items.data;
  const withOffer = (id: string, end_date: number) => ({
    ...item,
    id,
    current_trial: { start_date: 1_800_000_000, end_date, trial_offer: 'to_1' },
  });
  const data = [item, withOffer('si_2', 1_990_000_000), withOffer('si_3', 1_900_000_000)];
  answerWith({}, { ...changes, items: { ...subscription.items, data } });

  expect((await readSubscription())?.trialEndsAt).toBe(toIso(end));
});

test('a subscription without items has no period', async () => {
  answerWith({}, { items: { ...subscription.items, data: [] }, cancel_at_period_end: true });

  expect(await readSubscription()).toMatchObject({
    items: [],
    currentPeriodEnd: null,
    cancelsAt: null,
  });
});

test('a metered price has no amount and no quantity, and may have an interval of tomorrow', async () => {
  const [item] = subscription.items.data;
  const price = {
    ...item?.price,
    unit_amount: null,
    unit_amount_decimal: null,
    recurring: { ...item?.price.recurring, interval: 'eon', usage_type: 'metered' },
  };
  answerWith({}, { items: { ...subscription.items, data: [{ ...item, quantity: undefined, price }] } });

  expect((await readSubscription())?.items[0]).toMatchObject({
    quantity: null,
    amount: null,
    price: { unitAmount: null, interval: 'UNRECOGNIZED', model: 'USAGE', usageModel: 'PER_UNIT' },
  });
});

test('a price that was expanded still names its product', async () => {
  const [item] = subscription.items.data;
  const price = {
    ...item?.price,
    product: { id: 'prod_1', object: 'product', name: 'Pro' },
    recurring: null,
  };
  answerWith({}, { items: { ...subscription.items, data: [{ ...item, price }] } });

  expect((await readSubscription())?.items[0]?.price).toMatchObject({
    productId: 'prod_1',
    interval: null,
    intervalCount: null,
  });
});

const missing = (status: number, param: string): Answer =>
  sendError(status, { message: 'No such customer', code: 'resource_missing', param });

const answerDeleted: Answer = (...asked) =>
  sendJson(200, { object: 'customer', id: customer.id, deleted: true })(...asked);

const answerCustomer: Answer = (...asked) => sendJson(200, customer)(...asked);

const noSubscriptions = sendJson(200, { object: 'list', data: [], has_more: false });

test.each([
  ['deleted', answerDeleted, noSubscriptions],
  ['missing itself', missing(404, 'id'), noSubscriptions],
  ['missing to their subscriptions', answerCustomer, missing(400, 'customer')],
])('a customer that is %s is refused', async (_title, ...answers) => {
  answerBy(...answers);

  (await ask()).expectError('CUSTOMER_NOT_FOUND');
});

test.each([
  ['another customer', () => answerWith({ id: 'cus_other' })],
  ["another customer's subscription", () => answerWith({}, { customer: 'cus_other' })],
  ['a customer without invoice settings', () => answerWith({ invoice_settings: undefined })],
  ['a subscription without items', () => answerWith({}, { items: undefined })],
  ['a list without data', () => answerBy(answerCustomer, sendJson(200, { object: 'list' }))],
])('an answer that is %s is none', async (_title, arrange) => {
  arrange();

  (await ask()).expectError('STRIPE_UNAVAILABLE');
});

const card = { brand: 'visa', display_brand: 'visa', last4: '4242', exp_month: 8, exp_year: 2031 };
const method = (type: string, details: object = {}) => ({
  id: 'pm_1',
  object: 'payment_method',
  type,
  [type]: details,
});

test.each<[string, object, object]>([
  [
    'Visa •••• 4242',
    method('card', card),
    { type: 'card', brand: 'visa', expMonth: 8, expYear: 2031, wallet: null },
  ],
  ['Visa •••• 4242', method('card', { ...card, wallet: { type: 'apple_pay' } }), { wallet: 'apple_pay' }],
  ['American Express •••• 0005', method('card', { ...card, display_brand: 'amex', last4: '0005' }), {}],
  ['Diners Club •••• 4242', method('card', { ...card, display_brand: 'diners_club' }), { brand: 'diners' }],
  ['UnionPay •••• 4242', method('card', { ...card, display_brand: 'union_pay' }), { brand: 'unionpay' }],
  [
    'Eftpos Australia •••• 4242',
    method('card', { ...card, display_brand: 'eftpos_australia' }),
    { brand: 'eftpos_au' },
  ],
  ['Visa •••• 4242', method('card', { ...card, display_brand: 'other' }), { brand: 'visa' }],
  ['Bank of Acme', method('custom', { display_name: 'Bank of Acme', type: 'cpmt_1' }), { type: 'custom' }],
  ['Card •••• 1111', method('card', { ...card, brand: 'unknown', display_brand: null, last4: '1111' }), {}],
  [
    'SEPA Direct Debit •••• 3000',
    method('sepa_debit', { last4: '3000' }),
    { type: 'sepa_debit', expMonth: null },
  ],
  ['Link ada@example.com', method('link', { email: 'ada@example.com' }), { type: 'link', last4: null }],
  ['PayPal ada@example.com', method('paypal', { payer_email: 'ada@example.com' }), {}],
  ['STRIPE BANK •••• 6789', method('us_bank_account', { bank_name: 'STRIPE BANK', last4: '6789' }), {}],
  ['Bank account •••• 6789', method('us_bank_account', { last4: '6789' }), {}],
  ['Cash App Pay $ada', method('cashapp', { cashtag: '$ada' }), {}],
  ['Amazon Pay', method('amazon_pay'), {}],
  ['BLIK', method('blik', { buyer_id: null }), { type: 'blik' }],
  ['Quantum Pay', method('quantum_pay'), { type: 'quantum_pay' }],
  ['Of Tomorrow', { id: 'pm_1', object: 'payment_method', type: 'of_tomorrow' }, {}],
  [
    'American Express •••• 0005',
    {
      id: 'card_1',
      object: 'card',
      ...card,
      brand: 'American Express',
      display_brand: undefined,
      last4: '0005',
      tokenization_method: 'apple_pay',
    },
    { type: 'card', brand: 'amex', expYear: 2031, wallet: 'apple_pay' },
  ],
  [
    'STRIPE TEST BANK •••• 6789',
    { id: 'ba_1', object: 'bank_account', bank_name: 'STRIPE TEST BANK', last4: '6789' },
    { type: 'us_bank_account', brand: null },
  ],
  [
    'Visa •••• 4242',
    { id: 'src_1', object: 'source', type: 'card', card: { ...card, brand: 'Visa' } },
    { type: 'card', brand: 'visa' },
  ],
  [
    'SEPA Direct Debit •••• 3000',
    { id: 'src_1', object: 'source', type: 'sepa_debit', sepa_debit: { last4: '3000' } },
    {},
  ],
])('a payment method is shown as %s', async (label, stripeMethod, expected) => {
  answerWith({}, { default_payment_method: stripeMethod });

  expect((await readSubscription())?.paymentMethod).toMatchObject({ label, ...expected });
});

describe('the payment method that is charged is the first of these:', () => {
  const labels = ['Method 1', 'Method 2', 'Method 3', 'Method 4'];
  const [own, ownSource, ofCustomer, source] = labels.map((label) =>
    method(label.toLowerCase().replace(' ', '_')),
  );

  test.each([0, 1, 2, 3, 4])('without %d of them', async (left) => {
    const [one, two, three, four] = [own, ownSource, ofCustomer, source].map((each, index) =>
      index < left ? null : each,
    );
    answerWith(
      { invoice_settings: { default_payment_method: three }, default_source: four },
      { default_payment_method: one, default_source: two },
    );

    const customerShows = await readCustomer();
    expect(customerShows?.subscriptions[0]?.paymentMethod?.label).toBe(labels[left]);
    expect(customerShows?.paymentMethod?.label).toBe(labels[Math.max(2, left)]);
  });
});

describe('a scheduled change', () => {
  const priceOf = (id: string, amount: number) => ({
    ...subscription.items.data[0]?.price,
    id,
    unit_amount: amount,
    unit_amount_decimal: String(amount),
  });
  const [past, current, coming, later] = [1_800_000_000, 1_900_000_000, 2_000_000_000, 2_100_000_000];
  const phase = (start: number, end: number, price: string | undefined, quantity = 1) => ({
    start_date: start,
    end_date: end,
    items: [{ price, quantity }],
  });
  const answerWithSchedule = (changes: object): void => {
    const own = subscription.items.data[0]?.price.id;
    const schedule = {
      id: 'sub_sched_1',
      object: 'subscription_schedule',
      status: 'active',
      end_behavior: 'release',
      current_phase: { start_date: current, end_date: coming },
      phases: [
        phase(past, current, 'price_old'),
        phase(current, coming, own),
        phase(coming, later, 'price_next', 3),
      ],
      ...changes,
    };
    const prices = [priceOf('price_next', 400), priceOf('price_old', 100)];
    answerWith({}, { schedule, cancel_at: null }, prices);
  };

  test('says to what, and when', async () => {
    answerWithSchedule({});

    expect(await readSubscription()).toMatchObject({
      cancelsAt: null,
      scheduledChange: {
        at: toIso(coming),
        items: [{ quantity: 3, price: { id: 'price_next', productName: 'Pro' } }],
        total: { amount: 1_200, currency: 'usd', decimals: 2 },
      },
    });
  });

  test.each([
    ['released', { status: 'released' }],
    ['in its last phase', { current_phase: { start_date: coming, end_date: later } }],
  ])('is none where the schedule is %s', async (_title, changes) => {
    answerWithSchedule(changes);

    expect((await readSubscription())?.scheduledChange).toBeNull();
  });

  test.each([
    ['the same quantity', [1]],
    ['a quantity of one that Stripe leaves out', [undefined]],
  ])('is none where the next phase has the same price and %s', async (_title, [quantity]) => {
    const own = subscription.items.data[0]?.price.id;
    const next = { ...phase(coming, later, own), items: [{ price: own, quantity }] };
    answerWithSchedule({ phases: [phase(current, coming, own), next] });

    expect((await readSubscription())?.scheduledChange).toBeNull();
  });

  test('is to one of a price whose quantity Stripe leaves out', async () => {
    const items = [{ price: 'price_next' }];
    answerWithSchedule({
      phases: [phase(current, coming, 'price_old'), { ...phase(coming, later, ''), items }],
    });

    const change = (await readSubscription())?.scheduledChange;
    expect(change).toMatchObject({ items: [{ quantity: 1 }], total: { amount: 400 } });
  });

  test('is none where the next phase has the same items in another order', async () => {
    const [item] = subscription.items.data;
    const own = item?.price.id;
    const next = { ...phase(coming, later, own), items: [{ price: 'price_next' }, { price: own }] };
    const current_phase = { start_date: current, end_date: coming };
    const schedule = {
      id: 'sub_sched_1',
      status: 'active',
      end_behavior: 'release',
      current_phase,
      phases: [next],
    };
    const data = [item, { ...item, id: 'si_2', price: priceOf('price_next', 400) }];
    answerWith({}, { schedule, items: { ...subscription.items, data } });

    expect(await readSubscription()).toMatchObject({ items: [{}, {}], scheduledChange: null });
  });

  test('that ends the subscription is a cancellation', async () => {
    answerWithSchedule({ end_behavior: 'cancel' });

    expect((await readSubscription())?.cancelsAt).toBe(toIso(later));
  });
});

describe('a pause', () => {
  const answerWithResumptions = (...resumptions: readonly (object | null)[]): void => {
    const paused = {
      transitioned_at: 1_900_000_000,
      type: 'subscription',
      subscription: { type: 'pause_requested' },
    };
    const schedule = {
      id: 'sub_sched_1',
      object: 'subscription_schedule',
      status: 'active',
      end_behavior: 'release',
      phases: [],
      pause_schedules: resumptions.map((resume, index) => ({ key: String(index), resume })),
    };
    answerWith({}, { status: 'paused', status_details: { paused }, schedule });
  };

  test('says who began it, since when and until when', async () => {
    answerWithResumptions({ resume_at: 1_890_000_000, status: { type: 'succeeded' } }, null, {
      resume_at: 1_950_000_000,
      status: { type: 'scheduled' },
    });

    expect((await readSubscription())?.pause).toEqual({
      reason: 'PAUSE_REQUESTED',
      since: toIso(1_900_000_000),
      until: toIso(1_950_000_000),
    });
  });

  test('ends with the earliest of several resumptions, in whatever order Stripe has them', async () => {
    const status = { type: 'scheduled' };
    answerWithResumptions({ resume_at: 1_990_000_000, status }, { resume_at: 1_950_000_000, status });

    expect((await readSubscription())?.pause).toMatchObject({ until: toIso(1_950_000_000) });
  });

  test.each(['error', 'pending', 'requires_action'])(
    'has no end when its resumption is not scheduled: %s',
    async (type) => {
      answerWithResumptions({ resume_at: 1_950_000_000, status: { type } });

      expect((await readSubscription())?.pause).toMatchObject({ until: null });
    },
  );
});

test.each([
  ['trial_end_without_payment_method', 'TRIAL_END_WITHOUT_PAYMENT_METHOD'],
  ['of_tomorrow', 'UNRECOGNIZED'],
])('a pause that Stripe calls %s is %s', async (type, reason) => {
  answerWith(
    {},
    {
      status: 'paused',
      status_details: { paused: { transitioned_at: 1_900_000_000, subscription: { type } } },
    },
  );

  expect((await readSubscription())?.pause).toMatchObject({ reason, until: null });
});

test("a cancellation has the customer's own words", async () => {
  const details = {
    reason: 'cancellation_requested',
    feedback: 'too_expensive',
    comment: 'Next year',
    feedback_option: null,
  };
  answerWith({}, { cancel_at: 2_000_000_000, canceled_at: 1_900_000_000, cancellation_details: details });

  expect(await readSubscription()).toMatchObject({
    cancelsAt: toIso(2_000_000_000),
    cancellation: {
      requestedAt: toIso(1_900_000_000),
      reason: 'CANCELLATION_REQUESTED',
      feedback: 'TOO_EXPENSIVE',
      comment: 'Next year',
    },
  });
});

test.each([
  [
    'without a reason has none',
    { cancel_at: 2_000_000_000 },
    { reason: null, feedback: null, comment: null },
  ],
  ['that was withdrawn is none', { cancel_at: null, cancel_at_period_end: false }, null],
])('a cancellation %s', async (_title, changes, cancellation) => {
  const cancellation_details = { reason: null, feedback: null, comment: null };
  answerWith({}, { ...changes, cancellation_details, schedule: null });

  const shown = (await readSubscription())?.cancellation;
  expect(shown).toEqual(cancellation && expect.objectContaining(cancellation));
});

test('a pending update says what waits, and until when', async () => {
  const [item] = subscription.items.data;
  const items = [{ ...item, quantity: 5 }];
  answerWith(
    {},
    { pending_update: { expires_at: 2_000_000_000, trial_end: 2_100_000_000, subscription_items: items } },
  );

  expect((await readSubscription())?.pendingUpdate).toMatchObject({
    expiresAt: toIso(2_000_000_000),
    trialEndsAt: toIso(2_100_000_000),
    items: [{ quantity: 5, price: { id: item?.price.id, productName: 'Pro' } }],
  });
});

test('the latest invoice is shown while it is open', async () => {
  const invoice = {
    id: 'in_1',
    object: 'invoice',
    status: 'open',
    number: 'A-1',
    currency: 'usd',
    amount_remaining: 900,
    due_date: 2_000_000_000,
    next_payment_attempt: 1_950_000_000,
  };
  const terms = { collection_method: 'send_invoice', days_until_due: 30 };
  answerWith({}, { ...terms, latest_invoice: invoice });
  expect(await readSubscription()).toMatchObject({
    collectionMethod: 'SEND_INVOICE',
    daysUntilDue: 30,
    openInvoice: {
      id: 'in_1',
      number: 'A-1',
      amountDue: { amount: 900, currency: 'usd', decimals: 2 },
      dueAt: toIso(2_000_000_000),
      nextAttemptAt: toIso(1_950_000_000),
    },
  });

  answerWith({}, { latest_invoice: { ...invoice, status: 'paid' } });
  expect((await readSubscription())?.openInvoice).toBeNull();
});

test('a customer has an address, tax ids, a balance and a discount', async () => {
  const address = {
    line1: 'Main St 1',
    line2: null,
    city: 'Bonn',
    state: null,
    postal_code: '53111',
    country: 'DE',
  };
  const { postal_code: postalCode, ...lines } = address;
  const coupon = {
    id: 'co_1',
    object: 'coupon',
    name: null,
    percent_off: null,
    amount_off: 500,
    currency: 'eur',
    duration: 'repeating',
  };
  const changes = {
    phone: '+49 228 1',
    address,
    shipping: { name: 'Ada', phone: null, address },
    tax_ids: {
      object: 'list',
      has_more: false,
      data: [
        {
          id: 'txi_1',
          object: 'tax_id',
          type: 'eu_vat',
          value: 'DE1',
          country: 'DE',
          verification: { status: 'verified' },
        },
      ],
    },
    tax_exempt: 'reverse',
    preferred_locales: ['de', 'en'],
    currency: 'eur',
    balance: -1_500,
    discount: {
      id: 'di_1',
      object: 'discount',
      start: 1_900_000_000,
      end: 2_000_000_000,
      source: { type: 'coupon', coupon },
    },
  };
  answerWith(changes, {}, [], { coupons: sendJson(200, coupon) });

  expect(await readCustomer()).toMatchObject({
    phone: '+49 228 1',
    address: { ...lines, postalCode },
    shipping: { name: 'Ada', phone: null, address: { line1: 'Main St 1', city: 'Bonn', country: 'DE' } },
    taxIds: [{ id: 'txi_1', type: 'eu_vat', value: 'DE1', country: 'DE', verification: 'VERIFIED' }],
    taxExempt: 'REVERSE',
    preferredLocales: ['de', 'en'],
    currency: 'eur',
    balance: { amount: -1_500, currency: 'eur', decimals: 2 },
    discount: {
      scope: 'CUSTOMER',
      amountOff: { amount: 500, currency: 'eur', decimals: 2 },
      endsAt: toIso(2_000_000_000),
    },
  });
});
