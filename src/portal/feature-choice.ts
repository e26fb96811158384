import type { FeatureChoice } from '../configurations/narrow-configuration.ts';
import type { PortalFeaturesInput } from './portal-flow.inputs.ts';

/** What a client hides, in Stripe's names. */
export function toFeatureChoice(features: PortalFeaturesInput | null | undefined): FeatureChoice {
  return {
    customer_update: features?.customerUpdate ?? undefined,
    invoice_history: features?.invoiceHistory ?? undefined,
    payment_method_update: features?.paymentMethodUpdate ?? undefined,
    subscription_cancel: features?.subscriptionCancel ?? undefined,
    subscription_pause: features?.subscriptionPause ?? undefined,
    subscription_update: features?.subscriptionUpdate ?? undefined,
  };
}
