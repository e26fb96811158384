import type Stripe from 'stripe';
import { billingInterval, subscriptionStatus } from './billing-customer.enums.ts';
import type {
  BillingCard,
  BillingPrice,
  BillingSubscription,
  BillingSubscriptionItem,
} from './billing-customer.types.ts';
import type { CustomerFacts } from './customer-snapshot.ts';

/** Converts a Stripe customer to the schema's types. */
export function toCustomerFacts(
  customer: Stripe.Customer,
  subscriptions: readonly Stripe.Subscription[],
): CustomerFacts {
  return {
    id: customer.id,
    email: customer.email,
    name: customer.name ?? null,
    delinquent: customer.delinquent ?? false,
    card: toBillingCard(customer.invoice_settings.default_payment_method),
    subscriptions: subscriptions.map(toBillingSubscription),
  };
}

function toBillingCard(method: string | Stripe.PaymentMethod | null): BillingCard | null {
  if (method === null || typeof method === 'string' || method.card === undefined) return null;
  const { brand, last4, exp_month: expMonth, exp_year: expYear } = method.card;
  return { brand, last4, expMonth, expYear };
}

function toBillingSubscription(subscription: Stripe.Subscription): BillingSubscription {
  const { data: items, has_more: isCutOff } = subscription.items;
  // With more items than Stripe lists, the first items do not show the subscription's period.
  const ends = isCutOff ? [] : items.map((item) => item.current_period_end);
  return {
    id: subscription.id,
    status: subscriptionStatus.read(subscription.status),
    items: items.map(toBillingSubscriptionItem),
    currentPeriodEnd: ends.length === 0 ? null : fromUnix(Math.min(...ends)),
    cancelsAt: findCancellation(subscription, ends),
    trialEndsAt: fromOptionalUnix(subscription.trial_end),
    collectionPaused: subscription.pause_collection !== null,
    collectionResumesAt: fromOptionalUnix(subscription.pause_collection?.resumes_at ?? null),
  };
}

/** The portal sets one of two fields, depending on the account's settings: https://docs.stripe.com/billing/subscriptions/cancel */
function findCancellation(subscription: Stripe.Subscription, periodEnds: readonly number[]): Date | null {
  if (subscription.cancel_at !== null) return fromUnix(subscription.cancel_at);
  if (!subscription.cancel_at_period_end || periodEnds.length === 0) return null;
  return fromUnix(Math.max(...periodEnds));
}

function toBillingSubscriptionItem(item: Stripe.SubscriptionItem): BillingSubscriptionItem {
  return {
    id: item.id,
    price: toBillingPrice(item.price),
    quantity: item.quantity ?? null,
    currentPeriodEnd: fromUnix(item.current_period_end),
  };
}

function toBillingPrice({
  id,
  product,
  unit_amount: unitAmount,
  currency,
  recurring,
}: Stripe.Price): BillingPrice {
  return {
    id,
    productId: typeof product === 'string' ? product : product.id,
    unitAmount,
    currency,
    interval: recurring === null ? null : billingInterval.read(recurring.interval),
    intervalCount: recurring?.interval_count ?? null,
  };
}

function fromUnix(seconds: number): Date {
  return new Date(seconds * 1000);
}

function fromOptionalUnix(seconds: number | null): Date | null {
  return seconds === null ? null : fromUnix(seconds);
}
