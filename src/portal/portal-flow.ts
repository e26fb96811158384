/** A task that the portal opens at, in Stripe's words: https://docs.stripe.com/customer-management/portal-deep-links */
export enum PortalFlowType {
  PAYMENT_METHOD_UPDATE = 'payment_method_update',
  SUBSCRIPTION_CANCEL = 'subscription_cancel',
  SUBSCRIPTION_UPDATE = 'subscription_update',
  SUBSCRIPTION_UPDATE_CONFIRM = 'subscription_update_confirm',
  SUBSCRIPTION_PAUSE = 'subscription_pause',
  CUSTOMER_UPDATE = 'customer_update',
}

/** Where a customer gets to when the task is done. */
export enum FlowCompletionType {
  PORTAL_HOMEPAGE = 'portal_homepage',
  REDIRECT = 'redirect',
  HOSTED_CONFIRMATION = 'hosted_confirmation',
}
