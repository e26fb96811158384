import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { allFeatures, createPrice, idOf } from './fixtures.ts';

type Features = Stripe.BillingPortal.ConfigurationCreateParams.Features;

let client: LocalStripeClient;
let stripe: Stripe;
beforeAll(async () => {
  client = await startLocalStripe();
  stripe = client.stripe;
});

function create(features: Features, params: Partial<Stripe.BillingPortal.ConfigurationCreateParams> = {}) {
  return stripe.billingPortal.configurations.create({ features, ...params });
}

test('features that are not named are off', async () => {
  const { features, ...rest } = await create({ invoice_history: { enabled: true } });
  expect(rest).toMatchObject({
    active: true,
    is_default: false,
    default_return_url: null,
    metadata: {},
    name: null,
  });
  expect(features).toEqual({
    customer_update: { allowed_updates: [], enabled: false },
    invoice_history: { enabled: true },
    payment_method_update: { enabled: false, payment_method_configuration: null },
    subscription_cancel: {
      cancellation_reason: { enabled: false, feedback_options: null, options: expect.any(Array) },
      enabled: false,
      mode: 'at_period_end',
      proration_behavior: 'none',
    },
    subscription_pause: {
      duration: { interval_options: [{ interval: 'month', interval_count: 1 }], type: 'interval_options' },
      enabled: false,
    },
    subscription_update: {
      billing_cycle_anchor: null,
      default_allowed_updates: [],
      enabled: false,
      proration_behavior: 'none',
      schedule_at_period_end: { conditions: [] },
      trial_update_behavior: 'end_trial',
    },
  });
});

test('every nested member is stored as given', async () => {
  const price = await createPrice(stripe);
  const option = await stripe.billing.feedbackOptions.create({ description: 'I am moving abroad' });
  const features = {
    customer_update: { enabled: true, allowed_updates: ['email', 'tax_id'] },
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true, payment_method_configuration: 'pmc_1' },
    subscription_cancel: {
      enabled: true,
      mode: 'immediately',
      proration_behavior: 'create_prorations',
      cancellation_reason: { enabled: true, options: ['unused', 'other'], feedback_options: [option.id] },
    },
    subscription_pause: {
      enabled: true,
      duration: { type: 'interval_options', interval_options: [{ interval: 'week', interval_count: 2 }] },
    },
    subscription_update: {
      enabled: true,
      billing_cycle_anchor: 'now',
      default_allowed_updates: ['price', 'quantity', 'promotion_code'],
      proration_behavior: 'create_prorations',
      products: [
        {
          product: idOf(price.product),
          prices: [price.id],
          adjustable_quantity: { enabled: true, minimum: 2, maximum: 9 },
        },
      ],
      schedule_at_period_end: {
        conditions: [{ type: 'shortening_interval' }, { type: 'decreasing_item_amount' }],
      },
      trial_update_behavior: 'continue_trial',
    },
  } satisfies Features;
  const created = await create(features, { expand: ['features.subscription_update.products'] });
  expect(created.features).toEqual(features);
});

