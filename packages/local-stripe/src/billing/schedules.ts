import { createId } from '../ids.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { PhaseObject, ScheduleObject, SubscriptionObject } from '../stripe-objects.ts';
import { cancelSubscription, isEnded, periodEndOf } from './cancellation.ts';
import { enterPhase, toPhaseDiscount } from './phases.ts';
import { createSubscription } from './subscription-creation.ts';

/** Creates a schedule that continues a subscription as it is, until its period ends. */
export function createScheduleFrom(store: Store, subscription: SubscriptionObject): ScheduleObject {
  if (subscription.schedule !== null) {
    throw invalidRequest(
      `You cannot migrate a subscription that is already attached to a schedule: \`${subscription.schedule}\`.`,
      'from_subscription',
    );
  }
  if (isEnded(subscription)) {
    throw invalidRequest('You cannot migrate a subscription that has ended.', 'from_subscription');
  }
  const phase = phaseFrom(subscription);
  const schedule = store.commit('subscription_schedule.created', {
    ...buildSchedule(store, subscription.customer, subscription),
    current_phase: { start_date: phase.start_date, end_date: phase.end_date },
    end_behavior: subscription.cancel_at === null ? 'release' : 'cancel',
    phases: [phase],
    status: 'active',
    subscription: subscription.id,
  });
  store.commit('customer.subscription.updated', { ...subscription, schedule: schedule.id });
  return schedule;
}

/** A schedule without phases, which has not started. */
export function buildSchedule(
  store: Store,
  customer: string,
  subscription: SubscriptionObject | null = null,
): ScheduleObject & { readonly object: 'subscription_schedule' } {
  return {
    id: createId('sub_sched'),
    object: 'subscription_schedule',
    application: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    canceled_at: null,
    completed_at: null,
    created: store.now(),
    current_phase: null,
    customer,
    customer_account: null,
    default_settings: {
      application_fee_percent: null,
      automatic_tax: { disabled_reason: null, enabled: false, liability: null },
      billing_cycle_anchor: 'automatic',
      billing_thresholds: null,
      collection_method: subscription?.collection_method ?? 'charge_automatically',
      default_payment_method: subscription?.default_payment_method ?? null,
      description: null,
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: subscription?.days_until_due ?? null,
        description: null,
        footer: null,
        issuer: { type: 'self' },
      },
      on_behalf_of: null,
      transfer_data: null,
    },
    end_behavior: 'release',
    livemode: false,
    metadata: {},
    pause_schedules: [],
    phases: [],
    released_at: null,
    released_subscription: null,
    status: 'not_started',
    subscription: null,
    test_clock: null,
  };
}

function phaseFrom(subscription: SubscriptionObject): PhaseObject {
  const [first] = subscription.items.data;
  return {
    ...unusedPhaseMembers,
    currency: subscription.currency,
    discounts: subscription.discounts.map((discount) => toPhaseDiscount({ discount })),
    end_date: subscription.cancel_at ?? periodEndOf(subscription),
    items: subscription.items.data.map(({ price, quantity, discounts }) => ({
      billing_thresholds: null,
      discounts: discounts.map((discount) => toPhaseDiscount({ discount })),
      metadata: {},
      plan: price.id,
      price: price.id,
      ...(quantity === undefined ? {} : { quantity }),
      tax_rates: [],
    })),
    proration_behavior: 'create_prorations',
    start_date: first?.current_period_start ?? subscription.start_date,
    trial_end: subscription.trial_end,
  };
}

export const unusedPhaseMembers = {
  add_invoice_items: [],
  application_fee_percent: null,
  billing_cycle_anchor: null,
  billing_thresholds: null,
  collection_method: null,
  default_payment_method: null,
  default_tax_rates: [],
  description: null,
  invoice_settings: null,
  metadata: {},
  on_behalf_of: null,
  transfer_data: null,
  trial_end: null,
};

/** Starts the schedules whose time has come: their subscriptions begin. */
export function startSchedules(store: Store): void {
  for (const schedule of store.all('subscription_schedule')) {
    const start = schedule.phases[0]?.start_date ?? Infinity;
    if (schedule.status === 'not_started' && start <= store.now()) startSchedule(store, schedule);
  }
}

