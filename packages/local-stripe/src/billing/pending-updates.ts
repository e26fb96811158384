import type { Store } from '../store.ts';
import type { InvoiceObject, SubscriptionObject } from '../stripe-objects.ts';
import { periodEndOf } from './cancellation.ts';
import { listItems } from './subscription-items.ts';

const longestWait = 23 * 3600;

/** Leaves a subscription as it was: its change waits for the payment of its invoice (https://docs.stripe.com/billing/subscriptions/pending-updates). */
export function withPendingUpdate(
  store: Store,
  before: SubscriptionObject,
  after: SubscriptionObject,
  invoice: InvoiceObject,
): SubscriptionObject {
  const { billing_cycle_anchor: anchor, items } = after;
  return {
    ...before,
    latest_invoice: invoice.id,
    pending_update: {
      billing_cycle_anchor: anchor === before.billing_cycle_anchor ? null : anchor,
      cancel_at_period_end: null,
      discount: null,
      discounts: null,
      expires_at: Math.min(store.now() + longestWait, periodEndOf(before)),
      metadata: null,
      subscription_items: [...items.data],
      trial_end: null,
      trial_from_plan: null,
    },
  };
}

/** Applies a change once its invoice is paid, and drops it when the invoice is voided. Returns the subscription as it is then. */
export function settlePendingUpdate(
  store: Store,
  waiting: SubscriptionObject,
  status: InvoiceObject['status'],
): SubscriptionObject {
  const { pending_update: update, ...rest } = waiting;
  const subscription = { ...rest, pending_update: null };
  if (update === null) return waiting;
  if (status === 'void') return store.commit('customer.subscription.updated', subscription);
  if (status !== 'paid') return waiting;
  const applied = store.commit('customer.subscription.updated', {
    ...subscription,
    billing_cycle_anchor: update.billing_cycle_anchor ?? rest.billing_cycle_anchor,
    items: listItems(rest.id, update.subscription_items ?? rest.items.data),
  });
  store.announce('customer.subscription.pending_update_applied', applied);
  return applied;
}
