import { expect, test } from '@jest/globals';
import { formatAmount } from '../src/money.ts';

test.each([
  [2900, 'usd', '$29.00'],
  [500, 'jpy', '¥500'],
  [500, 'krw', '₩500'],
  [1234, 'bhd', 'BHD 1.234'],
  [1500, 'kwd', 'KWD 1.500'],
  [100_000, 'huf', 'HUF 1,000'],
  [100_050, 'huf', 'HUF 1,000.50'],
  [50_000, 'ugx', 'UGX 500'],
  [50_000, 'isk', 'ISK 500'],
  [50_050, 'isk', 'ISK 500.50'],
  [5000, 'twd', 'NT$50.00'],
  [5000, 'mga', 'MGA 5,000'],
])('%i of %s is %s', (amount, currency, text) => {
  expect(formatAmount(amount, currency).replace(/\u00a0/g, ' ')).toBe(text);
});

test('other languages have their own form', () => {
  expect(formatAmount(2900, 'eur', 'de-DE').replace(/\u00a0/g, ' ')).toBe('29,00 €');
  expect(formatAmount(2900, 'eur', 'en-US', 'code').replace(/\u00a0/g, ' ')).toBe('EUR 29.00');
});
