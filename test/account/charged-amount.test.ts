import { describe, expect, test } from '@jest/globals';
import { computeAmount } from '../../src/account/price.mapper.ts';
import { toBillingPrice, toTotal } from '../../src/account/price.mapper.ts';

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
    ['an unknown kind of tiers', { ...tiered, tiers_mode: 'spiral', tiers: [tier] }, 1, 'UNRECOGNIZED'],
    ['tiers that are not known', tiered, 1, 'GRADUATED'],
    ['tiers that end before the quantity', { ...tiered, tiers: [{ ...tier, up_to: 4 }] }, 5, 'GRADUATED'],
    ['an unknown rounding of packages', { transform_quantity: { divide_by: 3, round: 'odd' } }, 4, 'PACKAGE'],
    ['an unknown type of usage', { recurring: { ...base.recurring, usage_type: 'felt' } }, 1, 'UNRECOGNIZED'],
    ['an amount that the customer chooses', { unit_amount: null, unit_amount_decimal: null }, 1, 'PER_UNIT'],
    ['a flat amount for nothing', { ...tiered, tiers: [{ ...tier, flat_amount: 500 }] }, 0, 'GRADUATED'],
    ['more than a number can count', { unit_amount_decimal: '9007199254740993' }, 1, 'PER_UNIT'],
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

  test('items of different periods have no common total', () => {
    const yearly = { ...base, recurring: { interval: 'year', interval_count: 1, usage_type: 'licensed' } };
    const items = [base, yearly].map((price) => ({ price, quantity: 1 }));

    expect(items.map(computeAmount)).toEqual([900, 900]);
    expect(toTotal(items)).toBeNull();
  });
});
