import type Stripe from 'stripe';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeUnavailableError } from '../stripe/stripe.errors.ts';
import { toCustomerFacts } from './billing-customer.mapper.ts';
import type { CustomerFacts } from './customer-snapshot.ts';
import type { CustomerSubscriptions } from '../customers/customer-subscriptions.ts';
import { CustomerGoneError } from '../customers/customer.errors.ts';
import { findStripeCustomerOrDeleted } from '../customers/stripe-customer.ts';

/**
 * The state of a customer at Stripe at one moment. Stripe knows a deleted customer forever; an unknown customer belongs to
 * another account or mode, and may be found once the right key is used.
 */
export type CustomerReading = {
  /** The time just before the request: earlier changes at Stripe are included. */
  readonly readAt: Date;
} & (
  | { readonly state: 'present'; readonly facts: CustomerFacts }
  | { readonly state: 'deleted' | 'missing'; readonly facts: null }
);

const expandCard = ['invoice_settings.default_payment_method'];

/** Reads a customer with the default card and all subscriptions that have not ended. */
export class CustomerReader {
  constructor(
    private readonly subscriptions: CustomerSubscriptions,
    private readonly stripe: StripeClient,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** @throws BillingError of the Stripe kind */
  async read(stripeCustomerId: string): Promise<CustomerReading> {
    const readAt = this.now();
    const [customer, subscriptions] = await Promise.all([
      findStripeCustomerOrDeleted(this.stripe, stripeCustomerId, { expand: expandCard }),
      this.listSubscriptions(stripeCustomerId),
    ]);
    if (customer?.deleted === true) return { readAt, state: 'deleted', facts: null };
    if (customer === null || subscriptions === null) return { readAt, state: 'missing', facts: null };
    return { readAt, state: 'present', facts: readFacts(customer, subscriptions) };
  }

  private async listSubscriptions(
    stripeCustomerId: string,
  ): Promise<Awaited<ReturnType<CustomerSubscriptions['list']>> | null> {
    try {
      return await this.subscriptions.list(stripeCustomerId);
    } catch (error) {
      if (error instanceof CustomerGoneError) return null;
      throw error;
    }
  }
}

/** The SDK's types are not checked at run time: a response that does not fit them counts as no response. */
function readFacts(customer: Stripe.Customer, subscriptions: readonly Stripe.Subscription[]): CustomerFacts {
  try {
    return toCustomerFacts(customer, subscriptions);
  } catch (error) {
    throw new StripeUnavailableError(error);
  }
}
