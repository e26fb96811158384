import { describe, expect, test } from '@jest/globals';
import { type Policy, compilePolicy } from '../../src/policies/policy-set.ts';
import { type WantedConfiguration, hashContent } from '../../src/configurations/managed-configuration.ts';
import { type FeatureChoice, narrow } from '../../src/configurations/narrow-configuration.ts';
import { type FeatureName, featureNames } from '../../src/configurations/configuration-features.schema.ts';

const everything: Policy = {
  name: 'everything',
  business_profile: { headline: 'Acme' },
  login_page: { enabled: true },
  features: {
    customer_update: { enabled: true, allowed_updates: ['email', 'name'] },
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true },
    subscription_cancel: { enabled: true, mode: 'at_period_end', cancellation_reason: { enabled: false } },
    subscription_pause: { enabled: true },
    subscription_update: {
      enabled: true,
      default_allowed_updates: ['price'],
      products: [{ product: 'prod_1', prices: ['price_1'] }],
    },
  },
};

function listEnabled({ content }: WantedConfiguration): FeatureName[] {
  return featureNames.filter((name) => content.features[name]?.enabled === true);
}

function choose(shown: number): FeatureChoice {
  return Object.fromEntries(featureNames.map((name, index) => [name, (shown & (1 << index)) !== 0]));
}

describe('a compiled policy', () => {
  test('names all six features, and those that are off without anything else', () => {
    const { content } = compilePolicy({
      name: 'little',
      features: { subscription_cancel: { enabled: false, mode: 'immediately' } },
    });

    expect(content).toEqual({
      name: 'little',
      business_profile: {},
      login_page: { enabled: false },
      features: Object.fromEntries(featureNames.map((name) => [name, { enabled: false }])),
    });
  });

  test('leaves out reasons that are not asked for, which Stripe takes with options only', () => {
    expect(compilePolicy(everything).content.features.subscription_cancel).toEqual({
      enabled: true,
      mode: 'at_period_end',
    });
  });

  test('shows nothing that the policy does not offer, whatever a client asks for', () => {
    const policy: Policy = { name: 'invoices', features: { invoice_history: { enabled: true } } };
    const all = choose(0b111111);

    expect(listEnabled(narrow(compilePolicy(policy), all))).toEqual(['invoice_history']);
    expect(narrow(compilePolicy(policy), all)).toEqual(compilePolicy(policy));
  });

  test('shows what a client does not hide: every one of the 64 combinations is a part of the policy', () => {
    const whole = compilePolicy(everything);
    for (let shown = 0; shown < 64; shown += 1) {
      const choice = choose(shown);
      const narrowed = narrow(compilePolicy(everything), choice);
      const wanted = featureNames.filter((name) => choice[name] === true);
      const expected = choice.payment_method_update
        ? wanted
        : wanted.filter((name) => name !== 'subscription_update');

      expect(listEnabled(narrowed)).toEqual(expected);
      expect(narrowed.narrowedFrom).toBe(expected.length === 6 ? null : whole.hash);
      for (const name of expected)
        expect(narrowed.content.features[name]).toEqual(whole.content.features[name]);
    }
  });

  test('is the same whether a choice leaves a feature out or shows it', () => {
    expect(narrow(compilePolicy(everything), { invoice_history: true })).toEqual(compilePolicy(everything));
  });

  test('has no login page of its own when a client narrows it', () => {
    expect(compilePolicy(everything).content.login_page).toEqual({ enabled: true });
    expect(narrow(compilePolicy(everything), { invoice_history: false }).content.login_page).toEqual({
      enabled: false,
    });
  });

  test('is another for another name, though the content is the same', () => {
    expect(compilePolicy({ ...everything, name: 'b' }).hash).not.toBe(compilePolicy(everything).hash);
  });
});

describe('a hash', () => {
  const content = { a: 1, b: { c: [1, 2, { d: 3, e: 4 }], f: undefined } };

  test.each<[string, object]>([
    ['the order of keys', { b: { c: [1, 2, { e: 4, d: 3 }] }, a: 1 }],
    ['a field that is undefined', { a: 1, b: { c: [1, 2, { d: 3, e: 4 }] }, g: undefined }],
  ])('does not depend on %s', (_title, same) => {
    expect(hashContent(same)).toBe(hashContent(content));
  });

  test.each<[string, object]>([
    ['the order of a list', { a: 1, b: { c: [2, 1, { d: 3, e: 4 }] } }],
    ['a value', { a: 2, b: { c: [1, 2, { d: 3, e: 4 }] } }],
    ['the type of a value', { a: '1', b: { c: [1, 2, { d: 3, e: 4 }] } }],
    ['where a field stands', { a: 1, b: { c: [1, 2, { d: 3 }] }, e: 4 }],
  ])('depends on %s', (_title, other) => {
    expect(hashContent(other)).not.toBe(hashContent(content));
  });
});
