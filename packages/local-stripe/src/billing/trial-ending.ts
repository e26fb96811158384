import type { Store } from '../store.ts';
import type { SubscriptionObject } from '../stripe-objects.ts';

const threeDays = 3 * 86_400;

/**
 * Sends `trial_will_end` once: three days before the end, at the start of a shorter trial, or when a trial is ended early
 * (https://docs.stripe.com/api/events/types#event_types-customer.subscription.trial_will_end).
 */
export function announceTrialEnd(store: Store, subscription: SubscriptionObject): boolean {
  const { id, status, trial_end: end } = subscription;
  const isNear =
    end !== null && end - store.now() <= threeDays && (status === 'trialing' || end === store.now());
  if (!isNear || store.internalsOf(id).announcedTrialEnd === end) return false;
  store.changeInternals(id, { announcedTrialEnd: end });
  store.announce('customer.subscription.trial_will_end', subscription);
  return true;
}
