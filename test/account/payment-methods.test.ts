import { describe, expect, test } from '@jest/globals';
import { createStubbedBilling } from './stubbed-billing.ts';

const { answerWith, readCustomer, readSubscription } = await createStubbedBilling();

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
