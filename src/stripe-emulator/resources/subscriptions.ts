import {
  cancelSubscription,
  detailsOf,
  isEnded,
  refuseEnded,
  withCancellation,
} from '../billing/cancellation.ts';
import { applyItemChanges, planItemChanges } from '../billing/item-changes.ts';
import type { ItemChange } from '../billing/item-changes.ts';
import { pauseSubscription, resumeSubscription } from '../billing/pausing.ts';
import { createSubscription } from '../billing/subscription-creation.ts';
import { referRecurringPrice } from '../billing/subscription-items.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import {
  array,
  accepted,
  boolean,
  either,
  emptyable,
  integer,
  metadata,
  object,
  oneOf,
  required,
  string,
  timestamp,
} from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { isWithin, mergeMetadata, timeRange } from '../shared-parameters.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import { subscriptionStatuses } from '../stripe-objects.ts';
import type { SubscriptionObject } from '../stripe-objects.ts';

export const feedbacks = [
  'customer_service',
  'low_quality',
  'missing_features',
  'other',
  'switched_service',
  'too_complex',
  'too_expensive',
  'unused',
] as const;

const prorationBehavior = oneOf(['always_invoice', 'create_prorations', 'none']);
const cancellationDetails = object({ comment: emptyable(string()), feedback: emptyable(oneOf(feedbacks)) });
const paymentBehavior = oneOf([
  'allow_incomplete',
  'default_incomplete',
  'error_if_incomplete',
  'pending_if_incomplete',
]);

const commonParameters = {
  cancel_at_period_end: boolean(),
  cancel_at: emptyable(timestamp()),
  collection_method: oneOf(['charge_automatically', 'send_invoice']),
  days_until_due: integer({ min: 0 }),
  default_payment_method: string(),
  description: emptyable(string({ maxLength: 500 })),
  metadata: metadata(),
  off_session: boolean(),
  payment_behavior: paymentBehavior,
  payment_settings: accepted(),
  proration_behavior: prorationBehavior,
  trial_end: either(string(), object({})),
};

const createParameters = {
  ...commonParameters,
  customer: required(string()),
  items: required(
    array(object({ price: required(string()), quantity: integer({ min: 0 }), metadata: metadata() })),
  ),
  on_behalf_of: string(),
  trial_period_days: integer({ min: 1, max: 730 }),
};

const updateParameters = {
  ...commonParameters,
  billing_cycle_anchor: oneOf(['now', 'unchanged']),
  cancellation_details: cancellationDetails,
  items: array(
    object({
      id: string(),
      price: string(),
      quantity: integer({ min: 0 }),
      deleted: boolean(),
      metadata: metadata(),
    }),
  ),
  pause_collection: emptyable(
    object({
      behavior: required(oneOf(['keep_as_draft', 'mark_uncollectible', 'void'])),
      resumes_at: timestamp(),
    }),
  ),
};

export function subscriptionRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/v1/subscriptions',
      parameters: createParameters,
      handle: ({ values }) => create(store, values),
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
        if (values.customer !== undefined) store.refer('customer', values.customer, 'customer');
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
      handle: ({ id, values }) => update(store, store.get('subscription', id), values),
    }),
    createRoute({
      method: 'DELETE',
      path: '/v1/subscriptions/:id',
      parameters: { cancellation_details: cancellationDetails, invoice_now: boolean(), prorate: boolean() },
      handle: ({ id, values }) =>
        cancelSubscription(store, store.get('subscription', id), values.cancellation_details ?? {}),
    }),
    ...pauseRoutes(store),
  ];
}

function pauseRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/v1/subscriptions/:id/pause',
      parameters: {
        type: oneOf(['subscription']),
        bill_for: accepted(),
        invoicing_behavior: oneOf(['invoice', 'pending_invoice_item']),
      },
      handle: ({ id }) => pauseSubscription(store, store.get('subscription', id), null),
    }),
    createRoute({
      method: 'POST',
      path: '/v1/subscriptions/:id/resume',
      parameters: {
        billing_cycle_anchor: object({ type: required(oneOf(['now', 'unchanged'])) }),
        payment_behavior: oneOf(['resume_on_payment_attempt', 'resume_on_payment_success']),
        proration_behavior: prorationBehavior,
        proration_date: timestamp(),
      },
      handle: ({ id, values }) =>
        resumeSubscription(store, store.get('subscription', id), values.billing_cycle_anchor?.type ?? 'now'),
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

function create(store: Store, values: Decoded<typeof createParameters>): SubscriptionObject {
  const customer = store.refer('customer', values.customer, 'customer');
  if (values.default_payment_method !== undefined)
    referMethod(store, values.default_payment_method, customer.id);
  const created = createSubscription(store, {
    customer,
    items: values.items.map((item, index) => ({
      price: referRecurringPrice(store, item.price, `items[${index}][price]`),
      quantity: item.quantity ?? 1,
      metadata: mergeMetadata({}, item.metadata),
    })),
    trialEnd: trialEndOf(store, values),
    defaultPaymentMethod: values.default_payment_method ?? null,
    description: values.description ?? null,
    metadata: mergeMetadata({}, values.metadata),
    collectionMethod: values.collection_method ?? 'charge_automatically',
    daysUntilDue: values.days_until_due ?? null,
    paymentBehavior: values.payment_behavior ?? 'allow_incomplete',
    onBehalfOf: values.on_behalf_of ?? null,
  });
  const canceling = cancellationOf(values);
  if (canceling === undefined) return created;
  return store.commit('customer.subscription.updated', withCancellation(store, created, canceling));
}

function trialEndOf(
  store: Store,
  values: { readonly trial_end?: unknown; readonly trial_period_days?: number },
): number | null {
  if (values.trial_period_days !== undefined) return store.now() + values.trial_period_days * 86_400;
  if (values.trial_end === undefined || values.trial_end === 'now') return null;
  const end = Number(values.trial_end);
  if (!Number.isInteger(end) || end <= store.now()) {
    throw invalidRequest('Invalid timestamp: must be an integer Unix timestamp in the future.', 'trial_end');
  }
  return end;
}

function cancellationOf(values: {
  readonly cancel_at_period_end?: boolean;
  readonly cancel_at?: number | null;
}): number | 'period_end' | null | undefined {
  const { cancel_at: at, cancel_at_period_end: atPeriodEnd } = values;
  if (at !== undefined && at !== null && atPeriodEnd) {
    throw invalidRequest(
      'You cannot pass both `cancel_at` and `cancel_at_period_end`.',
      'cancel_at_period_end',
    );
  }
  if (atPeriodEnd) return 'period_end';
  if (at !== undefined) return at;
  return atPeriodEnd === false ? null : undefined;
}

function referMethod(store: Store, id: string, customerId: string): void {
  const method = store.refer('payment_method', id, 'default_payment_method');
  if (method.customer === customerId) return;
  throw invalidRequest(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    'default_payment_method',
    'resource_missing',
  );
}

function update(
  store: Store,
  before: SubscriptionObject,
  values: Decoded<typeof updateParameters>,
): SubscriptionObject {
  const onlyWords = Object.keys(values).every(
    (name) => name === 'metadata' || name === 'cancellation_details',
  );
  if (!onlyWords) refuseEnded(before);
  if (values.default_payment_method !== undefined)
    referMethod(store, values.default_payment_method, before.customer);
  const canceling = cancellationOf(values);
  let next: SubscriptionObject = {
    ...before,
    ...(values.collection_method ? { collection_method: values.collection_method } : {}),
    ...(values.days_until_due === undefined ? {} : { days_until_due: values.days_until_due }),
    ...(values.default_payment_method ? { default_payment_method: values.default_payment_method } : {}),
    ...(values.description === undefined ? {} : { description: values.description }),
    ...(values.pause_collection === undefined
      ? {}
      : { pause_collection: pauseCollectionOf(values.pause_collection) }),
    ...(values.trial_end === undefined ? {} : trialMembers(store, values)),
    ...(values.cancellation_details
      ? { cancellation_details: detailsOf(before, values.cancellation_details, null) }
      : {}),
    metadata: mergeMetadata(before.metadata, values.metadata),
  };
  if (values.items || values.billing_cycle_anchor === 'now') next = changeItems(store, next, values);
  if (canceling !== undefined) next = withCancellation(store, next, canceling, values.cancellation_details);
  return store.commit('customer.subscription.updated', next);
}

function pauseCollectionOf(
  values: { readonly behavior: string; readonly resumes_at?: number } | null,
): SubscriptionObject['pause_collection'] {
  return values && { behavior: values.behavior, resumes_at: values.resumes_at ?? null };
}

function trialMembers(store: Store, values: { readonly trial_end?: unknown }): Partial<SubscriptionObject> {
  const end = trialEndOf(store, values);
  return end === null
    ? { trial_end: store.now(), status: 'active' }
    : { trial_start: store.now(), trial_end: end, status: 'trialing' };
}

function changeItems(
  store: Store,
  subscription: SubscriptionObject,
  values: Decoded<typeof updateParameters>,
): SubscriptionObject {
  const changes: ItemChange[] = (values.items ?? []).map(({ metadata: data, ...change }) => ({
    ...change,
    ...(data ? { metadata: { ...data } } : {}),
  }));
  const plan = planItemChanges(store, subscription, changes, {
    proration: values.proration_behavior ?? 'create_prorations',
    anchorNow: values.billing_cycle_anchor === 'now',
  });
  return applyItemChanges(store, plan);
}
