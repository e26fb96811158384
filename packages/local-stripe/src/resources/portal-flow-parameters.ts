import { array, integer, object, oneOf, required, string, url } from '../parameters.ts';

const subscriptionOnly = object({ subscription: required(string()) });

export const flowParameters = {
  after_completion: object({
    hosted_confirmation: object({ custom_message: string({ maxLength: 500 }) }),
    redirect: object({ return_url: required(url()) }),
    type: required(oneOf(['hosted_confirmation', 'portal_homepage', 'redirect'])),
  }),
  subscription_cancel: object({
    retention: object({
      coupon_offer: required(object({ coupon: required(string()) })),
      type: required(oneOf(['coupon_offer'])),
    }),
    subscription: required(string()),
  }),
  subscription_pause: subscriptionOnly,
  subscription_update: subscriptionOnly,
  subscription_update_confirm: object({
    discounts: array(object({ coupon: string(), promotion_code: string() })),
    items: required(
      array(object({ id: required(string()), price: string(), quantity: integer({ min: 0 }) })),
    ),
    subscription: required(string()),
  }),
  type: required(
    oneOf([
      'customer_update',
      'payment_method_update',
      'subscription_cancel',
      'subscription_pause',
      'subscription_update',
      'subscription_update_confirm',
    ]),
  ),
};
