import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { billingInterval, subscriptionStatus } from './billing-customer.enums.ts';

@ObjectType({ description: 'A price at Stripe.' })
export class BillingPrice {
  @Field(() => ID, { description: "Stripe's id of the price, `price_…`." })
  readonly id!: string;

  @Field(() => ID, { description: 'The product it is a price of, `prod_…`.' })
  readonly productId!: string;

  @Field(() => Float, {
    nullable: true,
    description:
      "The amount for one, in the currency's smallest unit (cents); null for tiered or metered prices. A whole number, and a Float because amounts in some currencies outgrow an Int.",
  })
  readonly unitAmount!: number | null;

  @Field(() => String, { description: 'The currency as an ISO code in lower case, such as `eur`.' })
  readonly currency!: string;

  @Field(() => billingInterval.type, { nullable: true, description: 'The unit of time between two charges.' })
  readonly interval!: string | null;

  @Field(() => Int, { nullable: true, description: 'How many of that unit lie between two charges.' })
  readonly intervalCount!: number | null;
}

@ObjectType({ description: 'One thing that a subscription is for.' })
export class BillingSubscriptionItem {
  @Field(() => ID, { description: "Stripe's id of the item, `si_…`." })
  readonly id!: string;

  @Field(() => BillingPrice, { description: 'The price that is charged.' })
  readonly price!: BillingPrice;

  @Field(() => Int, { nullable: true, description: 'How many; null for metered prices.' })
  readonly quantity!: number | null;

  @Field(() => Date, { description: 'When the period that is paid for ends.' })
  readonly currentPeriodEnd!: Date;
}

@ObjectType({ description: 'A subscription at Stripe.' })
export class BillingSubscription {
  @Field(() => ID, { description: "Stripe's id of the subscription, `sub_…`." })
  readonly id!: string;

  @Field(() => subscriptionStatus.type, { description: 'Its state.' })
  readonly status!: string;

  @Field(() => [BillingSubscriptionItem], { description: 'What it is for.' })
  readonly items!: readonly BillingSubscriptionItem[];

  @Field(() => Date, {
    nullable: true,
    description:
      'When the period that is paid for ends: the earliest of its items; null without items, or with more than Stripe lists.',
  })
  readonly currentPeriodEnd!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When it will end because it was cancelled; null when it goes on.',
  })
  readonly cancelsAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When its trial ends or ended; null without one.' })
  readonly trialEndsAt!: Date | null;

  @Field(() => Boolean, { description: 'Whether payments are paused while the subscription itself goes on.' })
  readonly collectionPaused!: boolean;

  @Field(() => Date, {
    nullable: true,
    description: 'When paused payments resume by themselves; null when they are not paused or have no end.',
  })
  readonly collectionResumesAt!: Date | null;
}

@ObjectType({ description: 'A payment card, as far as it may be shown.' })
export class BillingCard {
  @Field(() => String, { description: 'The brand, such as `visa`.' })
  readonly brand!: string;

  @Field(() => String, { description: 'The last four digits.' })
  readonly last4!: string;

  @Field(() => Int, { description: 'The month it expires in, 1 to 12.' })
  readonly expMonth!: number;

  @Field(() => Int, { description: 'The year it expires in.' })
  readonly expYear!: number;
}

@ObjectType({ description: "The caller's customer, as Stripe had it at one moment." })
export class BillingCustomer {
  @Field(() => ID, { description: "Stripe's id of the customer, `cus_…`." })
  readonly id!: string;

  @Field(() => ID, { description: "The subject of the caller's token, to whom the customer is linked." })
  readonly userId!: string;

  @Field(() => String, { nullable: true, description: 'Where invoices are sent.' })
  readonly email!: string | null;

  @Field(() => String, { nullable: true, description: 'The name on invoices.' })
  readonly name!: string | null;

  @Field(() => Boolean, { description: 'Whether a payment is overdue.' })
  readonly delinquent!: boolean;

  @Field(() => BillingCard, {
    nullable: true,
    description:
      'The card that invoices are charged to; null without one, or where another kind of payment is used.',
  })
  readonly card!: BillingCard | null;

  @Field(() => [BillingSubscription], { description: 'Subscriptions that have not ended, the newest first.' })
  readonly subscriptions!: readonly BillingSubscription[];

  @Field(() => Date, { description: 'When the customer was linked to the user.' })
  readonly linkedAt!: Date;

  @Field(() => Date, { description: 'When Stripe was asked: what happened there since may be missing.' })
  readonly asOf!: Date;
}
