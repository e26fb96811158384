import type Stripe from 'stripe';
import { readAll } from '../stripe/read-all.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeUnavailableError, isMissing } from '../stripe/stripe.errors.ts';
import { CustomerGoneError } from './customer.errors.ts';

/** The statuses of a running subscription: not of one that was never paid for or is paused. */
const currentStatuses = new Set<string>(['active', 'trialing', 'past_due']);

export function isCurrent({ status }: Stripe.Subscription): boolean {
  return currentStatuses.has(status);
}

/** Reads a customer's subscriptions that have not ended, newest first. */
export class CustomerSubscriptions {
  constructor(private readonly stripe: StripeClient) {}

  /** @throws CustomerGoneError when Stripe no longer has the customer, and the errors of Stripe */
  async list(stripeCustomerId: string): Promise<readonly Stripe.Subscription[]> {
    try {
      const found = await readAll(this.stripe, (sdk, page, options) =>
        sdk.subscriptions.list({ ...page, customer: stripeCustomerId }, options),
      );
      if (found.some(({ customer }) => customer !== stripeCustomerId))
        throw new StripeUnavailableError(new Error("Stripe answered with another customer's subscription"));
      return found;
    } catch (error) {
      throw isMissing(error, 'customer') ? new CustomerGoneError() : error;
    }
  }
}
