import { createId } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import {
  array,
  boolean,
  decimal,
  emptyable,
  integer,
  metadata,
  object,
  oneOf,
  required,
  string,
} from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { isWithin, mergeMetadata, timeRange } from '../shared-parameters.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { PriceObject } from '../stripe-objects.ts';
import { createBlankProduct } from './blank-product.ts';
import { createPlan } from './plans.ts';
import {
  buildOption,
  chargingParameters,
  intervals,
  refuseContradictions,
  taxBehaviors,
} from './price-options.ts';

/** The parameters that describe a price, in every endpoint that creates one. */
export const defaultPriceParameters = {
  currency: required(string({ maxLength: 3 })),
  currency_options: chargingParameters.currency_options,
  metadata: metadata(),
  recurring: object({ interval: required(oneOf(intervals)), interval_count: integer({ min: 1 }) }),
  tax_behavior: oneOf(taxBehaviors),
  unit_amount: integer({ min: 0 }),
  unit_amount_decimal: decimal(),
};

const createParameters = {
  ...defaultPriceParameters,
  ...chargingParameters,
  active: boolean(),
  lookup_key: string({ maxLength: 200 }),
  nickname: string(),
  product: string(),
  product_data: object({ name: required(string()), metadata: metadata() }),
  transfer_lookup_key: boolean(),
};

export function createPriceRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/v1/prices',
      parameters: createParameters,
      handle: ({ values }) => createPrice(store, values),
    }),
    createRoute({
      method: 'GET',
      path: '/v1/prices',
      parameters: {
        ...paginationParameters,
        active: boolean(),
        created: timeRange,
        currency: string(),
        lookup_keys: array(string()),
        product: string(),
        recurring: object({ interval: oneOf(intervals) }),
        type: oneOf(['one_time', 'recurring']),
      },
      handle: ({ values }) => {
        const { active, created, currency, lookup_keys: keys, product, recurring, type } = values;
        const found = store
          .all('price')
          .filter((each) => isWithin(each.created, created))
          .filter((each) => active === undefined || each.active === active)
          .filter((each) => currency === undefined || each.currency === currency)
          .filter(
            (each) => keys === undefined || (each.lookup_key !== null && keys.includes(each.lookup_key)),
          )
          .filter((each) => product === undefined || each.product === product)
          .filter(
            (each) => recurring?.interval === undefined || each.recurring?.interval === recurring.interval,
          )
          .filter((each) => type === undefined || each.type === type);
        return paginate(found, values, '/v1/prices');
      },
    }),
    createRoute({
      method: 'GET',
      path: '/v1/prices/:id',
      parameters: {},
      handle: ({ id }) => store.get('price', id),
    }),
    createRoute({
      method: 'POST',
      path: '/v1/prices/:id',
      parameters: {
        active: boolean(),
        lookup_key: emptyable(string({ maxLength: 200 })),
        metadata: metadata(),
        nickname: emptyable(string()),
        tax_behavior: oneOf(taxBehaviors),
        transfer_lookup_key: boolean(),
      },
      handle: ({ id, values }) => {
        const price = store.get('price', id);
        const { metadata: data, transfer_lookup_key: transfer = false, ...plain } = values;
        if (plain.lookup_key) claimLookupKey(store, plain.lookup_key, transfer, id);
        return changePrice(store, { ...price, ...plain, metadata: mergeMetadata(price.metadata, data) });
      },
    }),
  ];
}

type PriceValues = Decoded<typeof createParameters>;

/** Creates a price, and its product if `product_data` is given. */
export function createPrice(store: Store, values: PriceValues): PriceObject {
  const { recurring, lookup_key: lookupKey, billing_scheme: scheme = 'per_unit' } = values;
  refuseContradictions(store, values);
  const currency = values.currency.toLowerCase();
  const base = buildOption(values, scheme === 'tiered');
  const others = Object.entries(values.currency_options ?? {}).map(([name, option]) => {
    return [name, buildOption(option, scheme === 'tiered', `currency_options[${name}]`)] as const;
  });
  if (lookupKey) claimLookupKey(store, lookupKey, values.transfer_lookup_key ?? false, null);
  return store.commit('price.created', {
    id: createId('price'),
    object: 'price',
    active: values.active ?? true,
    ...base,
    billing_scheme: scheme,
    created: store.now(),
    currency,
    currency_options: Object.fromEntries([...others, [currency, base]]),
    livemode: false,
    lookup_key: lookupKey ?? null,
    metadata: mergeMetadata({}, values.metadata),
    nickname: values.nickname ?? null,
    product: productOf(store, values),
    recurring: recurring
      ? {
          interval: recurring.interval,
          interval_count: recurring.interval_count ?? 1,
          meter: recurring.meter ?? null,
          trial_period_days: null,
          usage_type: recurring.usage_type ?? 'licensed',
        }
      : null,
    tiers_mode: values.tiers_mode ?? null,
    transform_quantity: values.transform_quantity ?? null,
    type: recurring ? 'recurring' : 'one_time',
  });
}

function productOf(store: Store, values: PriceValues): string {
  if (values.product !== undefined) return store.refer('product', values.product, 'product').id;
  if (!values.product_data)
    throw invalidRequest('Missing required param: product.', 'product', 'parameter_missing');
  const { name, metadata: data } = values.product_data;
  const blank = createBlankProduct(store, createId('prod', 14));
  return store.commit('product.created', { ...blank, name, metadata: mergeMetadata({}, data) }).id;
}

function claimLookupKey(store: Store, key: string, transfer: boolean, priceId: string | null): void {
  const holder = store.all('price').find((each) => each.lookup_key === key && each.id !== priceId);
  if (!holder) return;
  if (!transfer) {
    throw invalidRequest(
      `A price (\`${holder.id}\`) already uses that lookup key.`,
      'lookup_key',
      'resource_already_exists',
    );
  }
  changePrice(store, { ...holder, lookup_key: null });
}

/** Subscriptions and Checkout sessions show the price as it is now. Stripe sends no event about them for that. */
function changePrice(store: Store, price: PriceObject): PriceObject {
  const isOf = (item: { readonly price: PriceObject }): boolean => item.price.id === price.id;
  for (const subscription of store.all('subscription')) {
    const { items } = subscription;
    const data = items.data.map((item) => (isOf(item) ? { ...item, price, plan: createPlan(price) } : item));
    store.keep({ ...subscription, items: { ...items, data } });
  }
  for (const session of store.all('checkout.session')) {
    const { line_items: items } = session;
    const data = items.data.map((item) => (isOf(item) ? { ...item, price } : item));
    store.keep({ ...session, line_items: { ...items, data } });
  }
  return store.commit('price.updated', price);
}
