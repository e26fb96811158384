import { createId, createSecret } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { boolean, integer, metadata, object, oneOf, required, string, timestamp } from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { isWithin, mergeMetadata, timeRange } from '../shared-parameters.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { PromotionCodeObject } from '../stripe-objects.ts';

const path = '/v1/promotion_codes';

const createParameters = {
  active: boolean(),
  code: string({ maxLength: 500 }),
  customer: string(),
  expires_at: timestamp(),
  max_redemptions: integer({ min: 1 }),
  metadata: metadata(),
  promotion: required(object({ coupon: required(string()), type: required(oneOf(['coupon'])) })),
  restrictions: object({ first_time_transaction: boolean() }),
};

export function createPromotionCodeRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path,
      parameters: createParameters,
      handle: ({ values }) => createPromotionCode(store, values),
    }),
    createRoute({
      method: 'GET',
      path,
      parameters: {
        ...paginationParameters,
        active: boolean(),
        code: string(),
        coupon: string(),
        created: timeRange,
        customer: string(),
      },
      handle: ({ values: { active, code, coupon, created, customer, ...page } }) => {
        const found = store
          .all('promotion_code')
          .filter((each) => isWithin(each.created, created))
          .filter((each) => active === undefined || each.active === active)
          .filter((each) => code === undefined || isSameCode(each, code))
          .filter((each) => coupon === undefined || each.promotion.coupon === coupon)
          .filter((each) => customer === undefined || each.customer === customer);
        return paginate(found, page, path);
      },
    }),
    createRoute({
      method: 'GET',
      path: `${path}/:id`,
      parameters: {},
      handle: ({ id }) => store.get('promotion_code', id),
    }),
    createRoute({
      method: 'POST',
      path: `${path}/:id`,
      parameters: { active: boolean(), metadata: metadata() },
      handle: ({ id, values: { metadata: data, ...plain } }) => {
        const code = store.get('promotion_code', id);
        const merged = mergeMetadata(code.metadata ?? {}, data);
        return store.commit('promotion_code.updated', { ...code, ...plain, metadata: merged });
      },
    }),
  ];
}

/** Customers may enter a code in small letters. */
export function isSameCode({ code }: PromotionCodeObject, entered: string): boolean {
  return code.toLowerCase() === entered.toLowerCase();
}

function createPromotionCode(store: Store, values: Decoded<typeof createParameters>): PromotionCodeObject {
  const coupon = store.refer('coupon', values.promotion.coupon, 'promotion[coupon]');
  if (!coupon.valid)
    throw invalidRequest(`Coupon expired: ${coupon.id}`, 'promotion[coupon]', 'coupon_expired');
  if (values.customer !== undefined) store.refer('customer', values.customer, 'customer');
  const { code = createSecret(8).toUpperCase() } = values;
  if (store.all('promotion_code').some((each) => each.active && isSameCode(each, code)))
    throw invalidRequest('An active promotion code with this code already exists.', 'code');
  return store.commit('promotion_code.created', {
    id: createId('promo'),
    object: 'promotion_code',
    active: values.active ?? true,
    code,
    created: store.now(),
    customer: values.customer ?? null,
    customer_account: null,
    expires_at: values.expires_at ?? null,
    livemode: false,
    max_redemptions: values.max_redemptions ?? null,
    metadata: mergeMetadata({}, values.metadata),
    promotion: { coupon: coupon.id, type: 'coupon' },
    restrictions: {
      first_time_transaction: values.restrictions?.first_time_transaction ?? false,
      minimum_amount: null,
      minimum_amount_currency: null,
    },
    times_redeemed: 0,
  });
}
