import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import {
  cancellationFeedback,
  cancellationReason,
  collectionMethod,
  discountScope,
  pauseReason,
  subscriptionStatus,
} from './billing-customer.enums.ts';
import type { SubscriptionFacts } from './customer-facts.ts';
import { Money } from './money.ts';
import { BillingPaymentMethod } from './payment-method.types.ts';
import { BillingPrice } from './price.types.ts';
import type { RequestAccess } from './request-access.ts';

@ObjectType({ description: 'A discount that is in force.' })
export class BillingDiscount {
  @Field(() => ID, { description: "Stripe's id of the discount, `di_…`." })
  readonly id!: string;

  @Field(() => discountScope.type, { description: 'What the discount was given to.' })
  readonly scope!: string;

  @Field(() => String, { nullable: true, description: "The coupon's name, as invoices show it." })
  readonly name!: string | null;

  @Field(() => Float, { nullable: true, description: 'The percentage; null for a discount by an amount.' })
  readonly percentOff!: number | null;

  @Field(() => Money, { nullable: true, description: 'The amount; null for a discount by a percentage.' })
  readonly amountOff!: Money | null;

  @Field(() => Boolean, { description: 'Whether the discount applies to one invoice only.' })
  readonly once!: boolean;

  @Field(() => Date, { description: 'When the discount began.' })
  readonly startedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the discount ends; null when it has no end date.' })
  readonly endsAt!: Date | null;
}

@ObjectType({ description: 'A price and how often it is taken.' })
export class BillingChangedItem {
  @Field(() => BillingPrice, { description: 'The price.' })
  readonly price!: BillingPrice;

  @Field(() => Int, { nullable: true, description: 'The quantity; null for usage-based prices.' })
  readonly quantity!: number | null;

  @Field(() => Money, {
    nullable: true,
    description: 'What one period costs, before tax and discounts; null when it cannot be known beforehand.',
  })
  readonly amount!: Money | null;
}

@ObjectType({ description: 'One item of a subscription.' })
export class BillingSubscriptionItem extends BillingChangedItem {
  @Field(() => ID, { description: "Stripe's id of the item, `si_…`." })
  readonly id!: string;

  @Field(() => [BillingDiscount], { description: 'The discounts on this item.' })
  readonly discounts!: readonly BillingDiscount[];

  @Field(() => Date, { description: 'When the current billing period ends.' })
  readonly currentPeriodEnd!: Date;
}

@ObjectType({ description: "A subscription's cancellation." })
export class BillingCancellation {
  @Field(() => Date, { nullable: true, description: 'When the subscription was cancelled.' })
  readonly requestedAt!: Date | null;

  @Field(() => cancellationReason.type, { nullable: true, description: 'Why, as Stripe sees it.' })
  readonly reason!: string | null;

  @Field(() => cancellationFeedback.type, {
    nullable: true,
    description: 'What the customer chose as the reason.',
  })
  readonly feedback!: string | null;

  @Field(() => String, { nullable: true, description: 'What the customer wrote about it.' })
  readonly comment!: string | null;
}

@ObjectType({ description: "A subscription's pause." })
export class BillingPause {
  @Field(() => pauseReason.type, { description: 'Why the subscription is paused.' })
  readonly reason!: string;

  @Field(() => Date, {
    nullable: true,
    description: 'When the pause began; null for PAYMENT_COLLECTION, where Stripe does not keep it.',
  })
  readonly since!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it ends by itself; null when it has no end.' })
  readonly until!: Date | null;
}

@ObjectType({ description: 'A change of a subscription that waits for its date.' })
export class BillingScheduledChange {
  @Field(() => Date, { description: 'When the change takes effect.' })
  readonly at!: Date;

  @Field(() => [BillingChangedItem], { description: 'What the subscription consists of afterwards.' })
  readonly items!: readonly BillingChangedItem[];

  @Field(() => Money, { nullable: true, description: 'As `total` of the subscription, after the change.' })
  readonly total!: Money | null;
}

