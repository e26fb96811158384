import { removeCustomerDiscount, withoutDiscounts } from '../billing/discounts.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { DiscountObject } from '../stripe-objects.ts';

/** Discounts begin with a coupon or a promotion code on a subscription, and can be removed here. */
export function createDiscountRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'DELETE',
      path: '/v1/customers/:id/discount',
      parameters: {},
      handle: ({ id }) => {
        const customer = store.get('customer', id);
        const discount = required(customer.discount ?? null);
        removeCustomerDiscount(store, customer);
        return toDeleted(discount);
      },
    }),
    createRoute({
      method: 'DELETE',
      path: '/v1/subscriptions/:id/discount',
      parameters: {},
      handle: ({ id }) => {
        const subscription = store.get('subscription', id);
        const discount = required(store.find('discount', subscription.discounts.at(-1) ?? ''));
        const isRemoved = (each: DiscountObject): boolean => subscription.discounts.includes(each.id);
        store.commit('customer.subscription.updated', withoutDiscounts(store, subscription, isRemoved));
        return toDeleted(discount);
      },
    }),
  ];
}

function required(discount: DiscountObject | null): DiscountObject {
  if (!discount) throw invalidRequest('No active discount for this object.', undefined, 'resource_missing');
  return discount;
}

function toDeleted(discount: DiscountObject): object {
  return { ...discount, end: undefined, deleted: true };
}
