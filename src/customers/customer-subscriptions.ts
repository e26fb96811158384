import type Stripe from 'stripe';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { isMissing } from '../stripe/stripe.errors.ts';
import { CustomerNotFoundError } from './customer.errors.ts';

const maxSubscriptions = 100;

/** Reads a customer's subscriptions that have not ended from Stripe, the newest first. */
export class CustomerSubscriptions {
  constructor(private readonly stripe: StripeClient) {}

  /** @throws CustomerNotFoundError when Stripe no longer has the customer, and the errors of Stripe */
  async list(stripeCustomerId: string): Promise<readonly Stripe.Subscription[]> {
    try {
      const { data } = await this.stripe.read((sdk, options) =>
        sdk.subscriptions.list({ customer: stripeCustomerId, limit: maxSubscriptions }, options),
      );
      return data;
    } catch (error) {
      throw isMissing(error, 'customer') ? new CustomerNotFoundError() : error;
    }
  }
}