@ObjectType({ description: 'A change of a subscription that waits for the payment of its invoice.' })
export class BillingPendingUpdate {
  @Field(() => Date, { description: 'When the change is dropped unless the invoice is paid.' })
  readonly expiresAt!: Date;

  @Field(() => [BillingChangedItem], {
    nullable: true,
    description: 'What the subscription consists of afterwards; null when its items stay.',
  })
  readonly items!: readonly BillingChangedItem[] | null;

  @Field(() => Date, { nullable: true, description: 'When the trial ends afterwards; null when it stays.' })
  readonly trialEndsAt!: Date | null;
}

@ObjectType({ description: 'An invoice that waits for payment.' })
export class BillingOpenInvoice {
  @Field(() => ID, { description: "Stripe's id of the invoice, `in_…`." })
  readonly id!: string;

  @Field(() => String, { nullable: true, description: 'The number on the invoice.' })
  readonly number!: string | null;

  @Field(() => Money, { description: 'What is left to pay.' })
  readonly amountDue!: Money;

  @Field(() => Date, { nullable: true, description: 'When an invoice that was sent is due.' })
  readonly dueAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When Stripe tries to charge it next; null when it does not.',
  })
  readonly nextAttemptAt!: Date | null;

  /** It is not a field. */
  readonly access!: RequestAccess;
}

@ObjectType({ description: 'A subscription at Stripe.' })
export class BillingSubscription {
  @Field(() => ID, { description: "Stripe's id of the subscription, `sub_…`." })
  readonly id!: string;

  @Field(() => subscriptionStatus.type, { description: "The subscription's status." })
  readonly status!: string;

  @Field(() => String, { description: 'The currency that is charged, as an ISO code in lower case.' })
  readonly currency!: string;

  @Field(() => [BillingSubscriptionItem], { description: "The subscription's items." })
  readonly items!: readonly BillingSubscriptionItem[];

  @Field(() => Money, {
    nullable: true,
    description:
      'The list price of one period, before tax, discounts and usage; null when it cannot be known beforehand, or when items have different periods.',
  })
  readonly total!: Money | null;

  @Field(() => [BillingDiscount], {
    description: "The subscription's own discounts; without any, the customer's.",
  })
  readonly discounts!: readonly BillingDiscount[];

  @Field(() => Date, { description: 'When the subscription began.' })
  readonly startedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the trial ends or ended; null without a trial.' })
  readonly trialEndsAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When the current billing period ends: the earliest end of all items. Null without items.',
  })
  readonly currentPeriodEnd!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When the subscription ends because it was cancelled; null when it continues.',
  })
  readonly cancelsAt!: Date | null;

  @Field(() => BillingCancellation, { nullable: true, description: 'The cancellation; null without one.' })
  readonly cancellation!: BillingCancellation | null;

  @Field(() => BillingPause, {
    nullable: true,
    description: 'The pause; null when the subscription is not paused.',
  })
  readonly pause!: BillingPause | null;

  @Field(() => BillingScheduledChange, {
    nullable: true,
    description: 'The next change that waits for its date.',
  })
  readonly scheduledChange!: BillingScheduledChange | null;

  @Field(() => BillingPendingUpdate, { nullable: true, description: 'A change that waits for a payment.' })
  readonly pendingUpdate!: BillingPendingUpdate | null;

  @Field(() => collectionMethod.type, { description: 'How invoices are paid.' })
  readonly collectionMethod!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Within how many days an invoice that is sent has to be paid; null when Stripe charges automatically.',
  })
  readonly daysUntilDue!: number | null;

  @Field(() => BillingPaymentMethod, {
    nullable: true,
    description:
      "What the subscription is charged to: its own payment method or, without one, the customer's.",
  })
  readonly paymentMethod!: BillingPaymentMethod | null;

  @Field(() => BillingOpenInvoice, {
    nullable: true,
    description: 'The latest invoice while it waits for payment.',
  })
  readonly openInvoice!: BillingOpenInvoice | null;

  /** What Stripe said, for other features. It is not a field. */
  readonly facts!: SubscriptionFacts;

  /** It is not a field. */
  readonly access!: RequestAccess;
}
