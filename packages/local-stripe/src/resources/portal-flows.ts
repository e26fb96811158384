import { isEnded } from '../billing/cancellation.ts';
import { portalLimitOf } from '../billing/portal-limits.ts';
import type { PortalTaskName } from '../billing/portal-limits.ts';
import type { Decoded } from '../parameters.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type {
  ConfigurationObject,
  CustomerObject,
  SessionObject,
  SubscriptionObject,
} from '../stripe-objects.ts';
import type { flowParameters } from './portal-flow-parameters.ts';

type Flow = NonNullable<SessionObject['flow']>;
type FlowValues = Decoded<typeof flowParameters>;

/** Validates a deep link against the configuration, and returns it as Stripe does. */
export function createFlow(
  store: Store,
  customer: CustomerObject,
  configuration: ConfigurationObject,
  values: FlowValues,
): Flow {
  const flow: Flow = {
    after_completion: afterCompletionOf(values.after_completion),
    customer_update: values.type === 'customer_update' ? {} : null,
    subscription_cancel: null,
    subscription_pause: null,
    subscription_update: null,
    subscription_update_confirm: null,
    type: values.type,
  };
  if (values.type === 'customer_update')
    refuseUnless(configuration.features.customer_update.enabled, 'customer details', 'customer update');
  if (values.type === 'payment_method_update') {
    refuseUnless(
      configuration.features.payment_method_update.enabled,
      'payment method',
      'payment method update',
    );
  }
  return values.type.startsWith('subscription_')
    ? withSubscription(store, customer, configuration, flow, values)
    : flow;
}

function withSubscription(
  store: Store,
  customer: CustomerObject,
  configuration: ConfigurationObject,
  flow: Flow,
  values: FlowValues,
): Flow {
  const { features } = configuration;
  if (values.type === 'subscription_cancel') {
    const { subscription: id, retention } = given(values, 'subscription_cancel');
    const subscription = referOwn(store, customer, id, values.type);
    refuseUnless(
      features.subscription_cancel.enabled,
      'subscription',
      'subscription cancellation',
      'canceled',
    );
    if (subscription.cancel_at !== null && subscription.schedule === null) {
      throw invalidRequest(
        'This subscription is already set to be canceled at period end.',
        paramOf(values.type),
      );
    }
    refuseLimit(store, 'cancel', subscription, values.type);
    if (retention) referCoupon(store, retention.coupon_offer.coupon);
    return {
      ...flow,
      subscription_cancel: { retention: retention ? { ...retention } : null, subscription: id },
    };
  }
  if (values.type === 'subscription_pause') {
    const { subscription: id } = given(values, 'subscription_pause');
    const subscription = referOwn(store, customer, id, values.type);
    refuseUnless(features.subscription_pause.enabled, 'subscription', 'subscription pause', 'paused');
    refuseLimit(store, 'pause', subscription, values.type);
    return { ...flow, subscription_pause: { subscription: id } };
  }
  refuseUnless(features.subscription_update.enabled, 'subscription', 'subscription update', 'updated');
  if (values.type === 'subscription_update') {
    const { subscription: id } = given(values, 'subscription_update');
    refuseLimit(store, 'update', referOwn(store, customer, id, values.type), values.type);
    return { ...flow, subscription_update: { subscription: id } };
  }
  return { ...flow, subscription_update_confirm: confirmOf(store, customer, configuration, values) };
}

function confirmOf(
  store: Store,
  customer: CustomerObject,
  configuration: ConfigurationObject,
  values: FlowValues,
): Flow['subscription_update_confirm'] {
  const { subscription: id, items, discounts } = given(values, 'subscription_update_confirm');
  const subscription = referOwn(store, customer, id, 'subscription_update_confirm');
  const param = 'flow_data[subscription_update_confirm][items]';
  const [item] = items;
  if (!item || items.length > 1) throw invalidRequest('You must specify exactly one item to update.', param);
  refuseLimit(store, 'update', subscription, 'subscription_update_confirm');
  referDiscounts(store, discounts ?? []);
  const current = subscription.items.data.find((each) => each.id === item.id);
  if (!current)
    throw invalidRequest(`No such subscription item: '${item.id}'`, `${param}[0][id]`, 'resource_missing');
  const price = item.price ?? current.price.id;
  store.refer('price', price, `${param}[0][price]`);
  const offered =
    configuration.features.subscription_update.products?.flatMap((product) => product.prices) ?? [];
  if (item.price !== undefined && !offered.includes(item.price)) {
    throw invalidRequest(
      `The price ${item.price} is not among the products of the portal configuration ${configuration.id}.`,
      `${param}[0][price]`,
    );
  }
  return {
    discounts:
      discounts?.map(({ coupon = null, promotion_code = null }) => ({ coupon, promotion_code })) ?? null,
    items: [{ id: item.id, price, quantity: item.quantity ?? current.quantity ?? 1 }],
    subscription: id,
  };
}

