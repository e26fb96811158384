import { Field, ID, InputType, Int } from 'type-graphql';
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

@InputType({ description: 'Changing billing details.' })
export class PortalCustomerUpdateInput {
  @Field(() => Boolean, { nullable: true, description: 'Whether the portal offers it.' })
  readonly enabled?: boolean | null;

  @Field(() => [customerUpdateKind.type], { nullable: true, description: 'The details that may be changed.' })
  readonly allowedUpdates?: string[] | null;
}

@InputType({ description: 'Seeing past invoices.' })
export class PortalInvoiceHistoryInput {
  @Field(() => Boolean, { description: 'Whether the portal offers it.' })
  readonly enabled!: boolean;
}

@InputType({ description: 'Changing payment methods.' })
export class PortalPaymentMethodUpdateInput {
  @Field(() => Boolean, { description: 'Whether the portal offers it.' })
  readonly enabled!: boolean;

  @Field(() => ID, {
    nullable: true,
    description:
      'The payment method configuration that decides which kinds are offered; null for the default one.',
  })
  readonly paymentMethodConfigurationId?: string | null;
}

@InputType({ description: 'Asking customers why they cancel.' })
export class PortalCancellationReasonInput {
  @Field(() => Boolean, { description: 'Whether customers are asked.' })
  readonly enabled!: boolean;

  @Field(() => [cancellationReasonOption.type], {
    nullable: true,
    description: 'The reasons to choose from.',
  })
  readonly options?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'The ids of the custom feedback options, in their order.',
  })
  readonly feedbackOptionIds?: string[] | null;
}

@InputType({ description: 'Cancelling a subscription.' })
export class PortalSubscriptionCancelInput {
  @Field(() => Boolean, { nullable: true, description: 'Whether the portal offers it.' })
  readonly enabled?: boolean | null;

  @Field(() => cancellationMode.type, { nullable: true, description: 'When a cancellation takes effect.' })
  readonly mode?: string | null;

  @Field(() => prorationBehavior.type, {
    nullable: true,
    description: 'What is credited for the rest of the period: only NONE at the end of a period.',
  })
  readonly prorationBehavior?: string | null;

  @Field(() => PortalCancellationReasonInput, {
    nullable: true,
    description: 'Whether and what customers are asked.',
  })
  readonly cancellationReason?: PortalCancellationReasonInput | null;
}

@InputType({ description: 'A preset length of a pause: three years at most.' })
export class PortalPauseIntervalInput {
  @Field(() => timeInterval.type, { description: 'The unit.' })
  readonly interval!: string;

  @Field(() => Int, { nullable: true, description: 'How many of it. Left out, one.' })
  readonly intervalCount?: number | null;
}

@InputType({ description: 'How long a subscription can be paused.' })
export class PortalPauseDurationInput {
  @Field(() => pauseDurationType.type, { description: 'How the length is chosen.' })
  readonly type!: string;

  @Field(() => [PortalPauseIntervalInput], { nullable: true, description: 'The lengths to choose from.' })
  readonly intervalOptions?: PortalPauseIntervalInput[] | null;
}

@InputType({ description: 'Pausing a subscription.' })
export class PortalSubscriptionPauseInput {
  @Field(() => Boolean, { nullable: true, description: 'Whether the portal offers it.' })
  readonly enabled?: boolean | null;

  @Field(() => PortalPauseDurationInput, { nullable: true, description: 'How long a pause lasts.' })
  readonly duration?: PortalPauseDurationInput | null;
}

@InputType({ description: 'Changing how many of a product are subscribed to.' })
export class PortalAdjustableQuantityInput {
  @Field(() => Boolean, { description: 'Whether the quantity may be changed.' })
  readonly enabled!: boolean;

  @Field(() => Int, { nullable: true, description: 'The smallest quantity.' })
  readonly minimum?: number | null;

  @Field(() => Int, { nullable: true, description: 'The largest quantity; null without a limit.' })
  readonly maximum?: number | null;
}

@InputType({ description: 'A product that customers may switch to.' })
export class PortalProductInput {
  @Field(() => ID, { description: 'The product, `prod_…`.' })
  readonly productId!: string;

  @Field(() => [ID], { description: 'The prices of the product that are offered, `price_…`.' })
  readonly priceIds!: string[];

  @Field(() => PortalAdjustableQuantityInput, {
    nullable: true,
    description: 'Whether and how the quantity may be changed.',
  })
  readonly adjustableQuantity?: PortalAdjustableQuantityInput | null;
}

@InputType({ description: 'Changing a subscription.' })
export class PortalSubscriptionUpdateInput {
  @Field(() => Boolean, { nullable: true, description: 'Whether the portal offers it.' })
  readonly enabled?: boolean | null;

  @Field(() => [subscriptionUpdateKind.type], {
    nullable: true,
    description: 'The changes that may be made.',
  })
  readonly defaultAllowedUpdates?: string[] | null;

  @Field(() => [PortalProductInput], {
    nullable: true,
    description: 'The products to choose from, ten at most.',
  })
  readonly products?: PortalProductInput[] | null;

  @Field(() => prorationBehavior.type, {
    nullable: true,
    description: 'What is charged or credited for the rest of the period.',
  })
  readonly prorationBehavior?: string | null;

  @Field(() => billingCycleAnchor.type, {
    nullable: true,
    description: 'What happens to the billing date.',
  })
  readonly billingCycleAnchor?: string | null;

  @Field(() => [scheduleCondition.type], {
    nullable: true,
    description: 'The kinds of change that wait for the end of the period.',
  })
  readonly scheduleAtPeriodEnd?: string[] | null;

  @Field(() => trialUpdateBehavior.type, { nullable: true, description: 'What happens to a running trial.' })
  readonly trialUpdateBehavior?: string | null;
}

@InputType('PortalFeaturesInput', { description: 'What customers can do in the portal.' })
export class ConfigurationFeaturesInput {
  @Field(() => PortalCustomerUpdateInput, { nullable: true, description: 'Changing billing details.' })
  readonly customerUpdate?: PortalCustomerUpdateInput | null;

  @Field(() => PortalInvoiceHistoryInput, { nullable: true, description: 'Seeing past invoices.' })
  readonly invoiceHistory?: PortalInvoiceHistoryInput | null;

  @Field(() => PortalPaymentMethodUpdateInput, { nullable: true, description: 'Changing payment methods.' })
  readonly paymentMethodUpdate?: PortalPaymentMethodUpdateInput | null;

  @Field(() => PortalSubscriptionCancelInput, { nullable: true, description: 'Cancelling a subscription.' })
  readonly subscriptionCancel?: PortalSubscriptionCancelInput | null;

  @Field(() => PortalSubscriptionPauseInput, { nullable: true, description: 'Pausing a subscription.' })
  readonly subscriptionPause?: PortalSubscriptionPauseInput | null;

  @Field(() => PortalSubscriptionUpdateInput, { nullable: true, description: 'Changing a subscription.' })
  readonly subscriptionUpdate?: PortalSubscriptionUpdateInput | null;
}
