import { describe, expect, test } from '@jest/globals';
import { compilePolicy } from '../../src/policies/policy-set.ts';
import type { Configuration } from '../../src/configurations/managed-configuration.ts';
import { readContent } from '../../src/configurations/narrow-configuration.ts';

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
