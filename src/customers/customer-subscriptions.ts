import type Stripe from 'stripe';
import { readAll } from '../stripe/reads.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeUnavailableError, isMissing } from '../stripe/stripe.errors.ts';
import { CustomerGoneError, NoSuchSubscriptionError } from './customer.errors.ts';

/** The statuses of a running subscription: not of one that was never paid for or is paused. */
const currentStatuses = new Set<string>(['active', 'trialing', 'past_due']);

export function isCurrent({ status }: { readonly status: string }): boolean {
  return currentStatuses.has(status);
}

/** Stripe's list leaves out cancelled subscriptions, and has those that were not paid for in time at their start. */
const endedStatuses = new Set<string>(['canceled', 'incomplete_expired']);

export function isEnded({ status }: { readonly status: string }): boolean {
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

  /** @param status `ended` lists the ended subscriptions instead. @throws CustomerGoneError */
  async list(
    stripeCustomerId: string,
    expand: string[] = [],
    status?: 'ended',
  ): Promise<readonly Stripe.Subscription[]> {
    const own = { customer: stripeCustomerId, expand, ...(status === undefined ? {} : { status }) };
    try {
      const found = await readAll(this.stripe, (sdk, page, options) =>
        sdk.subscriptions.list({ ...page, ...own }, options),
      );
      if (found.some(({ customer }) => customer !== stripeCustomerId))
        throw new StripeUnavailableError(new Error("Stripe answered with another customer's subscription"));
      return await Promise.all(found.map((subscription) => this.withAllItems(subscription)));
    } catch (error) {
      throw isMissing(error, 'customer') ? new CustomerGoneError() : error;
    }
  }

  /** Also finds ended subscriptions, but only of this customer: ids of others cannot be probed. @throws NoSuchSubscriptionError */
  async get(stripeCustomerId: string, id: string, expand: string[]): Promise<Stripe.Subscription> {
    const isAsked = (own: Stripe.Subscription): boolean => own.id === id;
    const found =
      (await this.list(stripeCustomerId, expand)).find(isAsked) ??
      (await this.list(stripeCustomerId, expand, 'ended')).find(isAsked);
    if (found === undefined) throw new NoSuchSubscriptionError();
    return found;
  }

  /** The list has a subscription's first ten items, and discounts of items without their coupons. */
  private async withAllItems(subscription: Stripe.Subscription): Promise<Stripe.Subscription> {
    const { id, items } = subscription;
    const isDiscounted = items.data.some(({ discounts }) => discounts.some((own) => typeof own === 'object'));
    if (!items.has_more && !isDiscounted) return subscription;
    const data = await readAll(this.stripe, (sdk, page, options) =>
      sdk.subscriptionItems.list({ ...page, subscription: id, expand: expandItems }, options),
    );
    return { ...subscription, items: { ...items, data, has_more: false } };
  }
}
