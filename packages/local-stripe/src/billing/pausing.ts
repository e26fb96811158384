import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { InvoiceObject, SubscriptionObject } from '../stripe-objects.ts';
import { withoutSpentDiscounts } from './discounts.ts';
import { buildInvoice } from './invoice-builder.ts';
import type { ProrationBehavior } from './item-changes.ts';
import { collectInvoice, hasFailed } from './payment.ts';
import { addAnchored } from './periods.ts';
import { chargeRest } from './prorations.ts';
import {
  chargeItem,
  firstCharges,
  isMetered,
  listItems,
  periodFrom,
  periodOf,
  withPeriod,
} from './subscription-items.ts';
import type { Charge } from './subscription-internals.ts';

interface PauseOptions {
  readonly resumesAt: number | null;
  /** Whether the paid time that is left becomes a credit. */
  readonly creditsUnusedTime: boolean;
  /** Whether the credit is invoiced now, or with the next invoice. */
  readonly invoicesNow: boolean;
}

/** Pauses a subscription: it has no invoices and no new periods until it is resumed. @throws StripeApiError */
export function pauseSubscription(
  store: Store,
  subscription: SubscriptionObject,
  { resumesAt, creditsUnusedTime, invoicesNow }: PauseOptions,
): SubscriptionObject {
  const reason = pauseLimitOf(subscription);
  if (reason !== null) throw invalidRequest(`This subscription cannot be paused because ${reason}.`);
  store.changeInternals(subscription.id, { resumesAt });
  const credits = creditsUnusedTime ? restOf(store, subscription, 'unused') : [];
  const billed = billCharges(store, subscription, credits, invoicesNow);
  const paused = store.commit('customer.subscription.updated', {
    ...billed.subscription,
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

/** Why Stripe does not pause a subscription; null if it does (https://docs.stripe.com/billing/subscriptions/pause#limitations). */
export function pauseLimitOf(subscription: SubscriptionObject): string | null {
  if (subscription.schedule !== null) return 'it is managed by a subscription schedule';
  if (subscription.collection_method === 'send_invoice') return 'its `collection_method` is `send_invoice`';
  if (subscription.pause_collection) return 'the collection of its payments is paused';
  return ['active', 'trialing'].includes(subscription.status)
    ? null
    : `its status is \`${subscription.status}\``;
}

/**
 * Resumes a paused subscription. A new cycle is invoiced at once, less the credit of the pause. In the old cycle the rest of
 * the period is charged.
 */
export function resumeSubscription(
  store: Store,
  subscription: SubscriptionObject,
  anchor: 'now' | 'unchanged',
  proration: ProrationBehavior = 'create_prorations',
): SubscriptionObject {
  if (subscription.status !== 'paused') {
    throw invalidRequest('This subscription cannot be resumed because its status is not `paused`.');
  }
  store.changeInternals(subscription.id, { resumesAt: null });
  const active: SubscriptionObject = { ...subscription, status: 'active' };
  delete active.status_details;
  const resumed = anchor === 'now' ? inNewCycle(store, active) : inOldCycle(store, active, proration);
  const committed = store.commit('customer.subscription.updated', resumed);
  store.announce('customer.subscription.resumed', committed);
  return committed;
}

function inNewCycle(store: Store, before: SubscriptionObject): SubscriptionObject {
  const now = store.now();
  const items = before.items.data.map((item) => withPeriod(item, periodFrom(now, item.price)));
  const renewed = { ...before, billing_cycle_anchor: now, items: listItems(before.id, items) };
  const usage = before.items.data
    .filter(isMetered)
    .map((item) => chargeItem(store, before, item, { start: item.current_period_start, end: now }));
  const { subscription, invoice } = billCharges(
    store,
    renewed,
    [...usage, ...firstCharges(store, renewed)],
    true,
  );
  return { ...subscription, status: invoice && hasFailed(invoice) ? 'past_due' : 'active' };
}

/** The period is the one that the old cycle would be in now. */
function inOldCycle(
  store: Store,
  before: SubscriptionObject,
  proration: ProrationBehavior,
): SubscriptionObject {
  const now = store.now();
  const items = before.items.data.map((item) => {
    let period = periodOf(item);
    while (period.end <= now) {
      const interval = item.price.recurring ?? { interval: 'month', interval_count: 1 };
      period = { start: period.end, end: addAnchored(before.billing_cycle_anchor, period.end, interval) };
    }
    return withPeriod(item, period);
  });
  const realigned = { ...before, items: listItems(before.id, items) };
  const charges = proration === 'none' ? [] : restOf(store, realigned, 'remaining');
  const { subscription, invoice } = billCharges(store, realigned, charges, proration === 'always_invoice');
  return { ...subscription, status: invoice && hasFailed(invoice) ? 'past_due' : 'active' };
}

/** The credits or charges for the rest of the current period. */
export function restOf(
  store: Store,
  subscription: SubscriptionObject,
  kind: 'unused' | 'remaining',
): Charge[] {
  if (subscription.status === 'trialing') return [];
  return subscription.items.data
    .filter((item) => !isMetered(item))
    .map((item) => chargeRest(store, subscription, item, kind, store.now()));
}

/** Invoices charges with those that are pending, or adds them to those. */
export function billCharges(
  store: Store,
  subscription: SubscriptionObject,
  charges: readonly Charge[],
  now: boolean,
): { readonly subscription: SubscriptionObject; readonly invoice: InvoiceObject | null } {
  const pending = [...store.internalsOf(subscription.id).pendingCharges, ...charges];
  const due = now && pending.length > 0;
  store.changeInternals(subscription.id, { pendingCharges: due ? [] : pending });
  if (!due) return { subscription, invoice: null };
  const customer = store.get('customer', subscription.customer);
  const invoice = collectInvoice(
    store,
    buildInvoice(store, { customer, subscription, charges: pending, billingReason: 'subscription_update' }),
  );
  return {
    subscription: { ...withoutSpentDiscounts(store, subscription, invoice), latest_invoice: invoice.id },
    invoice,
  };
}
