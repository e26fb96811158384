import { describe, expect, test } from '@jest/globals';
import { createStubbedBilling, toIso } from './stubbed-billing.ts';

const { answerWith, readCustomer, readSubscription, subscription } = await createStubbedBilling();

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

  test('is none where the next phase has the same items', async () => {
    const own = subscription.items.data[0]?.price.id;
    answerWithSchedule({ phases: [phase(current, coming, own), phase(coming, later, own)] });

    expect((await readSubscription())?.scheduledChange).toBeNull();
  });

  test('that ends the subscription is a cancellation', async () => {
    answerWithSchedule({ end_behavior: 'cancel' });

    expect((await readSubscription())?.cancelsAt).toBe(toIso(later));
  });
});

test('a pause says who began it, since when and until when', async () => {
  const paused = {
    transitioned_at: 1_900_000_000,
    type: 'subscription',
    subscription: { type: 'pause_requested' },
  };
  const pauseSchedules = [
    { key: '1', resume: null },
    { key: '2', resume: { resume_at: 1_950_000_000 } },
  ];
  answerWith(
    {},
    {
      status: 'paused',
      status_details: { paused },
      schedule: {
        id: 'sub_sched_1',
        object: 'subscription_schedule',
        status: 'active',
        end_behavior: 'release',
        phases: [],
        pause_schedules: pauseSchedules,
      },
    },
  );

  expect((await readSubscription())?.pause).toEqual({
    reason: 'PAUSE_REQUESTED',
    since: toIso(1_900_000_000),
    until: toIso(1_950_000_000),
  });
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

test('a pending update says what waits, and until when', async () => {
  const [item] = subscription.items.data;
  const items = [{ ...item, quantity: 5 }];
  answerWith(
    {},
    { pending_update: { expires_at: 2_000_000_000, trial_end: null, subscription_items: items } },
  );

  expect((await readSubscription())?.pendingUpdate).toMatchObject({
    expiresAt: toIso(2_000_000_000),
    trialEndsAt: null,
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
    next_payment_attempt: null,
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
      nextAttemptAt: null,
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
  answerWith({
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
  });

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
