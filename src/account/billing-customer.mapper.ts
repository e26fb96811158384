import * as enums from './billing-customer.enums.ts';
import type { BillingCustomer } from './billing-customer.types.ts';
import type { ChargedItemFacts, CustomerFacts, DiscountFacts, SubscriptionFacts } from './customer-facts.ts';
import { findPaymentMethod } from './payment-method.ts';
import { toBillingItem, toTotal } from './price.mapper.ts';
import type { RequestAccess } from './request-access.ts';
import { toDate, toMoney } from './stripe-values.ts';
import type { BillingDiscount } from './subscription.types.ts';

export function toBillingCustomer(
  kept: CustomerFacts,
  access: RequestAccess,
  now: Date,
): Omit<BillingCustomer, 'userId' | 'linkedAt' | 'asOf'> {
  const facts = dropEndedDiscounts(kept, now);
  const { shipping, currency, discount } = facts;
  return {
    id: facts.id,
    name: facts.name,
    email: facts.email,
    phone: facts.phone,
    address: toAddress(facts.address),
    shipping: shipping && { ...shipping, address: toAddress(shipping.address) },
    taxIds: facts.tax_ids.map(({ verification, ...taxId }) => ({
      ...taxId,
      verification: verification && enums.taxIdVerification.read(verification.status),
    })),
    taxExempt: enums.taxExemption.read(facts.tax_exempt ?? 'none'),
    preferredLocales: facts.preferred_locales ?? [],
    currency,
    balance: facts.balance === 0 ? null : toMoney(facts.balance, currency),
    discount: discount && toBillingDiscount(discount, 'customer', null),
    paymentMethod: findPaymentMethod(null, facts),
    delinquent: facts.delinquent ?? false,
    subscriptions: facts.subscriptions.map((subscription) =>
      toBillingSubscription(subscription, facts, access),
    ),
    access,
  };
}

function dropEndedDiscounts(facts: CustomerFacts, now: Date): CustomerFacts {
  const isInForce = ({ end }: DiscountFacts): boolean => end === null || end * 1000 > now.getTime();
  const { discount } = facts;
  const subscriptions = facts.subscriptions.map(({ items, discounts, ...subscription }) => ({
    ...subscription,
    discounts: discounts.filter(isInForce),
    items: items.map((item) => ({ ...item, discounts: item.discounts.filter(isInForce) })),
  }));
  return { ...facts, subscriptions, discount: discount !== null && isInForce(discount) ? discount : null };
}

function toAddress(address: CustomerFacts['address']): BillingCustomer['address'] {
  if (address === null) return null;
  const { postal_code: postalCode, ...rest } = address;
  return { ...rest, postalCode };
}

function toBillingSubscription(facts: SubscriptionFacts, customer: CustomerFacts, access: RequestAccess) {
  const { open_invoice: invoice } = facts;
  const cancelsAt = findCancellation(facts);
  return {
    id: facts.id,
    status: enums.subscriptionStatus.read(facts.status),
    currency: facts.currency,
    items: facts.items.map(toBillingSubscriptionItem),
    total: toTotal(facts.items),
    discounts: toDiscounts(facts, customer.discount),
    startedAt: toDate(facts.start_date),
    trialEndsAt: toDate(findTrialEnd(facts)),
    currentPeriodEnd: toDate(findPeriodEnd(facts)),
    cancelsAt,
    cancellation: cancelsAt === null ? null : toCancellation(facts),
    pause: toPause(facts),
    scheduledChange: toScheduledChange(facts),
    pendingUpdate: toPendingUpdate(facts),
    collectionMethod: enums.collectionMethod.read(facts.collection_method),
    daysUntilDue: facts.days_until_due,
    paymentMethod: facts.collection_method === 'send_invoice' ? null : findPaymentMethod(facts, customer),
    openInvoice: invoice && {
      id: invoice.id,
      number: invoice.number,
      amountDue: toMoney(invoice.amount_remaining, invoice.currency),
      dueAt: toDate(invoice.due_date),
      nextAttemptAt: toDate(invoice.next_payment_attempt),
      access,
    },
    facts,
    access,
  };
}

function toBillingSubscriptionItem(item: SubscriptionFacts['items'][number]) {
  return {
    id: item.id,
    ...toBillingItem(item),
    discounts: item.discounts.map((discount) => toBillingDiscount(discount, 'item', item.price.currency)),
    currentPeriodEnd: toDate(item.current_period_end),
  };
}

function toDiscounts({ discounts, currency }: SubscriptionFacts, ofCustomer: DiscountFacts | null) {
  if (discounts.length > 0 || ofCustomer === null || isIgnored(ofCustomer, currency))
    return discounts.map((discount) => toBillingDiscount(discount, 'subscription', currency));
  return [toBillingDiscount(ofCustomer, 'customer', currency)];
}

