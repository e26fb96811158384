/** A task that the portal opens at, with Stripe's values: https://docs.stripe.com/customer-management/portal-deep-links */
export enum PortalFlowType {
  PAYMENT_METHOD_UPDATE = 'payment_method_update',
  SUBSCRIPTION_CANCEL = 'subscription_cancel',
  SUBSCRIPTION_UPDATE = 'subscription_update',
  SUBSCRIPTION_UPDATE_CONFIRM = 'subscription_update_confirm',
  SUBSCRIPTION_PAUSE = 'subscription_pause',
  CUSTOMER_UPDATE = 'customer_update',
}

export const customerTasks = [PortalFlowType.PAYMENT_METHOD_UPDATE, PortalFlowType.CUSTOMER_UPDATE];

export const subscriptionTasks = [
  PortalFlowType.SUBSCRIPTION_UPDATE,
  PortalFlowType.SUBSCRIPTION_UPDATE_CONFIRM,
  PortalFlowType.SUBSCRIPTION_PAUSE,
  PortalFlowType.SUBSCRIPTION_CANCEL,
];

/** Where the customer goes after the task. */
export enum FlowCompletionType {
  PORTAL_HOMEPAGE = 'portal_homepage',
  REDIRECT = 'redirect',
  HOSTED_CONFIRMATION = 'hosted_confirmation',
}

export interface FlowCompletion {
  readonly type: FlowCompletionType;
  readonly returnUrl?: string | null | undefined;
  readonly message?: string | null | undefined;
}

/** A deep link to one task of the portal. E-mail links store it, so its fields must keep their names. */
export interface PortalFlow {
  readonly type: PortalFlowType;
  readonly subscriptionId?: string | null | undefined;
  readonly priceId?: string | null | undefined;
  readonly quantity?: number | null | undefined;
  readonly afterCompletion?: FlowCompletion | null | undefined;
}
