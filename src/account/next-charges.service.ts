import { CustomerGoneError } from '../customers/customer.errors.ts';
import { SharedReads } from '../stripe/reads.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeRequestRefusedError, StripeUnavailableError, isMissing } from '../stripe/stripe.errors.ts';
import { toBillingCharge } from './billing-invoice.mapper.ts';
import type { BillingCharge } from './billing-invoice.types.ts';
import type { BillingSubscription } from './subscription.types.ts';

/** Stripe previews an invoice for some of these, and does not collect it. */
const uncollectedStatuses = new Set(['canceled', 'incomplete_expired', 'paused', 'unpaid']);

/** A subscription that was read, and never an id of the caller's. */
export type ChargedSubscription = Pick<BillingSubscription, 'id' | 'currentPeriodEnd' | 'facts'>;

/** Asks Stripe what subscriptions charge next. */
export class NextCharges {
  private readonly reads = new SharedReads<BillingCharge | null>();

  constructor(private readonly stripe: StripeClient) {}

  /** Returns null when there is no next invoice, or Stripe will not collect it. @throws the errors of Stripe */
  async find(subscription: ChargedSubscription): Promise<BillingCharge | null> {
    if (!isCollected(subscription)) return null;
    return this.reads.read(subscription.id, () => this.preview(subscription.facts));
  }

  /**
   * Finds the earliest next charge. Stripe previews single subscriptions only, so they are asked in the order of their
   * periods until one is charged.
   * @param pay pays for each preview after the first, as for a field of its own
   */
  async findEarliest(
    subscriptions: readonly ChargedSubscription[],
    pay: () => Promise<void>,
  ): Promise<BillingCharge | null> {
    const [first, ...others] = subscriptions.filter(isCollected).sort(byPeriodEnd);
    let charge = first === undefined ? null : await this.find(first);
    for (const subscription of others) {
      if (charge !== null) break;
      await pay();
      charge = await this.find(subscription);
    }
    return charge;
  }

  private async preview({
    id: subscription,
    customer,
  }: ChargedSubscription['facts']): Promise<BillingCharge | null> {
    try {
      // A preview stores nothing at Stripe, so that it needs no idempotency key.
      const invoice = await this.stripe.read((sdk, options) =>
        // The request takes the turn of the customer that it names.
        sdk.invoices.createPreview({ customer, subscription }, options),
      );
      const previewed = invoice.parent?.subscription_details?.subscription;
      if (previewed !== subscription || invoice.customer !== customer)
        throw new StripeUnavailableError(new Error("Stripe previewed another subscription's invoice"));
      return toBillingCharge(invoice, subscription);
    } catch (error) {
      if (error instanceof StripeRequestRefusedError && error.stripeCode === 'invoice_upcoming_none')
        return null;
      throw isMissing(error, 'customer') ? new CustomerGoneError() : error;
    }
  }
}

/** Stripe previews the invoices of a subscription with paused collection, but lets none of them be paid. */
function isCollected({ currentPeriodEnd, facts }: ChargedSubscription): boolean {
  if (uncollectedStatuses.has(facts.status)) return false;
  if (facts.pause_collection === null) return true;
  const { resumes_at: resumesAt } = facts.pause_collection;
  return resumesAt !== null && currentPeriodEnd !== null && resumesAt * 1000 <= currentPeriodEnd.getTime();
}

/** A subscription without items has no period, and comes last. */
function byPeriodEnd(a: ChargedSubscription, b: ChargedSubscription): number {
  const endOf = ({ currentPeriodEnd }: ChargedSubscription): number =>
    currentPeriodEnd?.getTime() ?? Infinity;
  return endOf(a) < endOf(b) ? -1 : 1;
}
