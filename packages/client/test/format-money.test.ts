import { expect, test } from '@jest/globals';
import { formatMoney } from '../src/billing-portal-client.ts';

test.each([
  [2_900, 'usd', 2, 'en', '$29.00'],
  [-1_500, 'eur', 2, 'de', '-15,00 €'],
  [500, 'jpy', 0, 'en', '¥500'],
  [1_234, 'kwd', 3, 'en', 'KWD 1.234'],
  // Intl gives these currencies no decimals, and Stripe two.
  [150_000, 'isk', 2, 'en', 'ISK 1,500'],
  [150_050, 'isk', 2, 'en', 'ISK 1,500.50'],
  [250_050, 'huf', 2, 'en', 'HUF 2,500.50'],
  [700_000, 'ugx', 2, 'en', 'UGX 7,000'],
  [1_000_000_056, 'usd', 2, 'en', '$10,000,000.56'],
  // Below the smallest unit.
  [0.05, 'usd', 2, 'en', '$0.0005'],
  [1.5, 'usd', 2, 'en', '$0.015'],
  [123_456.05, 'usd', 2, 'en', '$1,234.5605'],
])('%d of %s with %d decimals is, in %s, %s', (amount, currency, decimals, locale, text) => {
  expect(formatMoney({ amount, currency, decimals }, locale).replaceAll(/\s/g, ' ')).toBe(text);
});
