import type { Store } from '../store.ts';
import type { PhaseDiscount, PhaseObject, SubscriptionObject } from '../stripe-objects.ts';
import { periodEndOf } from './cancellation.ts';
import { replaceDiscounts } from './discounts.ts';
import type { DiscountRequest } from './subscription-internals.ts';
import { applyItemChanges, planItemChanges } from './item-changes.ts';
import type { ProrationBehavior } from './item-changes.ts';
import { listItems, periodOf, withPeriod } from './subscription-items.ts';
import type { ItemChange } from './subscription-internals.ts';

/** The changes that give a subscription the items of a phase. */
function changesTo(phase: PhaseObject, subscription: SubscriptionObject): ItemChange[] {
  const before = subscription.items.data;
  const replaces = before.length === 1 && phase.items.length === 1;
  const kept = new Set<string>();
  const changes = phase.items.map(({ price, quantity, discounts }): ItemChange => {
    const same = before.find((item) => item.price.id === price) ?? (replaces ? before[0] : undefined);
    if (same) kept.add(same.id);
    return {
      ...(same ? { id: same.id } : {}),
      price,
      discounts,
      ...(quantity === undefined ? {} : { quantity }),
    };
  });
  const gone = before.filter(({ id }) => !kept.has(id));
  return [...changes, ...gone.map(({ id }) => ({ id, deleted: true }))];
}

/** Whether a subscription has the items of a phase already. */
export function isIn(phase: PhaseObject, subscription: SubscriptionObject): boolean {
  const items = subscription.items.data.map(({ price, quantity = 1 }) => `${price.id} ${quantity}`);
  const wanted = phase.items.map(({ price, quantity = 1 }) => `${price} ${quantity}`);
  return items.sort().join() === wanted.sort().join();
}

/** Applies a phase. At the end of a period the next one is simply another; within a period prorations are due. */
export function enterPhase(
  store: Store,
  before: SubscriptionObject,
  phase: PhaseObject,
  at: number,
): SubscriptionObject {
  const subscription = {
    ...replaceDiscounts(store, before, phase.discounts),
    metadata: { ...before.metadata, ...phase.metadata },
  };
  if (isIn(phase, subscription)) return subscription;
  const isRenewal = at === periodEndOf(before);
  const proration = isRenewal ? 'none' : (phase.proration_behavior as ProrationBehavior);
  const anchorNow = !isRenewal && phase.billing_cycle_anchor === 'phase_start';
  const plan = planItemChanges(store, subscription, changesTo(phase, subscription), {
    proration,
    anchorNow,
    at,
  });
  return isRenewal ? atPeriodEnd(plan.subscription, before, at) : applyItemChanges(store, plan);
}

/** The renewal that follows starts the period of the new items, and a cycle of their own if their interval is another. */
function atPeriodEnd(after: SubscriptionObject, before: SubscriptionObject, at: number): SubscriptionObject {
  const [first] = before.items.data;
  const period = first ? { ...periodOf(first), end: at } : { start: at, end: at };
  const [old, changed] = [before, after].map(({ items }) => items.data[0]?.price.recurring);
  const sameCycle = old?.interval === changed?.interval && old?.interval_count === changed?.interval_count;
  return {
    ...after,
    billing_cycle_anchor: sameCycle ? before.billing_cycle_anchor : at,
    items: listItems(
      after.id,
      after.items.data.map((item) => withPeriod(item, period)),
    ),
  };
}

/** A discount of a phase: one that exists, or one that begins with the phase. */
export function toPhaseDiscount({ coupon, discount, promotion_code: code }: DiscountRequest): PhaseDiscount {
  return { coupon: coupon ?? null, discount: discount ?? null, promotion_code: code ?? null };
}
