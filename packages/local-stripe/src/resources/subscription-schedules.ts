import { cancelSubscription } from '../billing/cancellation.ts';
import { enterPhase, isIn } from '../billing/phases.ts';
import {
  buildSchedule,
  createScheduleFrom,
  releaseSchedule,
  scheduledEnd,
  startSchedule,
} from '../billing/schedules.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { boolean, either, metadata, object, oneOf, string } from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { checkCustomerFilter, isWithin, mergeMetadata, timeRange } from '../shared-parameters.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { PhaseObject, ScheduleObject } from '../stripe-objects.ts';
import { buildPhases, phases, updatedPhases } from './schedule-phases.ts';
import { prorationBehavior } from './subscription-parameters.ts';

const path = '/v1/subscription_schedules';
const endBehavior = oneOf(['cancel', 'release']);

const createParameters = {
  customer: string(),
  end_behavior: endBehavior,
  from_subscription: string(),
  metadata: metadata(),
  phases,
  start_date: either(string(), object({})),
};

const updateParameters = {
  end_behavior: endBehavior,
  metadata: metadata(),
  phases: updatedPhases,
  proration_behavior: prorationBehavior,
};

export function createSubscriptionScheduleRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path,
      parameters: createParameters,
      handle: ({ values }) => createSchedule(store, values),
    }),
    createRoute({
      method: 'GET',
      path,
      parameters: { ...paginationParameters, created: timeRange, customer: string(), scheduled: boolean() },
      handle: ({ values: { created, customer, scheduled, ...page } }) => {
        checkCustomerFilter(store, customer);
        const found = store
          .all('subscription_schedule')
          .filter((each) => isWithin(each.created, created))
          .filter((each) => customer === undefined || each.customer === customer)
          .filter((each) => !scheduled || each.status === 'not_started');
        return paginate(found, page, path);
      },
    }),
    createRoute({
      method: 'GET',
      path: `${path}/:id`,
      parameters: {},
      handle: ({ id }) => store.get('subscription_schedule', id),
    }),
    createRoute({
      method: 'POST',
      path: `${path}/:id`,
      parameters: updateParameters,
      handle: ({ id, values }) => updateSchedule(store, getOpen(store, id, 'update'), values),
    }),
    createRoute({
      method: 'POST',
      path: `${path}/:id/release`,
      parameters: { preserve_cancel_date: boolean() },
      handle: ({ id, values }) =>
        releaseSchedule(store, getOpen(store, id, 'release'), values.preserve_cancel_date ?? false),
    }),
    createRoute({
      method: 'POST',
      path: `${path}/:id/cancel`,
      parameters: {},
      handle: ({ id }) => cancelSchedule(store, getOpen(store, id, 'cancel')),
    }),
  ];
}

function getOpen(store: Store, id: string, what: string): ScheduleObject {
  const schedule = store.get('subscription_schedule', id);
  if (['active', 'not_started'].includes(schedule.status)) return schedule;
  throw invalidRequest(
    `You cannot ${what} a subscription schedule that is currently in the \`${schedule.status}\` status. ` +
      `It must be in \`not_started\`, \`active\` status to be ${what === 'cancel' ? 'canceled' : `${what}d`}.`,
  );
}

function createSchedule(store: Store, values: Decoded<typeof createParameters>): ScheduleObject {
  const { from_subscription: from, customer, phases: given, start_date: startDate, ...rest } = values;
  if (from !== undefined) {
    const [other] = Object.keys(values).filter((name) => name !== 'from_subscription');
    if (other !== undefined)
      throw invalidRequest(`You cannot set \`${other}\` if \`from_subscription\` is set.`, other);
    return createScheduleFrom(store, store.refer('subscription', from, 'from_subscription'));
  }
  if (customer === undefined || !given) {
    const name = given ? 'customer' : 'phases';
    throw invalidRequest(`Missing required param: ${name}.`, name, 'parameter_missing');
  }
  const start = startDate === undefined || startDate === 'now' ? store.now() : Number(startDate);
  if (!(start >= store.now()))
    throw invalidRequest('The local Stripe starts schedules now or in the future.', 'start_date');
  const schedule = store.commit('subscription_schedule.created', {
    ...buildSchedule(store, store.refer('customer', customer, 'customer').id),
    end_behavior: rest.end_behavior ?? 'release',
    metadata: mergeMetadata({}, rest.metadata),
    phases: buildPhases(store, given, start),
  });
  return start === store.now() ? startSchedule(store, schedule) : schedule;
}

function updateSchedule(
  store: Store,
  before: ScheduleObject,
  values: Decoded<typeof updateParameters>,
): ScheduleObject {
  const changed = values.phases ? withPhases(store, before, values.phases) : before;
  const schedule: ScheduleObject = {
    ...changed,
    end_behavior: values.end_behavior ?? before.end_behavior,
    metadata: mergeMetadata(before.metadata ?? {}, values.metadata),
  };
  const [current] = schedule.phases;
  if (current && schedule.subscription !== null) {
    const subscription = store.get('subscription', schedule.subscription);
    const proration = values.proration_behavior ?? current.proration_behavior;
    const phase: PhaseObject = { ...current, proration_behavior: proration };
    const entered =
      values.phases && !isIn(phase, subscription)
        ? enterPhase(store, subscription, phase, store.now())
        : subscription;
    store.commit('customer.subscription.updated', { ...entered, ...scheduledEnd(schedule) });
  }
  return store.commit('subscription_schedule.updated', { ...schedule, object: 'subscription_schedule' });
}

/** Past phases may be left out. The current one keeps its start. */
function withPhases(
  store: Store,
  before: ScheduleObject,
  values: NonNullable<Decoded<typeof updateParameters>['phases']>,
): ScheduleObject {
  const given = values[0]?.start_date;
  const current = before.current_phase?.start_date;
  if (given === undefined) {
    throw invalidRequest(
      'The subscription schedule update is missing at least one phase with a `start_date` to anchor end dates to.',
      'phases',
    );
  }
  const start = given === 'now' ? (current ?? store.now()) : Number(given);
  if (current !== undefined && start !== current) {
    throw invalidRequest('You can not modify the start date of the current phase.', 'phases[0][start_date]');
  }
  const built = buildPhases(
    store,
    values.map(({ start_date: _, ...phase }) => phase),
    start,
  );
  const [first] = built;
  if (current === undefined || !first) return { ...before, phases: built };
  return { ...before, phases: built, current_phase: { start_date: start, end_date: first.end_date } };
}

function cancelSchedule(store: Store, schedule: ScheduleObject): ScheduleObject {
  if (schedule.subscription !== null) {
    cancelSubscription(store, store.get('subscription', schedule.subscription), {});
    return store.get('subscription_schedule', schedule.id);
  }
  return store.commit('subscription_schedule.canceled', {
    ...schedule,
    object: 'subscription_schedule',
    canceled_at: store.now(),
    status: 'canceled',
  });
}
