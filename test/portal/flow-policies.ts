import type { DemoData } from '../../packages/local-stripe/src/demo-data.ts';
import type { BillingPortalFlowInput, BillingPortalFlowType } from '../generated/graphql.ts';

/**
 * Policies of which all but one offer every task: changes to the first two products of the demo, monthly or
 * yearly. A role of a policy's name chooses it.
 */
export function createFlowPolicies({ productIds, prices }: DemoData): object {
  const products = productIds.slice(0, 2).map((product, index) => ({
    product,
    prices: [prices[index]?.month, prices[index]?.year],
    adjustable_quantity: { enabled: true, minimum: 1, maximum: 10 },
  }));
  const update = { enabled: true, default_allowed_updates: ['price', 'quantity'], products };
  const features = {
    customer_update: { enabled: true, allowed_updates: ['name', 'email'] },
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true },
    subscription_cancel: { enabled: true },
    subscription_pause: { enabled: true },
    subscription_update: update,
  };
  const retention = { type: 'coupon_offer', coupon_offer: { coupon: 'stay' } };
  return {
    policies: {
      open: { features },
      'prices-only': {
        extends: 'open',
        features: { subscription_update: { default_allowed_updates: ['price'] } },
      },
      offers: {
        extends: 'open',
        after_expiration: { customer_login: { expires_after_hours: 48 } },
        on_behalf_of: 'acct_1ConnectedShop',
        flows: {
          subscription_cancel: { retention },
          subscription_update_confirm: { discounts: [{ coupon: 'upgrade' }] },
        },
      },
      closed: { features: { invoice_history: { enabled: true } } },
    },
    rules: [
      { when: { role: 'closed' }, use: 'closed' },
      { when: { role: 'prices-only' }, use: 'prices-only' },
      { when: { role: 'offers' }, use: 'offers' },
    ],
    default: 'open',
    strictest: 'closed',
  };
}

export const flowTypes = [
  'PAYMENT_METHOD_UPDATE',
  'SUBSCRIPTION_CANCEL',
  'SUBSCRIPTION_UPDATE',
  'SUBSCRIPTION_UPDATE_CONFIRM',
  'SUBSCRIPTION_PAUSE',
  'CUSTOMER_UPDATE',
] as const satisfies BillingPortalFlowType[];

/** The shortest input of a deep link. */
export function createFlow(demo: DemoData, type: BillingPortalFlowType): BillingPortalFlowInput {
  return type === 'SUBSCRIPTION_UPDATE_CONFIRM'
    ? { type, priceId: getPrice(demo, 0), quantity: 3 }
    : { type };
}

/** Each product's monthly price: the first is offered, the second is what users have, the third is not offered. */
export function getPrice({ prices }: DemoData, index: number): string {
  return prices[index]?.month ?? '';
}
