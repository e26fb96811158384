import { describe, expect, test } from '@jest/globals';
import type { TaskFacts } from '../../src/portal/flow-limits.ts';
import {
  type OfferedFeatures,
  findRefusal,
  offersTask,
  requireOfferedChange,
} from '../../src/portal/offered-features.ts';

const own = 'price_own';
const other = 'price_other';
const adjustable = { enabled: true, minimum: 2, maximum: 5 };
const fixed = { product: 'prod_1', prices: [own] };
const any = ['price', 'quantity'];

function createFeatures(updates: readonly string[], ...products: readonly object[]): OfferedFeatures {
  const subscription_update = { enabled: true, default_allowed_updates: updates, products };
  return { subscription_update } as unknown as OfferedFeatures;
}

describe('customers find a task in the portal', () => {
  test.each<[boolean, string, readonly string[], readonly object[]]>([
    [false, 'nothing to choose', any, [fixed]],
    [false, 'no products', any, []],
    [true, 'another price of their product', ['price'], [{ ...fixed, prices: [own, other] }]],
    [true, 'another product', ['price'], [fixed, { product: 'prod_2', prices: [other] }]],
    [false, 'other prices that may not be chosen', [], [{ ...fixed, prices: [own, other] }]],
    [true, 'another quantity', ['quantity'], [{ ...fixed, adjustable_quantity: adjustable }]],
    [false, 'quantities that may not be chosen', ['price'], [{ ...fixed, adjustable_quantity: adjustable }]],
    [
      false,
      'quantities that do not adjust',
      any,
      [{ ...fixed, adjustable_quantity: { ...adjustable, enabled: false } }],
    ],
    [
      false,
      'quantities of another product alone',
      ['quantity'],
      [fixed, { product: 'prod_2', prices: [other], adjustable_quantity: adjustable }],
    ],
  ])('%p: a change of plan, with %s', (offered, _title, updates, products) => {
    const features = createFeatures(updates, ...products);

    expect(offersTask('subscription_update', features, own)).toBe(offered);
    expect(offersTask('subscription_update_confirm', features, own)).toBe(offered);
  });

  test('a promotion code is entered in the portal, and no deep link confirms it', () => {
    const features = createFeatures(['promotion_code'], fixed);

    expect(offersTask('subscription_update', features, own)).toBe(true);
    expect(offersTask('subscription_update_confirm', features, own)).toBe(false);
  });

  test('where the price is not known, any price is another, and the first product has the quantity', () => {
    expect(offersTask('subscription_update', createFeatures(['price'], fixed), null)).toBe(true);
    const features = createFeatures(['quantity'], { ...fixed, adjustable_quantity: adjustable });
    expect(offersTask('subscription_update', features, null)).toBe(true);
  });

  test("a subscription's price is that of its first item", () => {
    const facts = { items: [own, other].map((id) => ({ price: { id } })) } as unknown as TaskFacts;

    expect(findRefusal('subscription_update', createFeatures(['price'], fixed), facts)).toBe('NOT_IN_POLICY');
  });

  test.each([
    [true, { enabled: true, allowed_updates: ['email'] }],
    [false, { enabled: true, allowed_updates: [] }],
    [false, { enabled: true }],
    [false, { enabled: false, allowed_updates: ['email'] }],
    [false, undefined],
  ])('%p: billing details, with %j', (offered, customer_update) => {
    expect(offersTask('customer_update', { customer_update }, null)).toBe(offered);
  });
});

describe('a proposed change of plan', () => {
  const both = { ...fixed, prices: [own, other] };
  const range = { ...both, adjustable_quantity: adjustable };
  const unlimited = { ...both, adjustable_quantity: { enabled: true } };

  test.each<[string | null, readonly string[], object, string, number | undefined]>([
    [null, any, range, other, 2],
    [null, any, range, other, 5],
    ['this quantity', any, range, other, 1],
    ['this quantity', any, range, other, 6],
    [null, any, unlimited, own, 1_000],
    [null, any, unlimited, own, 1],
    ['this quantity', any, unlimited, own, 0],
    [null, ['price'], range, other, 3],
    ['this quantity', ['price'], range, other, 4],
    [null, any, both, other, 3],
    ['this quantity', any, both, other, 4],
    [null, any, both, other, undefined],
    ['a change of price', ['quantity'], range, other, 3],
    [null, ['quantity'], range, own, 4],
    ['a change to this price', any, range, 'price_of_another_product', 3],
  ])('is refused for %j: %j, %j, to %s × %s', (refusal, updates, product, priceId, quantity) => {
    const features = createFeatures(updates, product);
    const current = { priceId: own, quantity: 3 };
    const propose = () => requireOfferedChange(features, current, { priceId, quantity });

    if (refusal === null) expect(propose).not.toThrow();
    else expect(propose).toThrow(`The portal does not offer ${refusal}.`);
  });
});
