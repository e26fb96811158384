import { isEnded } from '../billing/cancellation.ts';
import { endSubscription } from '../billing/ending.ts';
import { pauseSubscription, resumeSubscription } from '../billing/pausing.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { boolean, object, oneOf, required, string } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { checkCustomerFilter, isWithin, timeRange } from '../shared-parameters.ts';
import type { Store } from '../store.ts';
import {
  cancellationDetails,
  createParameters,
  prorationBehavior,
  updateParameters,
} from './subscription-parameters.ts';
import { requestChanges, requestSubscription } from './subscription-requests.ts';
import { subscriptionStatuses } from '../stripe-objects.ts';
import type { SubscriptionObject } from '../stripe-objects.ts';

export function createSubscriptionRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/v1/subscriptions',
      parameters: createParameters,
      handle: ({ values }) => requestSubscription(store, values),
    }),
    createRoute({
      method: 'GET',
      path: '/v1/subscriptions',
      parameters: {
        ...paginationParameters,
        collection_method: oneOf(['charge_automatically', 'send_invoice']),
        created: timeRange,
        customer: string(),
        price: string(),
        status: oneOf([...subscriptionStatuses, 'all', 'ended']),
      },
      handle: ({ values }) => {
        checkCustomerFilter(store, values.customer);
        return paginate(findSubscriptions(store, values), values, '/v1/subscriptions');
      },
    }),
    createRoute({
      method: 'GET',
      path: '/v1/subscriptions/:id',
      parameters: {},
      handle: ({ id }) => store.get('subscription', id),
    }),
    createRoute({
      method: 'POST',
      path: '/v1/subscriptions/:id',
      parameters: updateParameters,
      handle: ({ id, values }) => requestChanges(store, store.get('subscription', id), values),
    }),
    createRoute({
      method: 'DELETE',
      path: '/v1/subscriptions/:id',
      parameters: { cancellation_details: cancellationDetails, invoice_now: boolean(), prorate: boolean() },
      handle: ({ id, values }) =>
        endSubscription(store, store.get('subscription', id), values.cancellation_details ?? {}, {
          prorate: values.prorate ?? false,
          invoiceNow: values.invoice_now ?? false,
        }),
    }),
    createRoute({
      method: 'GET',
      path: '/v1/subscription_items',
      parameters: { ...paginationParameters, subscription: required(string()) },
      handle: ({ values }) => {
        const { items } = store.refer('subscription', values.subscription, 'subscription');
        return paginate(items.data, values, '/v1/subscription_items');
      },
    }),
    ...createPauseRoutes(store),
  ];
}

function createPauseRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/v1/subscriptions/:id/pause',
      parameters: {
        type: oneOf(['subscription']),
        bill_for: object({ unused_time_from: object({ type: required(oneOf(['none', 'now'])) }) }),
        invoicing_behavior: oneOf(['invoice', 'pending_invoice_item']),
      },
      handle: ({ id, values }) =>
        pauseSubscription(store, store.get('subscription', id), {
          resumesAt: null,
          creditsUnusedTime: values.bill_for?.unused_time_from?.type !== 'none',
          invoicesNow: values.invoicing_behavior === 'invoice',
        }),
    }),
    createRoute({
      method: 'POST',
      path: '/v1/subscriptions/:id/resume',
      parameters: {
        billing_cycle_anchor: object({ type: required(oneOf(['now', 'unchanged'])) }),
        payment_behavior: oneOf(['resume_on_payment_attempt']),
        proration_behavior: prorationBehavior,
      },
      handle: ({ id, values }) =>
        resumeSubscription(
          store,
          store.get('subscription', id),
          values.billing_cycle_anchor?.type ?? 'now',
          values.proration_behavior,
        ),
    }),
  ];
}

interface SubscriptionFilter {
  readonly collection_method?: string;
  readonly created?: Parameters<typeof isWithin>[1];
  readonly customer?: string;
  readonly price?: string;
  readonly status?: string;
}

function findSubscriptions(store: Store, filter: SubscriptionFilter): SubscriptionObject[] {
  const { collection_method: method, created, customer, price, status } = filter;
  const matchesStatus = (each: SubscriptionObject): boolean => {
    if (status === 'all') return true;
    if (status === 'ended') return isEnded(each);
    return status === undefined ? each.status !== 'canceled' : each.status === status;
  };
  return store
    .all('subscription')
    .filter(matchesStatus)
    .filter((each) => isWithin(each.created, created))
    .filter((each) => method === undefined || each.collection_method === method)
    .filter((each) => customer === undefined || each.customer === customer)
    .filter((each) => price === undefined || each.items.data.some((item) => item.price.id === price));
}
