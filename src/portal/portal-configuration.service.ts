import type Stripe from 'stripe';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { PortalNotConfiguredError } from './portal.errors.ts';

/** Stripe leaves the products out of its answers unless they are asked for. */
const expandProducts = ['data.features.subscription_update.products'];

/** Tells what the portal offers. */
export class PortalConfigurations {
  constructor(private readonly stripe: StripeClient) {}

  /**
   * The configuration that a session of the caller would use: the account's default.
   * @throws PortalNotConfiguredError, and the errors of Stripe
   */
  async getInForce(): Promise<Stripe.BillingPortal.Configuration> {
    const { data } = await this.stripe.read((sdk, options) =>
      sdk.billingPortal.configurations.list(
        { is_default: true, active: true, limit: 1, expand: expandProducts },
        options,
      ),
    );
    const [configuration] = data;
    if (configuration === undefined) throw new PortalNotConfiguredError();
    return configuration;
  }
}
