import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { SubscriptionObject } from '../stripe-objects.ts';
import { buildInvoice } from './invoice-builder.ts';
import { withoutSpentDiscounts } from './discounts.ts';
import { collectInvoice, hasFailed } from './payment.ts';
import { firstCharges, listItems, periodFrom, withPeriod } from './subscription-items.ts';

/** Pauses a subscription: it has no invoices and no new periods until it is resumed. */
export function pauseSubscription(
  store: Store,
  subscription: SubscriptionObject,
  resumesAt: number | null,
): SubscriptionObject {
  if (!['active', 'past_due', 'trialing', 'unpaid'].includes(subscription.status)) {
    throw invalidRequest(
      `This subscription cannot be paused because its status is \`${subscription.status}\`.`,
    );
  }
  store.changeInternals(subscription.id, { resumesAt });
  const paused = store.commit('customer.subscription.updated', {
    ...subscription,
    status: 'paused',
    status_details: {
      paused: {
        subscription: { type: 'pause_requested' },
        transitioned_at: store.now(),
        type: 'subscription',
      },
    },
  });
  store.announce('customer.subscription.paused', paused);
  return paused;
}

/** Resumes a paused subscription. A new period is invoiced immediately. */
export function resumeSubscription(
  store: Store,
  subscription: SubscriptionObject,
  anchor: 'now' | 'unchanged',
): SubscriptionObject {
  if (subscription.status !== 'paused') {
    throw invalidRequest('This subscription cannot be resumed because its status is not `paused`.');
  }
  store.changeInternals(subscription.id, { resumesAt: null });
  const now = store.now();
  const periodIsOver = subscription.items.data.some((item) => item.current_period_end <= now);
  const active: SubscriptionObject = { ...subscription, status: 'active' };
  delete active.status_details;
  const resumed = anchor === 'now' || periodIsOver ? withNewPeriod(store, active) : active;
  const committed = store.commit('customer.subscription.updated', resumed);
  store.announce('customer.subscription.resumed', committed);
  return committed;
}

/** Starts a period now and invoices it. */
function withNewPeriod(store: Store, subscription: SubscriptionObject): SubscriptionObject {
  const now = store.now();
  const items = subscription.items.data.map((item) => withPeriod(item, periodFrom(now, item.price)));
  const renewed = { ...subscription, billing_cycle_anchor: now, items: listItems(subscription.id, items) };
  const invoice = collectInvoice(
    store,
    buildInvoice(store, {
      customer: store.get('customer', subscription.customer),
      subscription: renewed,
      charges: firstCharges(store, renewed),
      billingReason: 'subscription_update',
    }),
  );
  return {
    ...withoutSpentDiscounts(store, renewed, invoice),
    latest_invoice: invoice.id,
    status: hasFailed(invoice) ? 'past_due' : 'active',
  };
}
