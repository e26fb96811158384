import { describe, expect, test } from '@jest/globals';
import { checkDraft } from '../../src/configurations/configuration-checks.ts';
import { type FeatureName, featureNames } from '../../src/configurations/configuration-features.schema.ts';
import { toInputName, toInputPath } from '../../src/configurations/configuration.schema.ts';
import {
  type Configuration,
  type WantedConfiguration,
  hashContent,
} from '../../src/configurations/managed-configuration.ts';
import { listHidden, narrow, readContent } from '../../src/configurations/narrow-configuration.ts';
import { type ResolvedPolicy, compilePolicy } from '../../src/policies/policy-set.ts';

const everything: ResolvedPolicy = {
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

/** Shows the features whose bits are set, and hides the others. */
function choose(shown: number): FeatureName[] {
  const shows = featureNames.map((name, index) => [toInputName(name), (shown & (1 << index)) !== 0]);
  return listHidden(Object.fromEntries(shows) as Record<string, boolean>);
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
    const policy: ResolvedPolicy = { name: 'invoices', features: { invoice_history: { enabled: true } } };
    const all = choose(0b111111);

    expect(listEnabled(narrow(compilePolicy(policy), all))).toEqual(['invoice_history']);
    expect(narrow(compilePolicy(policy), all)).toEqual(compilePolicy(policy));
  });

  test('shows what a client does not hide: every one of the 64 combinations is a part of the policy', () => {
    const whole = compilePolicy(everything);
    for (let shown = 0; shown < 64; shown += 1) {
      const hidden = choose(shown);
      const narrowed = narrow(compilePolicy(everything), hidden);
      const wanted = featureNames.filter((_name, index) => (shown & (1 << index)) !== 0);
      const expected = hidden.includes('payment_method_update')
        ? wanted.filter((name) => name !== 'subscription_update')
        : wanted;

      expect(listEnabled(narrowed)).toEqual(expected);
      expect(narrowed.narrowedFrom).toBe(expected.length === 6 ? null : whole.hash);
      for (const name of expected)
        expect(narrowed.content.features[name]).toEqual(whole.content.features[name]);
    }
  });

  test('is the same whether a choice leaves a feature out or shows it', () => {
    expect(narrow(compilePolicy(everything), listHidden({ invoiceHistory: true }))).toEqual(
      compilePolicy(everything),
    );
  });

  test('has no login page of its own when a client narrows it', () => {
    expect(compilePolicy(everything).content.login_page).toEqual({ enabled: true });
    expect(narrow(compilePolicy(everything), ['invoice_history']).content.login_page).toEqual({
      enabled: false,
    });
  });

  test('names what it was narrowed from, however often it is narrowed', () => {
    const base = compilePolicy(everything);
    const twice = narrow(narrow(base, ['invoice_history']), ['subscription_pause']);

    expect(twice.narrowedFrom).toBe(base.hash);
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

const everythingOff = compilePolicy({ name: 'off' }).content.features;

/** A configuration as Stripe answers with it: what is off has its settings too. */
function createConfiguration(features: object): Configuration {
  return {
    id: 'bpc_1',
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    created: 1,
    default_return_url: null,
    features: { ...everythingOff, ...features } as Configuration['features'],
    is_default: true,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: {},
    name: null,
    updated: 1,
  };
}

function readFeatures(features: object): object {
  return readContent(createConfiguration(features)).content.features;
}

describe('the content of a configuration at Stripe', () => {
  test('has neither null nor empty lists, which Stripe does not take', () => {
    expect(readContent(createConfiguration({})).content).toEqual({
      business_profile: {},
      login_page: { enabled: false },
      features: everythingOff,
    });
  });

  test.each([
    ['details', { customer_update: { enabled: true, allowed_updates: [] } }],
    [
      'products',
      { subscription_update: { enabled: true, default_allowed_updates: ['price'], products: [] } },
    ],
    [
      'kinds of change',
      { subscription_update: { enabled: true, products: [{ product: 'p', prices: ['1'] }] } },
    ],
    ['an answer, since the account lacks the feature', { subscription_pause: undefined }],
  ])('has features off that come without %s', (_title, features) => {
    expect(readFeatures(features)).toEqual(everythingOff);
  });

  test('names feedback options by their ids, and drops fields that Stripe does not take', () => {
    const subscription_cancel = {
      enabled: true,
      mode: 'immediately',
      cancellation_reason: { enabled: true, options: ['other'], feedback_options: [{ id: 'fo_1' }, 'fo_2'] },
      field_of_a_later_release: true,
    };

    expect(readFeatures({ subscription_cancel })).toMatchObject({
      subscription_cancel: {
        enabled: true,
        mode: 'immediately',
        cancellation_reason: { enabled: true, options: ['other'], feedback_options: ['fo_1', 'fo_2'] },
      },
    });
    expect(JSON.stringify(readFeatures({ subscription_cancel }))).not.toContain('later_release');
  });

  test('keeps the limits of each product, and no quantity that cannot be changed', () => {
    const products = [
      { product: 'a', prices: ['1'], adjustable_quantity: { enabled: true, minimum: 0, maximum: null } },
      { product: 'b', prices: ['2'], adjustable_quantity: { enabled: false, minimum: 1, maximum: 9 } },
    ];
    const update = { enabled: true, default_allowed_updates: ['quantity'], products };

    expect(
      readFeatures({ subscription_update: update, payment_method_update: { enabled: true } }),
    ).toMatchObject({
      subscription_update: {
        products: [
          { product: 'a', prices: ['1'], adjustable_quantity: { enabled: true, minimum: 0 } },
          { product: 'b', prices: ['2'], adjustable_quantity: { enabled: false } },
        ],
      },
    });
  });
});

test.each([
  ['name', 'name'],
  ['business_profile.headline', 'businessProfile.headline'],
  ['business_profile[privacy_policy_url]', 'businessProfile.privacyPolicyUrl'],
  [
    'features[payment_method_update][payment_method_configuration]',
    'features.paymentMethodUpdate.paymentMethodConfigurationId',
  ],
  ['features[subscription_update][products][0][product]', 'features.subscriptionUpdate.products.0.productId'],
  ['features.subscription_update.products.1.prices.2', 'features.subscriptionUpdate.products.1.priceIds.2'],
  [
    'features[subscription_cancel][cancellation_reason][feedback_options][0]',
    'features.subscriptionCancel.cancellationReason.feedbackOptionIds.0',
  ],
  [
    'features[subscription_update][schedule_at_period_end][conditions][1][type]',
    'features.subscriptionUpdate.scheduleAtPeriodEnd.1',
  ],
])('what Stripe calls %s is %s of the input', (path, expected) => {
  expect(toInputPath(path)).toBe(expected);
});

test('an update does not have to repair what Stripe already has, and may not break more', () => {
  const existing = {
    subscription_update: { enabled: true, products: null, default_allowed_updates: ['price'] },
  };

  expect(() => checkDraft({ features: { invoice_history: { enabled: true } } }, existing)).not.toThrow();
  expect(() =>
    checkDraft({ features: { subscription_update: { default_allowed_updates: [] } } }, existing),
  ).toThrow('features.subscriptionUpdate.defaultAllowedUpdates: expected at least one');
});
