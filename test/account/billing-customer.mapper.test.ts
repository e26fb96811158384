import { expect, test } from '@jest/globals';
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

test('a status of tomorrow is UNRECOGNIZED', async () => {
  answerWith({}, { status: 'tomorrow' });
  expect((await readSubscription())?.status).toBe('UNRECOGNIZED');
});

test('periods of several items: paid until the first ends, cancelled when the last does', async () => {
  const [item] = subscription.items.data;
  const data = [2_000_000_000, 1_900_000_000].map((end) => ({ ...item, current_period_end: end }));
  answerWith({}, { items: { ...subscription.items, data }, cancel_at_period_end: true });

  expect(await readSubscription()).toMatchObject({
    currentPeriodEnd: toIso(1_900_000_000),
    cancelsAt: toIso(2_000_000_000),
  });
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
