import type { DemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { returnUrl } from '../helpers/test-app.ts';

/** A policy file that says everything that one can say. */
export function createPolicyOfEverything({ prices, productIds }: DemoData): object {
  const products = productIds.map((product, index) => ({
    product,
    prices: Object.values(prices[index] ?? {}),
    adjustable_quantity: { enabled: true, minimum: 1, maximum: 10 },
  }));
  const everything = {
    business_profile: {
      headline: 'Your subscription',
      privacy_policy_url: 'https://example.com/privacy',
      terms_of_service_url: 'https://example.com/terms',
    },
    default_return_url: returnUrl,
    login_page: { enabled: false },
    features: {
      customer_update: {
        enabled: true,
        allowed_updates: ['address', 'email', 'name', 'phone', 'shipping', 'tax_id'],
      },
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true, payment_method_configuration: 'pmc_1' },
      subscription_cancel: {
        enabled: true,
        mode: 'immediately',
        proration_behavior: 'create_prorations',
        cancellation_reason: { enabled: true, options: ['other', 'unused'] },
      },
      subscription_pause: {
        enabled: true,
        duration: { type: 'interval_options', interval_options: [{ interval: 'month', interval_count: 2 }] },
      },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ['price', 'promotion_code', 'quantity'],
        products,
        proration_behavior: 'create_prorations',
        billing_cycle_anchor: 'now',
        schedule_at_period_end: { conditions: [{ type: 'decreasing_item_amount' }] },
        trial_update_behavior: 'continue_trial',
      },
    },
    after_expiration: { customer_login: { expires_after_hours: 24 } },
    on_behalf_of: 'acct_1',
    flows: {
      subscription_cancel: { retention: { type: 'coupon_offer', coupon_offer: { coupon: 'STAY' } } },
      subscription_update_confirm: { discounts: [{ coupon: 'WELCOME' }] },
    },
  };
  return { policies: { everything }, default: 'everything', strictest: 'everything' };
}
