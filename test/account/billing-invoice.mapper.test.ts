import { describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { toBillingCharge, toBillingInvoice } from '../../src/account/billing-invoice.mapper.ts';

function createLine(members: object = {}): object {
  return {
    description: 'Starter',
    quantity: 1,
    amount: 900,
    currency: 'eur',
    period: { start: 1, end: 2 },
    parent: null,
    taxes: [],
    ...members,
  };
}

function createInvoice(members: object = {}, ...lines: readonly object[]): Stripe.Invoice {
  return {
    id: 'in_1',
    number: 'A-1',
    status: 'open',
    currency: 'eur',
    total: 900,
    amount_due: 900,
    amount_paid: 0,
    total_taxes: [],
    automatic_tax: { enabled: false, status: null },
    created: 1,
    due_date: null,
    period_start: 1,
    period_end: 2,
    next_payment_attempt: null,
    lines: { data: lines, has_more: false },
    ...members,
  } as unknown as Stripe.Invoice;
}

describe('tax', () => {
  test('is the sum of all taxes, in the invoice and in each line', () => {
    const taxes = [{ amount: 144 }, { amount: 17 }];

    const invoice = toBillingInvoice(createInvoice({ total_taxes: taxes }, createLine({ taxes })));

    expect([invoice.tax?.amount, invoice.lines[0]?.tax?.amount]).toEqual([161, 161]);
  });

  test.each([
    ['complete', 0],
    ['requires_location_inputs', undefined],
    ['failed', undefined],
    [null, undefined],
  ])('that Stripe calculates is known when that is %p', (status, expected) => {
    const automatic_tax = { enabled: true, status };

    const invoice = toBillingInvoice(createInvoice({ automatic_tax, total_taxes: null }, createLine()));

    expect([invoice.tax?.amount, invoice.lines[0]?.tax?.amount]).toEqual([expected, expected]);
  });
});

test.each([
  ['jpy', 0],
  ['usd', 2],
  ['isk', 2],
  ['kwd', 3],
])('amounts in %s have the %i decimals of Stripe', (currency, decimals) => {
  const invoice = toBillingInvoice(createInvoice({ currency }, createLine({ currency })));

  for (const money of [invoice.total, invoice.amountDue, invoice.amountPaid, invoice.lines[0]?.amount])
    expect(money).toMatchObject({ currency, decimals });
});

test.each([
  [{ subscription_item_details: { proration: true }, invoice_item_details: null }, true],
  [{ subscription_item_details: null, invoice_item_details: { proration: true } }, true],
  [{ subscription_item_details: { proration: false }, invoice_item_details: null }, false],
  [null, false],
])('a line of %j is a proration: %p', (parent, proration) => {
  expect(toBillingInvoice(createInvoice({}, createLine({ parent }))).lines[0]?.proration).toBe(proration);
});

test('an invoice says that Stripe lists only some of its lines', () => {
  const lines = { data: [createLine()], has_more: true };

  expect(toBillingInvoice(createInvoice({ lines })).hasMoreLines).toBe(true);
  expect(toBillingCharge(createInvoice({ lines }), 'sub_1').hasMoreLines).toBe(true);
});

test('an invoice of a status that Stripe added later is unrecognized', () => {
  expect(toBillingInvoice(createInvoice({ status: 'settled' })).status).toBe('unrecognized');
});

test.each([
  ['an attempt of payment', 20_000, 20_000],
  ["the period's end, where the invoice is sent", null, 86_400],
])('the date of a charge is that of %s', (_title, next_payment_attempt, expected) => {
  const preview = createInvoice({ next_payment_attempt, period_end: 86_400 });

  expect(toBillingCharge(preview, 'sub_1').date.getTime()).toBe(expected * 1000);
});
