import type { Store } from '../store.ts';
import type { SubscriptionObject } from '../stripe-objects.ts';
import { type CancellationWords, cancelSubscription, refuseEnded } from './cancellation.ts';
import { billCharges, restOf } from './pausing.ts';
import { chargeItem, isMetered } from './subscription-items.ts';
import type { Charge } from './subscription-internals.ts';

interface EndingOptions {
  /** Whether the time that is paid and left becomes a credit. */
  readonly prorate: boolean;
  /** Whether usage and pending items are invoiced now. Otherwise they wait for an invoice that may never come. */
  readonly invoiceNow: boolean;
}

/** Ends a subscription immediately, and bills what is left to bill. */
export function endSubscription(
  store: Store,
  subscription: SubscriptionObject,
  words: CancellationWords,
  { prorate, invoiceNow }: EndingOptions,
): SubscriptionObject {
  refuseEnded(subscription);
  const credits = prorate && subscription.status !== 'paused' ? restOf(store, subscription, 'unused') : [];
  const usage = invoiceNow ? usageUntil(store, subscription, store.now()) : [];
  const billed = billCharges(store, subscription, [...credits, ...usage], invoiceNow);
  return cancelSubscription(store, billed.subscription, words);
}

/** The usage of the current period until a time. */
export function usageUntil(store: Store, subscription: SubscriptionObject, end: number): Charge[] {
  return subscription.items.data
    .filter(isMetered)
    .map((item) => chargeItem(store, subscription, item, { start: item.current_period_start, end }));
}
