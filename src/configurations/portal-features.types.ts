import { Field, ID, Int, ObjectType } from 'type-graphql';
import {
  billingCycleAnchor,
  cancellationMode,
  cancellationReasonOption,
  customerUpdateKind,
  pauseDurationType,
  prorationBehavior,
  scheduleCondition,
  subscriptionUpdateKind,
  timeInterval,
  trialUpdateBehavior,
} from './portal-configuration.enums.ts';

@ObjectType({ description: 'Changing billing details.' })
export class PortalCustomerUpdate {
  @Field(() => Boolean, { description: 'Whether the portal offers it.' })
  readonly enabled!: boolean;

  @Field(() => [customerUpdateKind.type], { description: 'The details that may be changed.' })
  readonly allowedUpdates!: string[];
}

@ObjectType({ description: 'Seeing past invoices.' })
export class PortalInvoiceHistory {
  @Field(() => Boolean, { description: 'Whether the portal offers it.' })
  readonly enabled!: boolean;
}

@ObjectType({ description: 'Changing payment methods.' })
export class PortalPaymentMethodUpdate {
  @Field(() => Boolean, { description: 'Whether the portal offers it.' })
  readonly enabled!: boolean;

  @Field(() => ID, {
    nullable: true,
    description:
      'The payment method configuration that decides which kinds are offered; null for the default one.',
  })
  readonly paymentMethodConfigurationId!: string | null;
}

@ObjectType({ description: 'Asking customers why they cancel.' })
export class PortalCancellationReason {
  @Field(() => Boolean, { description: 'Whether customers are asked.' })
  readonly enabled!: boolean;

  @Field(() => [cancellationReasonOption.type], { description: 'The reasons to choose from.' })
  readonly options!: string[];

  @Field(() => [ID], { description: 'The ids of the custom feedback options, in their order.' })
  readonly feedbackOptionIds!: string[];
}

@ObjectType({ description: 'Cancelling a subscription.' })
export class PortalSubscriptionCancel {
  @Field(() => Boolean, { description: 'Whether the portal offers it.' })
  readonly enabled!: boolean;

  @Field(() => cancellationMode.type, { description: 'When a cancellation takes effect.' })
  readonly mode!: string;

  @Field(() => prorationBehavior.type, { description: 'What is credited for the rest of the period.' })
  readonly prorationBehavior!: string;

  @Field(() => PortalCancellationReason, { description: 'Whether and what customers are asked.' })
  readonly cancellationReason!: PortalCancellationReason;
}

@ObjectType({ description: 'A preset length of a pause.' })
export class PortalPauseInterval {
  @Field(() => timeInterval.type, { description: 'The unit.' })
  readonly interval!: string;

  @Field(() => Int, { description: 'How many of it.' })
  readonly intervalCount!: number;
}

@ObjectType({ description: 'How long a subscription can be paused.' })
export class PortalPauseDuration {
  @Field(() => pauseDurationType.type, { description: 'How the length is chosen.' })
  readonly type!: string;

  @Field(() => [PortalPauseInterval], { description: 'The lengths to choose from.' })
  readonly intervalOptions!: PortalPauseInterval[];
}

@ObjectType({ description: 'Pausing a subscription.' })
export class PortalSubscriptionPause {
  @Field(() => Boolean, { description: 'Whether the portal offers it.' })
  readonly enabled!: boolean;

  @Field(() => PortalPauseDuration, {
    nullable: true,
    description: 'How long a pause lasts; null when Stripe does not say.',
  })
  readonly duration!: PortalPauseDuration | null;
}

@ObjectType({ description: 'Changing how many of a product are subscribed to.' })
export class PortalAdjustableQuantity {
  @Field(() => Boolean, { description: 'Whether the quantity may be changed.' })
  readonly enabled!: boolean;

  @Field(() => Int, { description: 'The smallest quantity.' })
  readonly minimum!: number;

  @Field(() => Int, { nullable: true, description: 'The largest quantity; null without a limit.' })
  readonly maximum!: number | null;
}

@ObjectType({ description: 'A product that customers may switch to.' })
export class PortalProduct {
  @Field(() => ID, { description: 'The product, `prod_…`.' })
  readonly productId!: string;

  @Field(() => [ID], { description: 'The prices of the product that are offered, `price_…`.' })
  readonly priceIds!: string[];

  @Field(() => PortalAdjustableQuantity, { description: 'Whether and how the quantity may be changed.' })
  readonly adjustableQuantity!: PortalAdjustableQuantity;
}

@ObjectType({ description: 'Changing a subscription.' })
export class PortalSubscriptionUpdate {
  @Field(() => Boolean, { description: 'Whether the portal offers it.' })
  readonly enabled!: boolean;

  @Field(() => [subscriptionUpdateKind.type], { description: 'The changes that may be made.' })
  readonly defaultAllowedUpdates!: string[];

  @Field(() => [PortalProduct], { description: 'The products to choose from.' })
  readonly products!: PortalProduct[];

  @Field(() => prorationBehavior.type, {
    description: 'What is charged or credited for the rest of the period.',
  })
  readonly prorationBehavior!: string;

  @Field(() => billingCycleAnchor.type, {
    nullable: true,
    description: 'What happens to the billing date; null when Stripe does not say.',
  })
  readonly billingCycleAnchor!: string | null;

  @Field(() => [scheduleCondition.type], {
    description: 'The kinds of change that wait for the end of the period.',
  })
  readonly scheduleAtPeriodEnd!: string[];

  @Field(() => trialUpdateBehavior.type, { description: 'What happens to a running trial.' })
  readonly trialUpdateBehavior!: string;
}

@ObjectType({ description: 'What customers can do in the portal.' })
export class PortalFeatures {
  @Field(() => PortalCustomerUpdate, { description: 'Changing billing details.' })
  readonly customerUpdate!: PortalCustomerUpdate;

  @Field(() => PortalInvoiceHistory, { description: 'Seeing past invoices.' })
  readonly invoiceHistory!: PortalInvoiceHistory;

  @Field(() => PortalPaymentMethodUpdate, { description: 'Changing payment methods.' })
  readonly paymentMethodUpdate!: PortalPaymentMethodUpdate;

  @Field(() => PortalSubscriptionCancel, { description: 'Cancelling a subscription.' })
  readonly subscriptionCancel!: PortalSubscriptionCancel;

  @Field(() => PortalSubscriptionPause, { description: 'Pausing a subscription.' })
  readonly subscriptionPause!: PortalSubscriptionPause;

  @Field(() => PortalSubscriptionUpdate, { description: 'Changing a subscription.' })
  readonly subscriptionUpdate!: PortalSubscriptionUpdate;
}