type SubscriptionFlow =
  'subscription_cancel' | 'subscription_pause' | 'subscription_update' | 'subscription_update_confirm';

/** The member for the flow's type. */
function given<K extends SubscriptionFlow>(values: FlowValues, name: K): NonNullable<FlowValues[K]> {
  const value = values[name];
  if (!value) {
    throw invalidRequest(
      `Missing required param: flow_data[${name}].`,
      `flow_data[${name}]`,
      'parameter_missing',
    );
  }
  return value;
}

function referOwn(store: Store, customer: CustomerObject, id: string, type: string): SubscriptionObject {
  const subscription = store.refer('subscription', id, paramOf(type));
  if (subscription.customer !== customer.id) {
    throw invalidRequest(`No such subscription: '${id}'`, paramOf(type), 'resource_missing');
  }
  if (isEnded(subscription)) throw invalidRequest('This subscription is canceled.', paramOf(type));
  return subscription;
}

/** @throws StripeApiError if the portal does not do the task with this subscription, whatever its configuration allows */
function refuseLimit(
  store: Store,
  task: PortalTaskName,
  subscription: SubscriptionObject,
  type: string,
): void {
  const reason = portalLimitOf(store, task, subscription);
  const done = { cancel: 'canceled', pause: 'paused', update: 'updated' }[task];
  if (reason !== null)
    throw invalidRequest(`This subscription cannot be ${done} because ${reason}.`, paramOf(type));
}

function referCoupon(store: Store, id: string): void {
  const param = 'flow_data[subscription_cancel][retention][coupon_offer][coupon]';
  if (!store.refer('coupon', id, param).valid)
    throw invalidRequest(`Coupon expired: ${id}`, param, 'coupon_expired');
}

function referDiscounts(
  store: Store,
  discounts: readonly { readonly coupon?: string; readonly promotion_code?: string }[],
): void {
  const param = 'flow_data[subscription_update_confirm][discounts]';
  if (discounts.length > 1) throw invalidRequest('You may only specify one discount.', param);
  for (const { coupon, promotion_code: code } of discounts) {
    if (coupon !== undefined) store.refer('coupon', coupon, `${param}[0][coupon]`);
    if (code !== undefined) store.refer('promotion_code', code, `${param}[0][promotion_code]`);
  }
}

function paramOf(type: string): string {
  return `flow_data[${type}][subscription]`;
}

/** Creates Stripe's error for a flow whose feature is off. */
function refuseUnless(enabled: boolean, what: string, feature: string, done = 'updated'): void {
  if (enabled) return;
  throw invalidRequest(
    `This ${what} cannot be ${done} because the ${feature} feature in the portal configuration is disabled.`,
  );
}

function afterCompletionOf(values: FlowValues['after_completion']): Flow['after_completion'] {
  if (!values) return { hosted_confirmation: null, redirect: null, type: 'portal_homepage' };
  const { type, hosted_confirmation: confirmation, redirect } = values;
  if (type === 'redirect' && !redirect) {
    const param = 'flow_data[after_completion][redirect]';
    throw invalidRequest(`Missing required param: ${param}.`, param, 'parameter_missing');
  }
  return {
    hosted_confirmation:
      type === 'hosted_confirmation' ? { custom_message: confirmation?.custom_message ?? null } : null,
    redirect: type === 'redirect' && redirect ? { return_url: redirect.return_url } : null,
    type,
  };
}
