import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';

/** A task that the portal opens at, with Stripe's values: https://docs.stripe.com/customer-management/portal-deep-links */
export enum PortalFlowType {
  PAYMENT_METHOD_UPDATE = 'payment_method_update',
  SUBSCRIPTION_CANCEL = 'subscription_cancel',
  SUBSCRIPTION_UPDATE = 'subscription_update',
  SUBSCRIPTION_UPDATE_CONFIRM = 'subscription_update_confirm',
  SUBSCRIPTION_PAUSE = 'subscription_pause',
  CUSTOMER_UPDATE = 'customer_update',
}

registerEnumType(PortalFlowType, {
  name: 'BillingPortalFlowType',
  description: 'A task that the portal opens at, instead of its home page.',
  valuesConfig: {
    PAYMENT_METHOD_UPDATE: { description: 'Add a payment method and make it the default.' },
    SUBSCRIPTION_CANCEL: { description: 'Cancel a subscription.' },
    SUBSCRIPTION_UPDATE: { description: 'Choose another plan or quantity.' },
    SUBSCRIPTION_UPDATE_CONFIRM: { description: 'Confirm one change of plan or quantity that you name.' },
    SUBSCRIPTION_PAUSE: { description: 'Pause a subscription.' },
    CUSTOMER_UPDATE: { description: 'Change billing details.' },
  },
});

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

registerEnumType(FlowCompletionType, {
  name: 'BillingPortalFlowCompletionType',
  description: 'Where the customer goes after the task.',
  valuesConfig: {
    PORTAL_HOMEPAGE: { description: "The portal's home page." },
    REDIRECT: { description: 'Your application, at `returnUrl`.' },
    HOSTED_CONFIRMATION: { description: 'A confirmation page of the portal, with `message`.' },
  },
});

@InputType('BillingPortalFlowCompletionInput', { description: 'What happens after the task.' })
class FlowCompletion {
  @Field(() => FlowCompletionType, { description: 'Where the customer goes.' })
  readonly type!: FlowCompletionType;

  @Field(() => String, {
    nullable: true,
    description: 'For REDIRECT, and required there: a URL within the allowed return URLs.',
  })
  readonly returnUrl?: string | null | undefined;

  @Field(() => String, { nullable: true, description: 'For HOSTED_CONFIRMATION: what the page says.' })
  readonly message?: string | null | undefined;
}

@InputType('BillingPortalFlowInput', { description: 'A deep link to one task of the portal.' })
export class PortalFlow {
  @Field(() => PortalFlowType, { description: 'The task.' })
  readonly type!: PortalFlowType;

  @Field(() => ID, {
    nullable: true,
    description:
      "For tasks on a subscription: one of the customer's. By default, the customer's only subscription.",
  })
  readonly subscriptionId?: string | null | undefined;

  @Field(() => ID, {
    nullable: true,
    description: 'For SUBSCRIPTION_UPDATE_CONFIRM: the price to change to.',
  })
  readonly priceId?: string | null | undefined;

  @Field(() => Int, { nullable: true, description: 'For SUBSCRIPTION_UPDATE_CONFIRM: how many.' })
  readonly quantity?: number | null | undefined;

  @Field(() => FlowCompletion, {
    nullable: true,
    description: "What happens after the task. By default, the portal's home page opens.",
  })
  readonly afterCompletion?: FlowCompletion | null | undefined;
}
