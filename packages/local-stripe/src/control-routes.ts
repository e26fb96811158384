import { createFaultError } from './faults.ts';
import type { Faults } from './faults.ts';
import { boolean, integer, oneOf, required, string, timestamp } from './parameters.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { createDiscount } from './billing/discounts.ts';
import { listItems, withPeriod } from './billing/subscription-items.ts';
import { passTime } from './billing/time-passing.ts';
import { createRoute } from './route.ts';
import type { ApiRoute } from './route.ts';
import { resourceMissing } from './stripe-api-error.ts';
import type { Store } from './store.ts';
import { subscriptionStatuses } from './stripe-objects.ts';

/** Routes for what Stripe's API cannot do. They are under `/_control/` and need no key; README.md lists all controls. */
export function createControlRoutes(
  store: Store,
  faults: Faults,
  requests: readonly RecordedRequest[],
): ApiRoute[] {
  return [
    createClockRoute(store),
    createSubscriptionRoute(store),
    createCustomerRoute(store),
    ...createFaultRoutes(faults),
    createRequestRoute(requests),
  ];
}

function createClockRoute(store: Store): ApiRoute {
  return createRoute({
    method: 'POST',
    path: '/_control/clock',
    parameters: { advance_seconds: integer({ min: 0 }), advance_days: integer({ min: 0, max: 3660 }) },
    handle: ({ values }) => {
      store.advance((values.advance_seconds ?? 0) + (values.advance_days ?? 0) * 86_400);
      passTime(store);
      return { object: 'local_stripe.clock', now: store.now() };
    },
  });
}

function createSubscriptionRoute(store: Store): ApiRoute {
  return createRoute({
    method: 'POST',
    path: '/_control/subscriptions/:id',
    parameters: {
      status: oneOf(subscriptionStatuses),
      current_period_start: timestamp(),
      current_period_end: timestamp(),
    },
    handle: ({ id, values }) => {
      const subscription = store.get('subscription', id);
      const items = subscription.items.data.map((item) =>
        withPeriod(item, {
          start: values.current_period_start ?? item.current_period_start,
          end: values.current_period_end ?? item.current_period_end,
        }),
      );
      return store.commit('customer.subscription.updated', {
        ...subscription,
        items: listItems(id, items),
        status: values.status ?? subscription.status,
        ...(values.status === 'canceled' ? { canceled_at: store.now(), ended_at: store.now() } : {}),
      });
    },
  });
}

/** Stripe's API no longer gives discounts to customers, but customers still have those that they were given. */
function createCustomerRoute(store: Store): ApiRoute {
  return createRoute({
    method: 'POST',
    path: '/_control/customers/:id',
    parameters: { coupon: required(string()) },
    handle: ({ id, values }) => {
      const customer = store.get('customer', id);
      const discount = createDiscount(store, store.refer('coupon', values.coupon, 'coupon'), null, {
        customer,
      });
      return store.commit('customer.updated', { ...customer, discount });
    },
  });
}

function createFaultRoutes(faults: Faults): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/_control/faults',
      parameters: {
        path: required(string()),
        method: oneOf(['GET', 'POST', 'DELETE']),
        status: integer({ min: 400, max: 599 }),
        message: string(),
        code: string(),
        times: integer({ min: 1 }),
        delay_ms: integer({ min: 0 }),
        after_execution: boolean(),
        hang_up: boolean(),
      },
      handle: ({ values }) => {
        const { status, message, code, times = 1 } = values;
        faults.add({
          method: values.method ?? null,
          path: values.path,
          error: status === undefined ? null : createFaultError(status, message, code),
          delayMs: values.delay_ms ?? 0,
          afterExecution: values.after_execution ?? status === undefined,
          hangUp: values.hang_up ?? false,
          times,
        });
        return { object: 'local_stripe.fault', path: values.path, times };
      },
    }),
    createRoute({
      method: 'DELETE',
      path: '/_control/faults',
      parameters: {},
      handle: () => {
        faults.clear();
        return { object: 'local_stripe.fault', deleted: true };
      },
    }),
  ];
}

function createRequestRoute(requests: readonly RecordedRequest[]): ApiRoute {
  return createRoute({
    method: 'GET',
    path: '/_control/requests/:id',
    parameters: {},
    handle: ({ id }) => {
      const request = requests.find((each) => each.id === id);
      if (!request) throw resourceMissing('request', id, 'id', 404);
      return request;
    },
  });
}