describe('refuses, as Stripe does,', () => {
  let price: Stripe.Price;
  beforeAll(async () => {
    price = await createPrice(stripe);
  });
  const product = () => ({ product: idOf(price.product), prices: [price.id] });
  const update = (changes: Partial<Features['subscription_update']> = {}): Features => ({
    payment_method_update: { enabled: true },
    subscription_update: {
      enabled: true,
      default_allowed_updates: ['price'],
      products: [product()],
      ...changes,
    },
  });

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'a headline of 61 characters',
      () => create({}, { business_profile: { headline: 'x'.repeat(61) } }),
      'business_profile[headline]',
    ],
    [
      '11 products',
      () => create(update({ products: Array.from({ length: 11 }, product) })),
      'features[subscription_update][products]',
    ],
    [
      'subscription updates without products',
      () => create(update({ products: [] })),
      'features[subscription_update][products]',
    ],
    [
      'subscription updates without kinds of them',
      () => create(update({ default_allowed_updates: [] })),
      'features[subscription_update][default_allowed_updates]',
    ],
    [
      'invoicing at once what is scheduled for later',
      () =>
        create(
          update({
            proration_behavior: 'always_invoice',
            schedule_at_period_end: { conditions: [{ type: 'shortening_interval' }] },
          }),
        ),
      'features[subscription_update][proration_behavior]',
    ],
    [
      'invoicing cancellations at once',
      () => create({ subscription_cancel: { enabled: true, proration_behavior: 'always_invoice' } }),
      'features[subscription_cancel][proration_behavior]',
    ],
    [
      'prorating cancellations at period end',
      () => create({ subscription_cancel: { enabled: true, proration_behavior: 'create_prorations' } }),
      'features[subscription_cancel][proration_behavior]',
    ],
    [
      'an unknown product',
      () => create(update({ products: [{ product: 'prod_1', prices: [price.id] }] })),
      'features[subscription_update][products][0][product]',
    ],
    [
      'an unknown price',
      () => create(update({ products: [{ ...product(), prices: ['price_1'] }] })),
      'features[subscription_update][products][0][prices][0]',
    ],
    [
      'an unknown mode',
      () => create({ subscription_cancel: { enabled: true, mode: 'soon' } }),
      'features[subscription_cancel][mode]',
    ],
    ['an unknown feature', () => create({ teleport: { enabled: true } } as Features), 'features[teleport]'],
    [
      'a feature that is neither on nor off',
      () =>
        create({ subscription_cancel: {} as never, customer_update: { allowed_updates: ['name'] } as never }),
      'features[customer_update][enabled]',
    ],
    ['a return URL that is none', () => create({}, { default_return_url: 'account' }), 'default_return_url'],
    [
      'a script as a link',
      () => create({}, { business_profile: { terms_of_service_url: 'javascript:alert(1)' } }),
      'business_profile[terms_of_service_url]',
    ],
  ])('%s', async (_what, call, param) => {
    expect(await refusalOf(call())).toMatchObject({
      statusCode: 400,
      type: 'StripeInvalidRequestError',
      param,
    });
  });

  test('subscription updates without payment method updates', async () => {
    const refusal = await refusalOf(create({ ...update(), payment_method_update: { enabled: false } }));
    expect(refusal.message).toBe(
      'Cannot enable subscription updates while payment method update is disabled.',
    );
  });

  test('creation without features', async () => {
    const refusal = await refusalOf(stripe.billingPortal.configurations.create({} as never));
    expect(refusal).toMatchObject({ code: 'parameter_missing', param: 'features' });
  });
});

describe('updates', () => {
  test('keep what is not named, and unset what is empty', async () => {
    const { id } = await create(allFeatures, {
      name: 'One',
      metadata: { a: '1', b: '2' },
      business_profile: { headline: 'Hello' },
    });
    const updated = await stripe.billingPortal.configurations.update(id, {
      name: '',
      metadata: { a: '', c: '3' },
      features: { subscription_cancel: { mode: 'immediately' } },
    });
    expect(updated).toMatchObject({
      name: null,
      metadata: { b: '2', c: '3' },
      business_profile: { headline: 'Hello' },
      features: {
        subscription_cancel: { enabled: true, mode: 'immediately' },
        invoice_history: { enabled: true },
      },
    });
  });

  test('a configuration can be deactivated and activated, and lists filter by it', async () => {
    const { id } = await create(allFeatures);
    await stripe.billingPortal.configurations.update(id, { active: false });
    const ids = async (active: boolean) =>
      (await stripe.billingPortal.configurations.list({ active, limit: 100 })).data.map((each) => each.id);
    expect(await ids(false)).toContain(id);
    expect(await ids(true)).not.toContain(id);
    expect((await stripe.billingPortal.configurations.update(id, { active: true })).active).toBe(true);
  });

  test('a configuration cannot be deleted', async () => {
    const { id } = await create(allFeatures);
    expect((await client.call('DELETE', `/v1/billing_portal/configurations/${id}`)).status).toBe(404);
  });

  test('a login page has a URL while it is enabled', async () => {
    const { id, login_page: off } = await create(allFeatures);
    expect(off).toEqual({ enabled: false, url: null });
    const on = await stripe.billingPortal.configurations.update(id, { login_page: { enabled: true } });
    expect(on.login_page.url).toContain(`${client.localStripe.url}/p/login/`);
    const refusal = await refusalOf(stripe.billingPortal.configurations.update(id, { active: false }));
    expect(refusal.param).toBe('active');
  });
});
