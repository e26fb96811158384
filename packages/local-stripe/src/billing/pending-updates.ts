import type { Store } from '../store.ts';
import type { InvoiceObject, SubscriptionObject } from '../stripe-objects.ts';
import { listItems } from './subscription-items.ts';

const lifetime = 23 * 3600;

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
      expires_at: store.now() + lifetime,
      metadata: null,
      subscription_items: [...items.data],
      trial_end: null,
      trial_from_plan: null,
    },
  };
}

/** Applies a change once its invoice is paid, and drops it when the invoice is voided. */
export function settlePendingUpdate(
  store: Store,
  { pending_update: update, ...rest }: SubscriptionObject,
  status: InvoiceObject['status'],
): void {
  const subscription = { ...rest, pending_update: null };
  if (update === null) return;
  if (status === 'void') store.commit('customer.subscription.updated', subscription);
  if (status !== 'paid') return;
  const applied = store.commit('customer.subscription.updated', {
    ...subscription,
    billing_cycle_anchor: update.billing_cycle_anchor ?? rest.billing_cycle_anchor,
    items: listItems(rest.id, update.subscription_items ?? rest.items.data),
  });
  store.announce('customer.subscription.pending_update_applied', applied);
}
