import type Stripe from 'stripe';
import type { Caller } from '../auth/caller.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import type { CustomerDirectory, CustomerMapping } from './customer-directory.ts';
import type { CustomerSubscriptions } from './customer-subscriptions.ts';
import { CustomerNotFoundError } from './customer.errors.ts';
import { findStripeCustomer } from './stripe-customer.ts';

/** A mapping, with what Stripe says of the customer at this moment. */
export interface LiveCustomer {
  readonly mapping: CustomerMapping;
  readonly customer: Stripe.Customer;
  /** Those that have not ended, the newest first. */
  readonly subscriptions: readonly Stripe.Subscription[];
}

const expandCard = ['invoice_settings.default_payment_method'];

/** Reads a caller's own customer. */
export class BillingCustomers {
  constructor(
    private readonly directory: CustomerDirectory,
    private readonly subscriptions: CustomerSubscriptions,
    private readonly stripe: StripeClient,
  ) {}

  /**
   * Null when the caller has no customer linked.
   * @throws CustomerNotFoundError when Stripe no longer has the linked one, and the errors of Stripe and the store
   */
  async findLive(caller: Caller): Promise<LiveCustomer | null> {
    const mapping = await this.directory.findByUserId(caller.userId);
    if (mapping === null) return null;
    const [customer, subscriptions] = await Promise.all([
      this.getCustomer(mapping.stripeCustomerId),
      this.subscriptions.list(mapping.stripeCustomerId),
    ]);
    return { mapping, customer, subscriptions };
  }

  private async getCustomer(id: string): Promise<Stripe.Customer> {
    const customer = await findStripeCustomer(this.stripe, id, { expand: expandCard });
    if (customer === null) throw new CustomerNotFoundError();
    return customer;
  }
}
