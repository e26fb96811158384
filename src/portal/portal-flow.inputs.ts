import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { type FlowCompletion, FlowCompletionType, type PortalFlow, PortalFlowType } from './portal-flow.ts';

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
export class FlowCompletionInput implements FlowCompletion {
  @Field(() => FlowCompletionType, { description: 'Where the customer goes.' })
  readonly type!: FlowCompletionType;

  @Field(() => String, {
    nullable: true,
    description: 'For REDIRECT, and required there: a URL within the allowed return URLs.',
  })
  readonly returnUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'For HOSTED_CONFIRMATION: what the page says.' })
  readonly message?: string | null;
}

@InputType('BillingPortalFlowInput', { description: 'A deep link to one task of the portal.' })
export class PortalFlowInput implements PortalFlow {
  @Field(() => PortalFlowType, { description: 'The task.' })
  readonly type!: PortalFlowType;

  @Field(() => ID, {
    nullable: true,
    description:
      "For tasks on a subscription: one of the customer's. By default, the customer's only subscription.",
  })
  readonly subscriptionId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'For SUBSCRIPTION_UPDATE_CONFIRM: the price to change to.',
  })
  readonly priceId?: string | null;

  @Field(() => Int, { nullable: true, description: 'For SUBSCRIPTION_UPDATE_CONFIRM: how many.' })
  readonly quantity?: number | null;

  @Field(() => FlowCompletionInput, {
    nullable: true,
    description: "What happens after the task. By default, the portal's home page opens.",
  })
  readonly afterCompletion?: FlowCompletionInput | null;
}
