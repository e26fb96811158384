import { Field, ID, InputType, Int } from 'type-graphql';
import { OptionalField, registerEnum } from '../graphql/types.ts';

/** A task that the portal opens at, with Stripe's values: https://docs.stripe.com/customer-management/portal-deep-links */
export const PortalFlowType = registerEnum(
  'BillingPortalFlowType',
  'A task that the portal opens at, instead of its home page.',
  {
    payment_method_update: 'Add a payment method and make it the default.',
    subscription_cancel: 'Cancel a subscription.',
    subscription_update: 'Choose another plan or quantity.',
    subscription_update_confirm: 'Confirm one change, which you name by `priceId`, `quantity` or both.',
    subscription_pause: 'Pause a subscription.',
    customer_update: 'Change billing details.',
  },
);
export type PortalFlowType = (typeof PortalFlowType)[keyof typeof PortalFlowType];

export const customerTasks: readonly PortalFlowType[] = ['payment_method_update', 'customer_update'];

export const subscriptionTasks: readonly PortalFlowType[] = [
  'subscription_update',
  'subscription_update_confirm',
  'subscription_pause',
  'subscription_cancel',
];

export const FlowCompletionType = registerEnum(
  'BillingPortalFlowCompletionType',
  'Where the customer goes after the task.',
  {
    portal_homepage: "The portal's home page.",
    redirect: 'Your application, at `returnUrl`.',
    hosted_confirmation: 'A confirmation page of the portal, with `message`.',
  },
);
type FlowCompletionType = (typeof FlowCompletionType)[keyof typeof FlowCompletionType];

@InputType('BillingPortalFlowCompletionInput', { description: 'What happens after the task.' })
class FlowCompletion {
  @Field(() => FlowCompletionType, { description: 'Where the customer goes.' })
  readonly type!: FlowCompletionType;

  @OptionalField(String, 'For REDIRECT, and required there: a URL within the allowed return URLs.')
  readonly returnUrl?: string | null | undefined;

  @OptionalField(String, 'For HOSTED_CONFIRMATION: what the page says.')
  readonly message?: string | null | undefined;
}

@InputType('BillingPortalFlowInput', { description: 'A deep link to one task of the portal.' })
export class PortalFlow {
  @Field(() => PortalFlowType, { description: 'The task.' })
  readonly type!: PortalFlowType;

  @OptionalField(
    ID,
    "For tasks on a subscription: one of the customer's. By default, the only active one; without any, the only other one.",
  )
  readonly subscriptionId?: string | null | undefined;

  @OptionalField(
    ID,
    'For SUBSCRIPTION_UPDATE_CONFIRM: the new price, which the portal must offer. By default, the current one.',
  )
  readonly priceId?: string | null | undefined;

  @OptionalField(Int, 'For SUBSCRIPTION_UPDATE_CONFIRM: the new quantity. By default, the current one.')
  readonly quantity?: number | null | undefined;

  @OptionalField(FlowCompletion, "What happens after the task. By default, the portal's home page opens.")
  readonly afterCompletion?: FlowCompletion | null | undefined;
}
