import { dropPendingUpdate } from '../billing/invoice-outcomes.ts';
import { applyItemChanges, planItemChanges } from '../billing/item-changes.ts';
import type { ItemChangeOutcome, ProrationBehavior } from '../billing/item-changes.ts';
import type { ItemChange } from '../billing/subscription-internals.ts';
import { createScheduleFrom } from '../billing/schedules.ts';
import { addInterval, intervalDays } from '../billing/periods.ts';
import { periodEndOf } from '../billing/cancellation.ts';
import { addDiscount } from '../billing/discounts.ts';
import type { DiscountRequest } from '../billing/subscription-internals.ts';
import { buildInvoice } from '../billing/invoice-builder.ts';
import { toPhaseDiscount } from '../billing/phases.ts';
import { isSameCode } from '../resources/promotion-codes.ts';
import { portalLimitOf } from '../billing/portal-limits.ts';
import { amountFor, optionIn } from '../billing/price-amounts.ts';
import { amountOf } from '../billing/subscription-items.ts';
import type {
  ConfigurationObject,
  InvoiceObject,
  PhaseObject,
  PriceObject,
  SubscriptionItemObject,
  SubscriptionObject,
} from '../stripe-objects.ts';
import { EntryRefused, PageNotFound, field, pathSubscription, requireFeature } from './visit.ts';
import type { Visit } from './visit.ts';

type UpdateFeature = ConfigurationObject['features']['subscription_update'];

/** A price that the customer may change to, with its allowed quantities. */
export interface Offer {
  readonly price: PriceObject;
  readonly productName: string;
  readonly description: string | null;
  readonly quantity: {
    readonly adjustable: boolean;
    readonly minimum: number;
    readonly maximum: number | null;
  };
}

/** Finds the subscription in the path, if the portal can change it. */
export function updatable(visit: Visit): {
  readonly subscription: SubscriptionObject;
  readonly item: SubscriptionItemObject;
} {
  requireFeature(visit.configuration.features.subscription_update.enabled);
  const subscription = pathSubscription(visit);
  const [item] = subscription.items.data;
  if (!item || portalLimitOf(visit.store, 'update', subscription) !== null) throw new PageNotFound();
  return { subscription, item };
}

/** The prices that the configuration offers to a subscription, in its currency. */
export function listOffers(
  visit: Visit,
  { currency }: SubscriptionObject,
  item: SubscriptionItemObject,
): Offer[] {
  const feature = visit.configuration.features.subscription_update;
  const changesPrice = feature.default_allowed_updates.includes('price');
  return (feature.products ?? []).flatMap((offered) =>
    offered.prices.flatMap((id) => {
      const price = visit.store.find('price', id);
      const product = visit.store.find('product', offered.product);
      if (!price?.active || !product?.active || !optionIn(price, currency)) return [];
      if (!changesPrice && price.id !== item.price.id) return [];
      const { enabled, minimum, maximum } = offered.adjustable_quantity;
      const adjustable = enabled && feature.default_allowed_updates.includes('quantity');
      return [
        {
          price,
          productName: product.name,
          description: product.description,
          quantity: { adjustable, minimum, maximum },
        },
      ];
    }),
  );
}

/** A validated change of the plan. */
export interface PlanChange {
  readonly offer: Offer;
  readonly quantity: number;
  readonly item: SubscriptionItemObject;
  readonly subscription: SubscriptionObject;
  /** Whether the change waits for the end of the period. */
  readonly scheduled: boolean;
  /** What the customer redeems with the change. */
  readonly discount: DiscountRequest | null;
}

export function choosePlan(visit: Visit, priceId: string, quantityText: string): PlanChange {
  const { subscription, item } = updatable(visit);
  const offer = listOffers(visit, subscription, item).find((each) => each.price.id === priceId);
  if (!offer) throw new EntryRefused('Choose one of the plans.');
  const present = item.quantity ?? 1;
  const quantity = quantityText === '' ? present : Number(quantityText);
  const { adjustable, minimum, maximum } = offer.quantity;
  const allowed = adjustable
    ? quantity >= minimum && quantity <= (maximum ?? Infinity)
    : quantity === present;
  if (!Number.isInteger(quantity) || !allowed) {
    throw new EntryRefused(`Choose a quantity from ${minimum}${maximum === null ? '' : ` to ${maximum}`}.`);
  }
  if (offer.price.id === item.price.id && quantity === present)
    throw new EntryRefused('This is your plan already. Choose another one.');
  const feature = visit.configuration.features.subscription_update;
  return {
    offer,
    quantity,
    item,
    subscription,
    discount: discountOf(visit),
    scheduled: waitsForPeriodEnd(feature, subscription, item, offer.price, quantity),
  };
}

