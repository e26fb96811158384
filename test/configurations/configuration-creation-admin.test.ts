import { beforeAll, describe, expect, test } from '@jest/globals';
import { readTrail } from '../audit/audit-kit.ts';
import type { BillingPortalConfigurationInput, PortalSubscriptionUpdateInput } from '../generated/graphql.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { type AdminPortal, createAdminPortal } from '../portal/admin-portal.ts';

let portal: AdminPortal;

beforeAll(async () => {
  portal = await createAdminPortal();
});

describe('createBillingPortalConfiguration', () => {
  test('makes what is asked for, every field of it, and switches off the rest', async () => {
    const [product] = portal.demo.productIds;
    const prices = Object.values(portal.demo.prices[0] ?? {});

    const id = await portal.createNew({
      name: 'Support',
      defaultReturnUrl: returnUrl,
      businessProfile: {
        headline: 'Hello',
        privacyPolicyUrl: 'https://example.com/p',
        termsOfServiceUrl: null,
      },
      loginPage: { enabled: true },
      features: {
        customerUpdate: { enabled: true, allowedUpdates: ['TAX_ID', 'EMAIL'] },
        paymentMethodUpdate: { enabled: true },
        subscriptionCancel: {
          enabled: true,
          mode: 'IMMEDIATELY',
          prorationBehavior: 'CREATE_PRORATIONS',
          cancellationReason: { enabled: true, options: ['TOO_EXPENSIVE'] },
        },
        subscriptionPause: {
          enabled: true,
          duration: { type: 'INTERVAL_OPTIONS', intervalOptions: [{ interval: 'WEEK', intervalCount: 2 }] },
        },
        subscriptionUpdate: {
          enabled: true,
          defaultAllowedUpdates: ['PRICE', 'QUANTITY'],
          products: [
            {
              productId: product ?? '',
              priceIds: prices,
              adjustableQuantity: { enabled: true, minimum: 2, maximum: 5 },
            },
          ],
          prorationBehavior: 'NONE',
          billingCycleAnchor: 'UNCHANGED',
          scheduleAtPeriodEnd: ['DECREASING_ITEM_AMOUNT'],
          trialUpdateBehavior: 'CONTINUE_TRIAL',
        },
      },
    });

    expect(await portal.retrieve(id)).toMatchObject({
      active: true,
      is_default: false,
      metadata: {},
      name: 'Support',
      default_return_url: returnUrl,
      business_profile: {
        headline: 'Hello',
        privacy_policy_url: 'https://example.com/p',
        terms_of_service_url: null,
      },
      login_page: { enabled: true },
      features: {
        customer_update: { enabled: true, allowed_updates: ['tax_id', 'email'] },
        invoice_history: { enabled: false },
        payment_method_update: { enabled: true },
        subscription_cancel: {
          enabled: true,
          mode: 'immediately',
          proration_behavior: 'create_prorations',
          cancellation_reason: { enabled: true, options: ['too_expensive'] },
        },
        subscription_pause: {
          enabled: true,
          duration: { type: 'interval_options', interval_options: [{ interval: 'week', interval_count: 2 }] },
        },
        subscription_update: {
          enabled: true,
          default_allowed_updates: ['price', 'quantity'],
          products: [{ product, prices, adjustable_quantity: { enabled: true, minimum: 2, maximum: 5 } }],
          proration_behavior: 'none',
          billing_cycle_anchor: 'unchanged',
          schedule_at_period_end: { conditions: [{ type: 'decreasing_item_amount' }] },
          trial_update_behavior: 'continue_trial',
        },
      },
    });
    const [entry] = await readTrail(portal.app, { action: 'CREATE_PORTAL_CONFIGURATION' });
    expect(entry).toMatchObject({ actor: 'root', targetId: id, outcome: 'SUCCEEDED', userId: null });
    expect(entry?.details).toEqual([
      {
        name: 'enabled',
        value:
          'customer_update, payment_method_update, subscription_cancel, subscription_pause, subscription_update',
      },
    ]);
  });

  const offered: PortalSubscriptionUpdateInput = { enabled: true, defaultAllowedUpdates: ['PRICE'] };
  const products = Array.from({ length: 11 }, () => ({ productId: 'prod_1', priceIds: ['price_1'] }));
  test.each<readonly [string, BillingPortalConfigurationInput, string]>([
    [
      'a headline of 61 characters',
      { businessProfile: { headline: 'x'.repeat(61) } },
      'businessProfile.headline',
    ],
    ['what is no URL', { businessProfile: { privacyPolicyUrl: 'javascript:alert(1)' } }, 'privacyPolicyUrl'],
    [
      'eleven products',
      { features: { paymentMethodUpdate: { enabled: true }, subscriptionUpdate: { ...offered, products } } },
      'at most 10 products',
    ],
    [
      'an update without products',
      { features: { subscriptionUpdate: offered } },
      'subscriptionUpdate.products',
    ],
    [
      'always_invoice at a cancellation',
      { features: { subscriptionCancel: { enabled: true, prorationBehavior: 'ALWAYS_INVOICE' } } },
      'subscriptionCancel.prorationBehavior',
    ],
    [
      'a value it does not know',
      { features: { subscriptionCancel: { mode: 'UNRECOGNIZED' } } },
      'cancel.mode',
    ],
    [
      'details without any',
      { features: { customerUpdate: { enabled: true } } },
      'customerUpdate.allowedUpdates',
    ],
  ])('refuses %s before Stripe is asked, on the record', async (_title, input, words) => {
    const before = portal.countWrites();

    const { message } = (await portal.create(input)).expectError('BAD_USER_INPUT');

    expect(message.toLowerCase()).toContain(words.toLowerCase());
    expect(portal.countWrites()).toBe(before);
    expect((await readTrail(portal.app))[0]).toMatchObject({ outcome: 'FAILED', code: 'BAD_USER_INPUT' });
  });

  test('refuses a return URL outside of the allowlist', async () => {
    const before = portal.countWrites();
    (await portal.create({ defaultReturnUrl: 'https://evil.example' })).expectError('RETURN_URL_NOT_ALLOWED');
    expect(portal.countWrites()).toBe(before);
  });

  test("names the input field that Stripe refused, without Stripe's message", async () => {
    const features = {
      paymentMethodUpdate: { enabled: true },
      subscriptionUpdate: { ...offered, products: [{ productId: 'prod_none', priceIds: ['price_none'] }] },
    };
    const { message } = (await portal.create({ features })).expectError('BAD_USER_INPUT');

    expect(message).toBe('Stripe refused features.subscriptionUpdate.products.0.productId.');
  });
});
