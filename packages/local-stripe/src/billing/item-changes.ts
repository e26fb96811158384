import { createId } from '../ids.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { SubscriptionItemObject, SubscriptionObject } from '../stripe-objects.ts';
import { isEnded } from './cancellation.ts';
import { redeemDiscounts, withoutSpentDiscounts } from './discounts.ts';
import { buildInvoice } from './invoice-builder.ts';
import { collectInvoice, hasFailed } from './payment.ts';
import { withPendingUpdate } from './pending-updates.ts';
import { isFree, requireCurrency } from './price-amounts.ts';
import { chargeRest } from './prorations.ts';
import {
  buildItem,
  firstCharges,
  isMetered,
  listItems,
  periodFrom,
  periodOf,
  referRecurringPrice,
  withPeriod,
} from './subscription-items.ts';
import type { Charge, ItemChange } from './subscription-internals.ts';

export type ProrationBehavior = 'always_invoice' | 'create_prorations' | 'none';

export interface ItemChangeOptions {
  readonly proration: ProrationBehavior;
  readonly anchorNow: boolean;
  /** When the change takes effect. Default: now. */
  readonly at?: number;
}

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
  options: ItemChangeOptions,
): ItemChangeOutcome {
  const now = options.at ?? store.now();
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
    if (before && !isMetered(before) && !trialing && options.proration !== 'none')
      charges.push(chargeRest(store, subscription, before, 'unused', now));
    if (change.deleted) {
      if (before) items.delete(before.id);
      return;
    }
    const after = changedItem(store, subscription, before, change, index);
    newPeriod ||= before !== undefined && intervalChanges(before, after);
    items.set(after.id, after);
    if (!isMetered(after) && !trialing && !newPeriod && options.proration !== 'none')
      charges.push(chargeRest(store, subscription, after, 'remaining', now));
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
  const changed = {
    ...subscription,
    items: listItems(subscription.id, finalItems),
    ...(restart ? { billing_cycle_anchor: now } : {}),
  };
  if (restart) charges.push(...firstCharges(store, changed));
  return {
    subscription: changed,
    charges,
    invoiceNow: restart || options.proration === 'always_invoice',
  };
}

/**
 * Applies a planned change: invoices what is due now, and keeps the rest for the next invoice.
 * @param before what the subscription stays while the payment is missing; null applies the change all the same
 */
export function applyItemChanges(
  store: Store,
  outcome: ItemChangeOutcome,
  before: SubscriptionObject | null = null,
): SubscriptionObject {
  const { subscription, charges } = outcome;
  const internals = store.internalsOf(subscription.id);
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
  if (failed && before !== null) return withPendingUpdate(store, before, subscription, invoice);
  return {
    ...withoutSpentDiscounts(store, subscription, invoice),
    latest_invoice: invoice.id,
    ...(failed ? { status: 'past_due' as const } : {}),
  };
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
  requireCurrency(price, subscription.currency, param);
  const first = subscription.items.data[0];
  const period = before ?? first;
  const id = before?.id ?? createId('si', 14);
  return buildItem(
    store,
    subscription.id,
    {
      id,
      discounts: itemDiscounts(store, subscription, before, { ...change, id }, `items[${index}][discounts]`),
      price,
      quantity: change.quantity ?? before?.quantity ?? 1,
      metadata: { ...before?.metadata, ...change.metadata },
    },
    period ? periodOf(period) : periodFrom(store.now(), price),
  );
}

function itemDiscounts(
  store: Store,
  subscription: SubscriptionObject,
  before: SubscriptionItemObject | undefined,
  change: ItemChange & { readonly id: string },
  param: string,
): string[] {
  if (change.discounts === undefined) return before?.discounts ?? [];
  const holder = {
    customer: store.get('customer', subscription.customer),
    subscription: subscription.id,
    subscriptionItem: change.id,
    present: before?.discounts ?? [],
  };
  return redeemDiscounts(store, change.discounts, holder, param);
}

function intervalChanges(before: SubscriptionItemObject, after: SubscriptionItemObject): boolean {
  const [a, b] = [before.price.recurring, after.price.recurring];
  const fromFreeToPaid = isFree(before.price) && !isFree(after.price);
  return fromFreeToPaid || a?.interval !== b?.interval || a?.interval_count !== b?.interval_count;
}
