import { beforeAll, describe, expect, test } from '@jest/globals';
import { type DemoData, seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { type FaultyStripe, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { portalConfigurationQuery } from '../helpers/operations.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

let app: TestApp;
let demo: DemoData;

beforeAll(async () => {
  app = await createTestApp();
  demo = await seedDemoData(app.sdk);
  await app.sdk.billingPortal.configurations.update(demo.configurationId, {
    default_return_url: 'https://app.example.com/billing',
    login_page: { enabled: true },
    features: {
      subscription_cancel: { enabled: true, mode: 'immediately', proration_behavior: 'create_prorations' },
      subscription_update: {
        enabled: true,
        billing_cycle_anchor: 'now',
        proration_behavior: 'create_prorations',
        schedule_at_period_end: {
          conditions: [{ type: 'decreasing_item_amount' }, { type: 'shortening_interval' }],
        },
        trial_update_behavior: 'continue_trial',
      },
    },
  });
});

async function readConfiguration(from = app) {
  const token = await from.createToken({ userId: 'ada' });
  const answer = await from.execute({ document: portalConfigurationQuery, token });
  return answer.expectData().billingPortalConfiguration;
}

describe('billingPortalConfiguration', () => {
  test('tells everything of the default configuration', async () => {
    const stripe = await app.sdk.billingPortal.configurations.retrieve(demo.configurationId);

    expect(await readConfiguration()).toEqual({
      id: demo.configurationId,
      name: 'Demo',
      isDefault: true,
      active: true,
      livemode: false,
      defaultReturnUrl: 'https://app.example.com/billing',
      createdAt: new Date(stripe.created * 1000).toISOString(),
      updatedAt: new Date(stripe.updated * 1000).toISOString(),
      businessProfile: {
        headline: 'Manage your Acme subscription',
        privacyPolicyUrl: 'https://example.com/privacy',
        termsOfServiceUrl: 'https://example.com/terms',
      },
      loginPage: { enabled: true, url: stripe.login_page.url },
      features: {
        customerUpdate: { enabled: true, allowedUpdates: ['NAME', 'EMAIL', 'ADDRESS', 'PHONE'] },
        invoiceHistory: { enabled: true },
        paymentMethodUpdate: { enabled: true, paymentMethodConfigurationId: null },
        subscriptionCancel: {
          enabled: true,
          mode: 'IMMEDIATELY',
          prorationBehavior: 'CREATE_PRORATIONS',
          cancellationReason: {
            enabled: true,
            options: ['TOO_EXPENSIVE', 'MISSING_FEATURES', 'SWITCHED_SERVICE', 'UNUSED', 'OTHER'],
            feedbackOptionIds: [],
            feedbackOptions: [],
          },
        },
        subscriptionPause: {
          enabled: true,
          duration: { type: 'INTERVAL_OPTIONS', intervalOptions: [{ interval: 'MONTH', intervalCount: 1 }] },
        },
        subscriptionUpdate: {
          enabled: true,
          defaultAllowedUpdates: ['PRICE', 'QUANTITY'],
          prorationBehavior: 'CREATE_PRORATIONS',
          billingCycleAnchor: 'NOW',
          scheduleAtPeriodEnd: ['DECREASING_ITEM_AMOUNT', 'SHORTENING_INTERVAL'],
          trialUpdateBehavior: 'CONTINUE_TRIAL',
          products: demo.productIds.map((productId, index) => ({
            productId,
            priceIds: [demo.prices[index]?.month, demo.prices[index]?.year],
            adjustableQuantity: { enabled: true, minimum: 1, maximum: 50 },
          })),
        },
      },
    });
  });

  test('names the text of each feedback option, in the order of the configuration', async () => {
    const fresh = await createTestApp();
    const { billing, billingPortal } = fresh.sdk;
    const abroad = await billing.feedbackOptions.create({ description: 'I am moving abroad' });
    const merged = await billing.feedbackOptions.create({ description: 'We merged two accounts' });
    await fresh.sdk.rawRequest('POST', '/_control/portal_settings', {
      features: {
        subscription_cancel: {
          enabled: true,
          cancellation_reason: {
            enabled: true,
            options: ['other'],
            feedback_options: [merged.id, abroad.id],
          },
        },
      },
    });
    await billing.feedbackOptions.deactivate(abroad.id);
    expect((await billingPortal.configurations.list()).data).toHaveLength(1);

    const { features } = await readConfiguration(fresh);

    expect(features.subscriptionCancel.cancellationReason).toMatchObject({
      feedbackOptionIds: [merged.id, abroad.id],
      feedbackOptions: [
        { id: merged.id, text: 'We merged two accounts' },
        { id: abroad.id, text: 'I am moving abroad' },
      ],
    });
  });

  test('needs no customer', async () => {
    expect((await readConfiguration()).id).toBe(demo.configurationId);
    expect(app.stripe.requests.at(-1)).toMatchObject({
      path: '/v1/billing_portal/configurations',
      params: { is_default: 'true', expand: ['data.features.subscription_update.products'] },
    });
  });

  test('is refused with what to do where Stripe has none', async () => {
    const fresh = await createTestApp();
    const token = await fresh.createToken({ userId: 'ada' });

    const answer = await fresh.execute({ document: portalConfigurationQuery, token });

    expect(answer.expectError('PORTAL_NOT_CONFIGURED').message).toContain(
      'Settings, Billing, Customer portal',
    );
  });
});

describe('what this version does not know of Stripe', () => {
  let stripe: FaultyStripe;
  let reading: TestApp;
  let configuration: object;

  beforeAll(async () => {
    stripe = await startFaultyStripe();
    reading = await createTestApp({ STRIPE_API_URL: stripe.url });
    configuration = await app.sdk.billingPortal.configurations.retrieve(demo.configurationId, {
      expand: ['features.subscription_update.products'],
    });
  });

  /** What is answered when Stripe's configuration has another value at this path. */
  const readWith = (path: string, value: unknown) => {
    stripe.answerBy(
      sendJson(200, { object: 'list', data: [replace(configuration, path, value)], has_more: false }),
    );
    return readConfiguration(reading);
  };

  test.each([
    ['customer_update.allowed_updates', 'customerUpdate.allowedUpdates'],
    ['subscription_cancel.mode', 'subscriptionCancel.mode'],
    ['subscription_cancel.proration_behavior', 'subscriptionCancel.prorationBehavior'],
    ['subscription_cancel.cancellation_reason.options', 'subscriptionCancel.cancellationReason.options'],
    ['subscription_pause.duration.type', 'subscriptionPause.duration.type'],
    [
      'subscription_pause.duration.interval_options.0.interval',
      'subscriptionPause.duration.intervalOptions.0.interval',
    ],
    ['subscription_update.default_allowed_updates', 'subscriptionUpdate.defaultAllowedUpdates'],
    ['subscription_update.proration_behavior', 'subscriptionUpdate.prorationBehavior'],
    ['subscription_update.billing_cycle_anchor', 'subscriptionUpdate.billingCycleAnchor'],
    [
      'subscription_update.schedule_at_period_end.conditions.0.type',
      'subscriptionUpdate.scheduleAtPeriodEnd.0',
    ],
    ['subscription_update.trial_update_behavior', 'subscriptionUpdate.trialUpdateBehavior'],
  ])('a new value of %s is UNRECOGNIZED', async (stripePath, path) => {
    const isList = /(updates|options)$/.test(stripePath);

    const { features } = await readWith(`features.${stripePath}`, isList ? ['tomorrow'] : 'tomorrow');

    expect(features).toHaveProperty(path, isList ? ['UNRECOGNIZED'] : 'UNRECOGNIZED');
  });

  test.each<[string, unknown, string, unknown]>([
    ['subscription_pause', undefined, 'subscriptionPause', { enabled: false, duration: null }],
    ['subscription_pause', { enabled: true }, 'subscriptionPause', { enabled: true, duration: null }],
    ['subscription_update.products', undefined, 'subscriptionUpdate.products', []],
    ['subscription_update.products', null, 'subscriptionUpdate.products', []],
    ['subscription_update.billing_cycle_anchor', null, 'subscriptionUpdate.billingCycleAnchor', null],
    [
      'subscription_update.products.0.adjustable_quantity.maximum',
      null,
      'subscriptionUpdate.products.0.adjustableQuantity.maximum',
      null,
    ],
    [
      'subscription_update.products.0.adjustable_quantity',
      { enabled: true, minimum: 2 ** 31, maximum: Number.MAX_SAFE_INTEGER },
      'subscriptionUpdate.products.0.adjustableQuantity',
      { enabled: true, minimum: 2 ** 31, maximum: Number.MAX_SAFE_INTEGER },
    ],
    [
      'subscription_cancel.cancellation_reason.feedback_options',
      ['bpfo_1', { id: 'bpfo_2', object: 'billing_portal.feedback_option' }],
      'subscriptionCancel.cancellationReason.feedbackOptionIds',
      ['bpfo_1', 'bpfo_2'],
    ],
    [
      'payment_method_update.payment_method_configuration',
      'pmc_1',
      'paymentMethodUpdate.paymentMethodConfigurationId',
      'pmc_1',
    ],
  ])('%s may be %j', async (stripePath, value, path, expected) => {
    const { features } = await readWith(`features.${stripePath}`, value);

    expect(features).toHaveProperty(path, expected);
  });
});

/** A copy with another value at a dotted path. */
function replace(value: unknown, path: string, replacement: unknown): unknown {
  if (path === '') return replacement;
  const [, key = '', rest = ''] = /^(\w+)\.?(.*)$/.exec(path) ?? [];
  const copy = structuredClone(value) as Record<string, unknown>;
  return Object.assign(copy, { [key]: replace(copy[key], rest, replacement) });
}
