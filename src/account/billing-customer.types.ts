import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { billingInterval, subscriptionStatus } from './billing-customer.enums.ts';

@ObjectType({ description: 'A price at Stripe.' })
export class BillingPrice {
  @Field(() => ID, { description: "Stripe's id of the price, `price_…`." })
  readonly id!: string;

  @Field(() => ID, { description: "Stripe's id of the product, `prod_…`." })
  readonly productId!: string;

  @Field(() => Float, {
    nullable: true,
    description:
      "The amount for one unit, in the currency's smallest unit (cents); null for tiered or metered prices. It is a whole number; it is a Float because amounts in some currencies exceed an Int.",
  })
  readonly unitAmount!: number | null;

  @Field(() => String, { description: 'The currency as an ISO code in lower case, such as `eur`.' })
  readonly currency!: string;

  @Field(() => billingInterval.type, {
    nullable: true,
    description: 'The unit of the billing interval; null for a one-time price.',
  })
  readonly interval!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of units between two charges; null for a one-time price.',
  })
  readonly intervalCount!: number | null;
}

@ObjectType({ description: 'One item of a subscription.' })
export class BillingSubscriptionItem {
  @Field(() => ID, { description: "Stripe's id of the item, `si_…`." })
  readonly id!: string;

  @Field(() => BillingPrice, { description: 'The price that is charged.' })
  readonly price!: BillingPrice;

  @Field(() => Int, { nullable: true, description: 'The quantity; null for metered prices.' })
  readonly quantity!: number | null;

  @Field(() => Date, { description: 'When the current billing period ends.' })
  readonly currentPeriodEnd!: Date;
}

@ObjectType({ description: 'A subscription at Stripe.' })
export class BillingSubscription {
  @Field(() => ID, { description: "Stripe's id of the subscription, `sub_…`." })
  readonly id!: string;

  @Field(() => subscriptionStatus.type, { description: "The subscription's status." })
  readonly status!: string;

  @Field(() => [BillingSubscriptionItem], { description: "The subscription's items." })
  readonly items!: readonly BillingSubscriptionItem[];

  @Field(() => Date, {
    nullable: true,
    description:
      'When the current billing period ends: the earliest end of all items. Null without items, or when Stripe does not list all items at once.',
  })
  readonly currentPeriodEnd!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When the subscription ends because it was cancelled; null when it continues.',
  })
  readonly cancelsAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the trial ends or ended; null without a trial.' })
  readonly trialEndsAt!: Date | null;

  @Field(() => Boolean, {
    description: 'Whether payment collection is paused while the subscription itself continues.',
  })
  readonly collectionPaused!: boolean;

  @Field(() => Date, {
    nullable: true,
    description:
      'When paused payment collection resumes automatically; null when it is not paused or has no end.',
  })
  readonly collectionResumesAt!: Date | null;
}

@ObjectType({ description: 'The displayable part of a payment card.' })
export class BillingCard {
  @Field(() => String, { description: 'The brand, such as `visa`.' })
  readonly brand!: string;

  @Field(() => String, { description: 'The last four digits.' })
  readonly last4!: string;

  @Field(() => Int, { description: 'The expiry month, 1 to 12.' })
  readonly expMonth!: number;

  @Field(() => Int, { description: 'The expiry year.' })
  readonly expYear!: number;
}

@ObjectType({ description: "The caller's customer, as of one moment." })
export class BillingCustomer {
  @Field(() => ID, { description: "Stripe's id of the customer, `cus_…`." })
  readonly id!: string;

  @Field(() => ID, { description: "The subject of the caller's token." })
  readonly userId!: string;

  @Field(() => String, { nullable: true, description: 'The e-mail address for invoices.' })
  readonly email!: string | null;

  @Field(() => String, { nullable: true, description: 'The name on invoices.' })
  readonly name!: string | null;

  @Field(() => Boolean, { description: 'Whether a payment is overdue.' })
  readonly delinquent!: boolean;

  @Field(() => BillingCard, {
    nullable: true,
    description:
      'The card that invoices are charged to; null without a card, or with another kind of payment method.',
  })
  readonly card!: BillingCard | null;

  @Field(() => [BillingSubscription], { description: 'All subscriptions that have not ended, newest first.' })
  readonly subscriptions!: readonly BillingSubscription[];

  @Field(() => Date, { description: 'When the user was linked to the customer.' })
  readonly linkedAt!: Date;

  @Field(() => Date, { description: 'When Stripe was read: later changes may be missing.' })
  readonly asOf!: Date;
}
