import { createSecret } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import {
  array,
  decimal,
  integer,
  metadata,
  object,
  oneOf,
  record,
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
import type { CouponObject } from '../stripe-objects.ts';

const path = '/v1/coupons';

const createParameters = {
  amount_off: integer({ min: 1 }),
  applies_to: object({ products: array(string()) }),
  currency: string({ maxLength: 3 }),
  currency_options: record(object({ amount_off: required(integer({ min: 1 })) })),
  duration: oneOf(['forever', 'once', 'repeating']),
  duration_in_months: integer({ min: 1 }),
  id: string(),
  max_redemptions: integer({ min: 1 }),
  metadata: metadata(),
  name: string({ maxLength: 40 }),
  percent_off: decimal({ max: 100, places: 2 }),
  redeem_by: timestamp(),
};

export function createCouponRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path,
      parameters: createParameters,
      handle: ({ values }) => createCoupon(store, values),
    }),
    createRoute({
      method: 'GET',
      path,
      parameters: { ...paginationParameters, created: timeRange },
      handle: ({ values }) => {
        const found = store.all('coupon').filter((each) => isWithin(each.created, values.created));
        return paginate(found, values, path);
      },
    }),
    createRoute({
      method: 'GET',
      path: `${path}/:id`,
      parameters: {},
      handle: ({ id }) => store.get('coupon', id),
    }),
    createRoute({
      method: 'POST',
      path: `${path}/:id`,
      parameters: { metadata: metadata(), name: string({ maxLength: 40 }) },
      handle: ({ id, values: { metadata: data, ...plain } }) => {
        const coupon = store.get('coupon', id);
        const merged = mergeMetadata(coupon.metadata ?? {}, data);
        return store.commit('coupon.updated', { ...coupon, ...plain, metadata: merged });
      },
    }),
    createRoute({
      method: 'DELETE',
      path: `${path}/:id`,
      parameters: {},
      handle: ({ id }) => store.remove('coupon.deleted', store.get('coupon', id)),
    }),
  ];
}

export function createCoupon(store: Store, values: Decoded<typeof createParameters>): CouponObject {
  const { duration = 'once', id = createSecret(8) } = values;
  refuseContradictions(values, duration);
  if (store.find('coupon', id))
    throw invalidRequest('Coupon already exists.', 'id', 'resource_already_exists');
  (values.applies_to?.products ?? []).forEach((product, index) =>
    store.refer('product', product, `applies_to[products][${index}]`),
  );
  const currency = values.currency?.toLowerCase() ?? null;
  const amount = values.amount_off ?? null;
  const base = currency !== null && amount !== null ? { [currency]: { amount_off: amount } } : {};
  return store.commit('coupon.created', {
    id,
    object: 'coupon',
    amount_off: amount,
    ...(values.applies_to ? { applies_to: { products: [...(values.applies_to.products ?? [])] } } : {}),
    created: store.now(),
    currency,
    currency_options: { ...base, ...values.currency_options },
    duration,
    duration_in_months: values.duration_in_months ?? null,
    livemode: false,
    max_redemptions: values.max_redemptions ?? null,
    metadata: mergeMetadata({}, values.metadata),
    name: values.name ?? null,
    percent_off: values.percent_off === undefined ? null : Number(values.percent_off),
    redeem_by: values.redeem_by ?? null,
    times_redeemed: 0,
    valid: true,
  });
}

function refuseContradictions(values: Decoded<typeof createParameters>, duration: string): void {
  const { amount_off: amount, percent_off: percent, currency, duration_in_months: months } = values;
  if ((amount === undefined) === (percent === undefined))
    throw invalidRequest('You must pass either `percent_off` or `amount_off`, and not both.');
  if (percent !== undefined && Number(percent) === 0)
    throw invalidRequest('`percent_off` must be greater than 0.', 'percent_off');
  if (amount !== undefined && currency === undefined)
    throw invalidRequest(
      'You must pass `currency` when passing `amount_off`.',
      'currency',
      'parameter_missing',
    );
  if ((duration === 'repeating') !== (months !== undefined)) {
    throw invalidRequest(
      '`duration_in_months` is required when `duration` is `repeating`, and allowed only then.',
      'duration_in_months',
    );
  }
}