/** Starts a schedule now: its subscription begins with the first phase. */
export function startSchedule(store: Store, schedule: ScheduleObject): ScheduleObject {
  const [phase] = schedule.phases;
  if (!phase) return schedule;
  const subscription = createSubscription(store, {
    customer: store.get('customer', schedule.customer),
    items: phase.items.map(({ price, quantity = 1, discounts }) => {
      return { price: store.get('price', price), quantity, discounts };
    }),
    currency: phase.currency,
    discounts: phase.discounts,
    trialEnd: null,
    defaultPaymentMethod: null,
    description: null,
    metadata: { ...phase.metadata },
    collectionMethod: 'charge_automatically',
    daysUntilDue: null,
    // No customer is present to confirm a payment: without a payment method, the subscription is incomplete.
    paymentBehavior: 'default_incomplete',
    onBehalfOf: null,
  });
  store.commit('customer.subscription.updated', {
    ...subscription,
    schedule: schedule.id,
    ...scheduledEnd(schedule),
  });
  return store.commit('subscription_schedule.updated', {
    ...schedule,
    object: 'subscription_schedule',
    current_phase: { start_date: phase.start_date, end_date: phase.end_date },
    status: 'active',
    subscription: subscription.id,
  });
}

/** When a schedule ends its subscription. */
export function scheduledEnd(schedule: ScheduleObject): Pick<SubscriptionObject, 'cancel_at'> {
  const { end_behavior: behavior, phases } = schedule;
  return { cancel_at: behavior === 'cancel' ? (phases.at(-1)?.end_date ?? null) : null };
}

/** Enters the next phase of a schedule, or ends the schedule. Null if the current phase goes on. */
export function advanceSchedule(store: Store, subscription: SubscriptionObject): SubscriptionObject | null {
  const schedule = store.find('subscription_schedule', subscription.schedule ?? '');
  const end = schedule?.current_phase?.end_date ?? Infinity;
  if (!schedule || end > Math.min(store.now(), periodEndOf(subscription))) return null;
  const next = schedule.phases.find((phase) => phase.start_date >= end);
  if (!next) return endSchedule(store, subscription, schedule);
  store.commit('subscription_schedule.updated', {
    ...schedule,
    object: 'subscription_schedule',
    current_phase: { start_date: next.start_date, end_date: next.end_date },
  });
  return store.commit('customer.subscription.updated', enterPhase(store, subscription, next, end));
}

/** A subscription as its schedule leaves it when the period ends. */
export function afterPeriodEnd(store: Store, subscription: SubscriptionObject): SubscriptionObject {
  const schedule = store.find('subscription_schedule', subscription.schedule ?? '');
  const end = periodEndOf(subscription);
  const next = schedule?.phases.find((phase) => phase.start_date >= end);
  return next && schedule?.current_phase?.end_date === end
    ? enterPhase(store, subscription, next, end)
    : subscription;
}

/** After its last phase a schedule either leaves its subscription or cancels it. */
function endSchedule(
  store: Store,
  subscription: SubscriptionObject,
  schedule: ScheduleObject,
): SubscriptionObject {
  if (schedule.end_behavior !== 'cancel') {
    releaseSchedule(store, schedule, false);
    return store.get('subscription', subscription.id);
  }
  store.commit('subscription_schedule.completed', {
    ...schedule,
    object: 'subscription_schedule',
    completed_at: store.now(),
    current_phase: null,
    status: 'completed',
  });
  return cancelSubscription(store, { ...subscription, schedule: null }, {});
}

/** Takes a schedule off its subscription, which goes on as it is. */
export function releaseSchedule(
  store: Store,
  schedule: ScheduleObject,
  keepsCancelDate: boolean,
): ScheduleObject {
  const subscription = store.find('subscription', schedule.subscription ?? '');
  if (subscription) {
    const end = keepsCancelDate ? {} : { cancel_at: null };
    store.commit('customer.subscription.updated', { ...subscription, schedule: null, ...end });
  }
  return store.commit('subscription_schedule.released', {
    ...schedule,
    object: 'subscription_schedule',
    current_phase: null,
    released_at: store.now(),
    released_subscription: schedule.subscription,
    status: 'released',
    subscription: null,
  });
}
