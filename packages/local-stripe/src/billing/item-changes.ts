import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { SubscriptionItemObject, SubscriptionObject } from '../stripe-objects.ts';
import { isEnded } from './cancellation.ts';
import { buildInvoice } from './invoice-builder.ts';
import { collectInvoice, hasFailed } from './payment.ts';
import {
  buildItem,
  chargeItem,
  chargeRest,
  listItems,
  periodFrom,
  referRecurringPrice,
} from './subscription-items.ts';
import type { Period } from './subscription-items.ts';
import type { Charge, ItemChange } from './subscription-internals.ts';

export type ProrationBehavior = 'always_invoice' | 'create_prorations' | 'none';

/** The effect of a change of items. */
export interface ItemChangeOutcome {
  readonly subscription: SubscriptionObject;
  /** Prorations, plus the price of the new period if one starts now. */
  readonly charges: readonly Charge[];
  readonly invoiceNow: boolean;
}

/** Calculates the effect of changing items without applying it. */
export function planItemChanges(
  store: Store,
  subscription: SubscriptionObject,
  changes: readonly ItemChange[],
  options: { readonly proration: ProrationBehavior; readonly anchorNow: boolean },
): ItemChangeOutcome {
  const now = store.now();
  const trialing = subscription.status === 'trialing';
  const charges: Charge[] = [];
  let newPeriod = options.anchorNow;
  const items = new Map(subscription.items.data.map((item) => [item.id, item]));
  changes.forEach((change, index) => {
    const before = change.id === undefined ? undefined : items.get(change.id);
    if (change.id !== undefined && !before)
      throw invalidRequest(
        `No such subscription item: '${change.id}'`,
        `items[${index}][id]`,
        'resource_missing',
      );
    if (before && !trialing && options.proration !== 'none')
      charges.push(chargeRest(store, before, 'unused', now));
    if (change.deleted) {
      if (before) items.delete(before.id);
      return;
    }
    const after = changedItem(store, subscription, before, change, index);
    newPeriod ||= before !== undefined && intervalChanges(before, after);
    items.set(after.id, after);
    if (!trialing && !newPeriod && options.proration !== 'none')
      charges.push(chargeRest(store, after, 'remaining', now));
  });
  if (items.size === 0) {
    throw invalidRequest(
      'A subscription must have at least one active plan. If you want to cancel the subscription, use the cancel endpoint.',
    );
  }
  const restart = newPeriod && !trialing;
  const finalItems = [...items.values()].map((item) =>
    restart ? withPeriod(item, periodFrom(now, item.price)) : item,
  );
  if (restart) charges.push(...finalItems.map((item) => chargeItem(store, item, periodOf(item))));
  return {
    subscription: {
      ...subscription,
      items: listItems(subscription.id, finalItems),
      ...(restart ? { billing_cycle_anchor: now } : {}),
    },
    charges,
    invoiceNow: restart || options.proration === 'always_invoice',
  };
}

/** Applies a planned change: invoices what is due now, and keeps the rest for the next invoice. */
export function applyItemChanges(store: Store, outcome: ItemChangeOutcome): SubscriptionObject {
  const { subscription, charges } = outcome;
  const internals = store.internalsOf(subscription.id);
  store.changeInternals(subscription.id, { scheduledItems: null });
  if (!outcome.invoiceNow || charges.length === 0) {
    store.changeInternals(subscription.id, { pendingCharges: [...internals.pendingCharges, ...charges] });
    return subscription;
  }
  const invoice = collectInvoice(
    store,
    buildInvoice(store, {
      customer: store.get('customer', subscription.customer),
      subscription,
      charges: [...internals.pendingCharges, ...charges],
      billingReason: 'subscription_update',
    }),
  );
  store.changeInternals(subscription.id, { pendingCharges: [] });
  const failed = hasFailed(invoice) && !isEnded(subscription);
  return { ...subscription, latest_invoice: invoice.id, ...(failed ? { status: 'past_due' as const } : {}) };
}

function changedItem(
  store: Store,
  subscription: SubscriptionObject,
  before: SubscriptionItemObject | undefined,
  change: ItemChange,
  index: number,
): SubscriptionItemObject {
  const param = `items[${index}][price]`;
  const price = change.price === undefined ? before?.price : referRecurringPrice(store, change.price, param);
  if (!price) throw invalidRequest(`Missing required param: ${param}.`, param, 'parameter_missing');
  if (price.currency !== subscription.currency) {
    throw invalidRequest(
      `The price specified supports currencies of \`${price.currency}\`. This doesn't match the expected currency: \`${subscription.currency}\`.`,
      param,
    );
  }
  const first = subscription.items.data[0];
  const period = before ?? first;
  return buildItem(
    store,
    subscription.id,
    {
      ...(before ? { id: before.id } : {}),
      price,
      quantity: change.quantity ?? before?.quantity ?? 1,
      metadata: { ...before?.metadata, ...change.metadata },
    },
    period ? periodOf(period) : periodFrom(store.now(), price),
  );
}

function intervalChanges(before: SubscriptionItemObject, after: SubscriptionItemObject): boolean {
  const [a, b] = [before.price.recurring, after.price.recurring];
  const fromFreeToPaid = before.price.unit_amount === 0 && after.price.unit_amount > 0;
  return fromFreeToPaid || a?.interval !== b?.interval || a?.interval_count !== b?.interval_count;
}

export function periodOf(item: SubscriptionItemObject): Period {
  return { start: item.current_period_start, end: item.current_period_end };
}

export function withPeriod(item: SubscriptionItemObject, period: Period): SubscriptionItemObject {
  return { ...item, current_period_start: period.start, current_period_end: period.end };
}
