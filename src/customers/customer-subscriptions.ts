import type Stripe from 'stripe';
import { readAll } from '../stripe/read-all.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeUnavailableError, isMissing } from '../stripe/stripe.errors.ts';
import { BadUserInputError } from '../shared/errors.ts';
import { CustomerGoneError } from './customer.errors.ts';

/** The statuses of a running subscription: not of one that was never paid for or is paused. */
const currentStatuses = new Set<string>(['active', 'trialing', 'past_due']);

export function isCurrent({ status }: Stripe.Subscription): boolean {
  return currentStatuses.has(status);
}

/** Stripe's list leaves out cancelled subscriptions, and has those whose first payment did not succeed in time. */
const endedStatuses = new Set<string>(['canceled', 'incomplete_expired']);

export function isEnded({ status }: Stripe.Subscription): boolean {
  return endedStatuses.has(status);
}

/** Stripe expands at most four levels, so a list of subscriptions cannot have these members of items. */
const expandItems = [
  'data.price.product',
  'data.price.tiers',
  'data.price.currency_options',
  'data.discounts.source.coupon',
];

/** Reads a customer's subscriptions that are not cancelled, newest first, each with all of its items. */
export class CustomerSubscriptions {
  constructor(private readonly stripe: StripeClient) {}

  /**
   * @param expand what Stripe's list expands
   * @throws CustomerGoneError when Stripe no longer has the customer, and the errors of Stripe
   */
  async list(stripeCustomerId: string, expand: string[] = []): Promise<readonly Stripe.Subscription[]> {
    try {
      const found = await readAll(this.stripe, (sdk, page, options) =>
        sdk.subscriptions.list({ ...page, customer: stripeCustomerId, expand }, options),
      );
      if (found.some(({ customer }) => customer !== stripeCustomerId))
        throw new StripeUnavailableError(new Error("Stripe answered with another customer's subscription"));
      return await Promise.all(found.map((subscription) => this.withAllItems(subscription)));
    } catch (error) {
      throw isMissing(error, 'customer') ? new CustomerGoneError() : error;
    }
  }

  /**
   * Reads one of the customer's subscriptions, also one that has ended.
   * @throws BadUserInputError for another customer's as for a missing one, so that ids cannot be probed; the errors of Stripe
   */
  async get(stripeCustomerId: string, id: string, expand: string[]): Promise<Stripe.Subscription> {
    const found = /^sub_\w{1,250}$/.test(id) ? await this.find(id, expand) : null;
    if (found?.customer !== stripeCustomerId) throw new BadUserInputError('You have no such subscription.');
    return this.withAllItems(found);
  }

  private async find(id: string, expand: string[]): Promise<Stripe.Subscription | null> {
    try {
      return await this.stripe.read((sdk, options) => sdk.subscriptions.retrieve(id, { expand }, options));
    } catch (error) {
      // Stripe names the id in the path `id`.
      if (isMissing(error, 'id')) return null;
      throw error;
    }
  }

  /** The list has a subscription's first ten items, and discounts of items without their coupons. */
  private async withAllItems(subscription: Stripe.Subscription): Promise<Stripe.Subscription> {
    const { id, items } = subscription;
    if (!items.has_more && !items.data.some(hasExpandedDiscount)) return subscription;
    const data = await readAll(this.stripe, (sdk, page, options) =>
      sdk.subscriptionItems.list({ ...page, subscription: id, expand: expandItems }, options),
    );
    return { ...subscription, items: { ...items, data, has_more: false } };
  }
}

function hasExpandedDiscount({ discounts }: Stripe.SubscriptionItem): boolean {
  return discounts.some((discount) => typeof discount === 'object');
}