/** What a deep link redeems, or the promotion code that the customer entered. */
function discountOf(visit: Visit): DiscountRequest | null {
  const [fixed] = visit.inFlow ? (visit.session.flow?.subscription_update_confirm?.discounts ?? []) : [];
  if (fixed) return fixed;
  const entered = field(visit, 'promotion_code');
  if (entered === '' || !takesPromotionCodes(visit)) return null;
  const code = visit.store.all('promotion_code').find((each) => each.active && isSameCode(each, entered));
  if (!code) throw new EntryRefused('This promotion code is not valid.');
  return { promotion_code: code.id };
}

export function takesPromotionCodes({ configuration }: Visit): boolean {
  return configuration.features.subscription_update.default_allowed_updates.includes('promotion_code');
}

function waitsForPeriodEnd(
  feature: UpdateFeature,
  subscription: SubscriptionObject,
  item: SubscriptionItemObject,
  price: PriceObject,
  quantity: number,
): boolean {
  const shorter =
    price.recurring &&
    item.price.recurring &&
    intervalDays(price.recurring) < intervalDays(item.price.recurring);
  const cheaper = amountFor(price, quantity, subscription.currency) < amountOf(subscription, item);
  return feature.schedule_at_period_end.conditions.some(({ type }) =>
    type === 'shortening_interval' ? Boolean(shorter) : cheaper,
  );
}

/** The cost of the change: what is invoiced today, or what the next invoice contains as well. */
export function previewChange(visit: Visit, change: PlanChange): ChangePreview {
  return visit.store.rehearse(() => {
    const { subscription, charges, invoiceNow } = planChange(visit, change);
    const { pendingCharges } = visit.store.internalsOf(subscription.id);
    const invoice = buildInvoice(visit.store, {
      customer: visit.customer,
      subscription,
      charges: invoiceNow ? [...pendingCharges, ...charges] : charges,
      billingReason: 'upcoming',
    });
    return { invoice, invoiceNow, nextInvoiceAt: periodEndOf(subscription) };
  });
}

interface ChangePreview {
  readonly invoice: InvoiceObject;
  readonly invoiceNow: boolean;
  readonly nextInvoiceAt: number;
}

/** Calculates the effect of the change today. It redeems the discount. */
function planChange(visit: Visit, change: PlanChange): ItemChangeOutcome {
  const feature = visit.configuration.features.subscription_update;
  const endsTrial =
    change.subscription.status === 'trialing' && feature.trial_update_behavior === 'end_trial';
  const discounted = change.discount
    ? addDiscount(visit.store, change.subscription, change.discount)
    : change.subscription;
  const subscription: SubscriptionObject = endsTrial
    ? { ...discounted, status: 'active', trial_end: visit.store.now() }
    : discounted;
  return planItemChanges(visit.store, subscription, [toItemChange(change)], {
    proration: endsTrial ? 'none' : (feature.proration_behavior as ProrationBehavior),
    anchorNow: endsTrial || feature.billing_cycle_anchor === 'now',
  });
}

/** Applies the change, or schedules it for the end of the period. */
export function carryOut(visit: Visit, change: PlanChange): void {
  if (change.scheduled) {
    scheduleChange(visit, change);
    return;
  }
  const { store } = visit;
  const subscription = dropPendingUpdate(store, change.subscription);
  store.commit(
    'customer.subscription.updated',
    applyItemChanges(store, planChange(visit, { ...change, subscription })),
  );
}

/** The portal schedules a change as anyone can: with a second phase, after which the schedule leaves the subscription. */
function scheduleChange({ store }: Visit, { discount, offer, quantity, subscription }: PlanChange): void {
  const schedule = createScheduleFrom(store, subscription);
  const [now] = schedule.phases;
  if (!now) return;
  const interval = offer.price.recurring ?? { interval: 'month', interval_count: 1 };
  const next: PhaseObject = {
    ...now,
    end_date: addInterval(now.end_date, interval),
    items: now.items.map((item) => ({ ...item, plan: offer.price.id, price: offer.price.id, quantity })),
    discounts: [...now.discounts, ...(discount ? [toPhaseDiscount(discount)] : [])],
    start_date: now.end_date,
    trial_end: null,
  };
  store.changeInternals(subscription.id, { portalSchedule: schedule.id });
  store.commit('subscription_schedule.updated', {
    ...schedule,
    object: 'subscription_schedule',
    phases: [now, next],
  });
}

function toItemChange(change: PlanChange): ItemChange {
  return { id: change.item.id, price: change.offer.price.id, quantity: change.quantity };
}
