import { isDeepStrictEqual } from 'node:util';
import type { Store } from '../store.ts';
import type { CustomerObject, InvoiceObject, SubscriptionObject } from '../stripe-objects.ts';
import { cancelSubscription, isEnded, periodEndOf } from './cancellation.ts';
import { expireDiscounts, withoutDiscounts, withoutSpentDiscounts } from './discounts.ts';
import { usageUntil } from './ending.ts';
import { buildInvoice } from './invoice-builder.ts';
import { resumeSubscription } from './pausing.ts';
import { dropPendingUpdate, passInvoiceTime } from './invoice-outcomes.ts';
import { collectInvoice, hasFailed } from './payment.ts';
import { listItems, periodFrom, renewalCharges, withPeriod } from './subscription-items.ts';
import { advanceSchedule, startSchedules } from './schedules.ts';
import { announceTrialEnd } from './trial-ending.ts';

/** Limits the work for one subscription when the clock jumps by years. */
const maxRenewals = 120;

/** Applies everything that is due by now: renewals, ends of trials, cancellations and ends of pauses. */
export function passTime(store: Store): void {
  startSchedules(store);
  for (const each of store.all('subscription')) {
    let subscription: SubscriptionObject | null = each;
    for (let step = 0; subscription && step < maxRenewals; step += 1)
      subscription = takeStep(store, subscription);
  }
  passInvoiceTime(store);
  expireDiscounts(store);
}

/** Applies the next change that is due, and returns the subscription; null when none is due. */
function takeStep(store: Store, subscription: SubscriptionObject): SubscriptionObject | null {
  const now = store.now();
  if (isEnded(subscription)) return null;
  if (announceTrialEnd(store, subscription)) return subscription;
  if ((subscription.pending_update?.expires_at ?? Infinity) <= now)
    return expirePendingUpdate(store, subscription);
  const scheduled = subscription.status === 'paused' ? null : advanceSchedule(store, subscription);
  if (scheduled) return scheduled;
  const reached = subscription.status === 'paused' ? now : Math.min(now, periodEndOf(subscription));
  if (subscription.cancel_at !== null && subscription.cancel_at <= reached) {
    return cancelSubscription(store, invoicePendingCharges(store, subscription), {});
  }
  if (subscription.status === 'paused') {
    const { resumesAt } = store.internalsOf(subscription.id);
    return resumesAt !== null && resumesAt <= now ? resumeSubscription(store, subscription, 'now') : null;
  }
  if (subscription.status === 'incomplete') return expireIncomplete(store, subscription);
  const collectionResumes = subscription.pause_collection?.resumes_at ?? null;
  if (collectionResumes !== null && collectionResumes <= now) {
    return store.commit('customer.subscription.updated', { ...subscription, pause_collection: null });
  }
  const unexpired = withoutDiscounts(store, subscription, ({ end }) => (end ?? Infinity) <= reached);
  if (!isDeepStrictEqual(unexpired, subscription))
    return store.commit('customer.subscription.updated', unexpired);
  return periodEndOf(subscription) <= now ? renew(store, subscription) : null;
}

/** Stripe collects usage, and prorations that are still pending, when a subscription ends at its period's end. */
function invoicePendingCharges(store: Store, subscription: SubscriptionObject): SubscriptionObject {
  const { pendingCharges } = store.internalsOf(subscription.id);
  const charges = [...pendingCharges, ...usageUntil(store, subscription, periodEndOf(subscription))];
  if (charges.length === 0) return subscription;
  const customer = store.get('customer', subscription.customer);
  store.changeInternals(subscription.id, { pendingCharges: [] });
  const invoice = collectInvoice(
    store,
    buildInvoice(store, { customer, subscription, charges, billingReason: 'subscription_cycle' }),
  );
  return { ...subscription, latest_invoice: invoice.id };
}

/** Stripe expires a subscription whose first payment is not made within 23 hours. */
function expireIncomplete(store: Store, subscription: SubscriptionObject): SubscriptionObject | null {
  if (subscription.created + 23 * 3600 > store.now()) return null;
  return store.commit('customer.subscription.updated', {
    ...subscription,
    status: 'incomplete_expired',
    ended_at: store.now(),
  });
}

function expirePendingUpdate(store: Store, subscription: SubscriptionObject): SubscriptionObject {
  dropPendingUpdate(store, subscription);
  const expired = store.get('subscription', subscription.id);
  store.announce('customer.subscription.pending_update_expired', expired);
  return expired;
}

/** Starts the next period and invoices it, also at the end of a trial. */
function renew(store: Store, subscription: SubscriptionObject): SubscriptionObject {
  const start = periodEndOf(subscription);
  const anchor = subscription.billing_cycle_anchor;
  const items = subscription.items.data.map((item) =>
    item.current_period_end === start ? withPeriod(item, periodFrom(start, item.price, anchor)) : item,
  );
  const renewed = { ...subscription, items: listItems(subscription.id, items) };
  const internals = store.internalsOf(subscription.id);
  const customer = store.get('customer', subscription.customer);
  const draft = buildInvoice(store, {
    customer,
    subscription: renewed,
    charges: [...internals.pendingCharges, ...renewalCharges(store, subscription)],
    billingReason: 'subscription_cycle',
    created: start,
  });
  store.changeInternals(subscription.id, { pendingCharges: [] });
  const invoice = collectUnlessPaused(store, subscription, draft, customer);
  const settled = hasFailed(invoice) ? 'past_due' : 'active';
  return store.commit('customer.subscription.updated', {
    ...withoutSpentDiscounts(store, renewed, invoice),
    latest_invoice: invoice.id,
    status: subscription.status === 'unpaid' ? 'unpaid' : settled,
  });
}

/** While collection is paused, and once Stripe has given up, invoices are created but not collected. */
function collectUnlessPaused(
  store: Store,
  subscription: SubscriptionObject,
  draft: InvoiceObject,
  customer: CustomerObject,
): InvoiceObject {
  const behavior = subscription.pause_collection?.behavior;
  if (behavior === undefined && subscription.status !== 'unpaid') return collectInvoice(store, draft);
  const statuses: Readonly<Record<string, InvoiceObject['status']>> = {
    mark_uncollectible: 'uncollectible',
    void: 'void',
  };
  return store.commit('invoice.created', {
    ...draft,
    auto_advance: false,
    automatically_finalizes_at: null,
    customer: customer.id,
    status: statuses[behavior ?? ''] ?? 'draft',
  });
}
