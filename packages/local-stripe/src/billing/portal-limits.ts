import type { Store } from '../store.ts';
import type { SubscriptionObject } from '../stripe-objects.ts';
import { pauseLimitOf } from './pausing.ts';
import { findPayingMethod } from './payment.ts';
import { isMetered } from './subscription-items.ts';

export type PortalTaskName = 'cancel' | 'pause' | 'update';

/** The payment methods of https://docs.stripe.com/customer-management#supported-payment-methods */
const supportedMethods = [
  'acss_debit',
  'amazon_pay',
  'au_becs_debit',
  'bacs_debit',
  'boleto',
  'card',
  'cashapp',
  'link',
  'paypal',
  'sepa_debit',
  'us_bank_account',
];

/**
 * Why the portal does not do a task with a subscription, whatever its configuration allows; null if it does.
 * https://docs.stripe.com/customer-management#customer-portal-limitations
 */
export function portalLimitOf(
  store: Store,
  task: PortalTaskName,
  subscription: SubscriptionObject,
): string | null {
  if (subscription.cancel_at !== null && subscription.schedule === null)
    return 'it is set to be canceled already';
  if (task === 'pause') return pauseLimitOf(subscription);
  if (hasScheduledChange(store, subscription)) return 'it is managed by a subscription schedule';
  return task === 'update' ? updateLimitOf(store, subscription) : null;
}

/** The portal manages a subscription again once the last phase of its schedule has begun. */
export function hasScheduledChange(store: Store, { schedule: id }: SubscriptionObject): boolean {
  const schedule = store.find('subscription_schedule', id ?? '');
  if (!schedule) return false;
  const end = schedule.current_phase?.end_date ?? 0;
  return schedule.end_behavior === 'cancel' || schedule.phases.some((phase) => phase.start_date >= end);
}

function updateLimitOf(store: Store, subscription: SubscriptionObject): string | null {
  const { collection_method: collection, items, status } = subscription;
  const method = findPayingMethod(store, store.get('customer', subscription.customer), subscription);
  if (!['active', 'trialing', 'past_due'].includes(status)) return `its status is \`${status}\``;
  if (collection === 'send_invoice') return 'its invoices are sent';
  if (items.data.length > 1) return 'it has several products';
  if (items.data.some(isMetered)) return 'its price is based on usage';
  if (method && !supportedMethods.includes(method.type)) return 'its payment method is not supported';
  return null;
}
