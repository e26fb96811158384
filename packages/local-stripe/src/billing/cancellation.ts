import type { Store } from '../store.ts';
import type { SubscriptionObject } from '../stripe-objects.ts';
import { invalidRequest } from '../stripe-api-error.ts';

/** A customer's reason to cancel: a comment and one of Stripe's reasons. */
export interface CancellationWords {
  readonly comment?: string | null;
  readonly feedback?: string | null;
  readonly feedback_option?: string | null;
}

/** Whether a subscription has ended for good. */
export function isEnded(subscription: SubscriptionObject): boolean {
  return subscription.status === 'canceled' || subscription.status === 'incomplete_expired';
}

/** When a subscription renews next. Items of other intervals may be paid for longer. */
export function periodEndOf(subscription: SubscriptionObject): number {
  return Math.min(...subscription.items.data.map((item) => item.current_period_end));
}

/** Cancels a subscription immediately. */
export function cancelSubscription(
  store: Store,
  subscription: SubscriptionObject,
  words: CancellationWords,
): SubscriptionObject {
  refuseEnded(subscription);
  store.changeInternals(subscription.id, { resumesAt: null });
  const schedule = store.find('subscription_schedule', subscription.schedule ?? '');
  if (schedule) {
    store.commit('subscription_schedule.canceled', {
      ...schedule,
      canceled_at: store.now(),
      current_phase: null,
      status: 'canceled',
    });
  }
  return store.commit('customer.subscription.deleted', {
    ...subscription,
    cancellation_details: buildCancellationDetails(subscription, words, 'cancellation_requested'),
    canceled_at: subscription.canceled_at ?? store.now(),
    ended_at: store.now(),
    schedule: null,
    status: 'canceled',
  });
}

/** Schedules a cancellation for a time or for the end of the period. Null removes it. */
export function withCancellation(
  store: Store,
  subscription: SubscriptionObject,
  when: number | 'period_end' | null,
  words: CancellationWords = {},
): SubscriptionObject {
  if (when === null) {
    const { cancellation_details: details } = subscription;
    return {
      ...subscription,
      cancel_at: null,
      cancel_at_period_end: false,
      canceled_at: null,
      cancellation_details: details && {
        ...details,
        comment: null,
        feedback: null,
        feedback_option: null,
        reason: null,
      },
    };
  }
  return {
    ...subscription,
    cancel_at: when === 'period_end' ? periodEndOf(subscription) : when,
    cancel_at_period_end: when === 'period_end',
    canceled_at: store.now(),
    cancellation_details: buildCancellationDetails(subscription, words, 'cancellation_requested'),
  };
}

/** Stripe answers 404 to a change of a subscription that has ended. */
export function refuseEnded(subscription: SubscriptionObject): void {
  if (!isEnded(subscription)) return;
  throw invalidRequest(
    'A canceled subscription can only update its cancellation_details and metadata.',
    undefined,
    'resource_missing',
  );
}

export function buildCancellationDetails(
  subscription: SubscriptionObject,
  words: CancellationWords,
  reason: 'cancellation_requested' | null,
): SubscriptionObject['cancellation_details'] {
  const before = subscription.cancellation_details;
  return {
    comment: words.comment === undefined ? (before?.comment ?? null) : words.comment,
    feedback: words.feedback === undefined ? (before?.feedback ?? null) : words.feedback,
    feedback_option:
      words.feedback_option === undefined ? (before?.feedback_option ?? null) : words.feedback_option,
    reason: reason ?? before?.reason ?? null,
  };
}