/** Stripe ignores an amount in other currencies: https://docs.stripe.com/invoicing/multi-currency-customers */
function isIgnored({ source: { coupon } }: DiscountFacts, currency: string): boolean {
  // The other currencies of a deleted coupon are not known.
  const { currency: own, currency_options: others = null } = coupon ?? {};
  return own !== currency && others !== null && !(currency in others);
}

/** @param currency of the amount that is discounted; null for the coupon's own currency */
function toBillingDiscount(
  { id, start, end, source: { coupon } }: DiscountFacts,
  scope: string,
  currency: string | null,
): BillingDiscount {
  // A discount of a source that Stripe added later has no coupon.
  const { name = null, percent_off: percentOff = null } = coupon ?? {};
  const own = coupon?.currency ?? null;
  const amounts = currency === null || own === currency ? coupon : coupon?.currency_options?.[currency];
  return {
    id,
    scope: enums.discountScope.read(scope),
    name,
    percentOff,
    amountOff: toMoney(amounts?.amount_off ?? null, currency ?? own),
    once: coupon?.duration === 'once',
    startedAt: toDate(start),
    endsAt: toDate(end),
  };
}

/** Items have trials of their own, also when that of the whole subscription, which Stripe still names, is over. */
function findTrialEnd({ status, trial_end: own, items }: SubscriptionFacts): number | null {
  const ofItems = findEarliest(items.flatMap(({ current_trial: trial }) => trial?.end_date ?? []));
  return status === 'trialing' ? (own ?? ofItems) : (ofItems ?? own);
}

/** Stripe takes the earliest: https://docs.stripe.com/changelog/basil/2025-07-30/cancel-at-enums */
function findPeriodEnd({ items }: SubscriptionFacts): number | null {
  return findEarliest(items.map((item) => item.current_period_end));
}

function findEarliest(times: readonly number[]): number | null {
  return times.length === 0 ? null : Math.min(...times);
}

/** The portal sets one of two fields, depending on the account's settings: https://docs.stripe.com/billing/subscriptions/cancel */
function findCancellation(facts: SubscriptionFacts): Date | null {
  const { cancel_at: cancelAt, cancel_at_period_end: atPeriodEnd, schedule } = facts;
  if (cancelAt !== null) return toDate(cancelAt);
  if (atPeriodEnd) return toDate(findPeriodEnd(facts));
  const cancels = isActive(schedule) && schedule.end_behavior === 'cancel';
  return cancels ? toDate(schedule.phases.at(-1)?.end_date ?? null) : null;
}

function toCancellation(facts: SubscriptionFacts) {
  const { reason = null, feedback = null, comment = null } = facts.cancellation_details ?? {};
  return {
    requestedAt: toDate(facts.canceled_at),
    reason: reason === null ? null : enums.cancellationReason.read(reason),
    feedback: feedback === null ? null : enums.cancellationFeedback.read(feedback),
    comment,
  };
}

function toPause(facts: SubscriptionFacts) {
  const { status, status_details: details, pause_collection: collection, schedule } = facts;
  if (status === 'paused') {
    const since = details?.paused?.transitioned_at ?? null;
    const resumptions = schedule?.pause_schedules?.flatMap(({ resume }) => resume ?? []) ?? [];
    // The others have happened, or wait for a payment.
    const coming = resumptions.filter((resumption) => resumption.status?.type === 'scheduled');
    const next = findEarliest(coming.flatMap(({ resume_at: at }) => at ?? []));
    const reason = enums.pauseReason.read(details?.paused?.subscription?.type ?? 'unknown');
    return { reason, since: toDate(since), until: toDate(next) };
  }
  return collection && { reason: 'payment_collection', since: null, until: toDate(collection.resumes_at) };
}

type Schedule = SubscriptionFacts['schedule'];

/** A released or completed schedule changes nothing. */
function isActive(schedule: Schedule): schedule is NonNullable<Schedule> {
  return schedule !== null && (schedule.status === 'active' || schedule.status === 'not_started');
}

/** The schedule keeps phases that are over, and may have phases that change nothing. */
function toScheduledChange({ schedule, items: own }: SubscriptionFacts) {
  if (!isActive(schedule)) return null;
  const currentEnd = schedule.current_phase?.end_date ?? 0;
  const coming = schedule.phases.filter(({ start_date: start }) => start >= currentEnd);
  const next = coming.find(({ items }) => describe(items) !== describe(own));
  if (next === undefined) return null;
  return { at: toDate(next.start_date), items: next.items.map(toBillingItem), total: toTotal(next.items) };
}

function describe(items: readonly ChargedItemFacts[]): string {
  return items
    .map(({ price, quantity }) => `${price.id} ${quantity ?? 1}`)
    .sort()
    .join();
}

function toPendingUpdate({ pending_update: update }: SubscriptionFacts) {
  if (update === null) return null;
  return {
    expiresAt: toDate(update.expires_at),
    items: update.subscription_items?.map(toBillingItem) ?? null,
    trialEndsAt: toDate(update.trial_end),
  };
}
