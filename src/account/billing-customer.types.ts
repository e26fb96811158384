import { Field, ID, ObjectType } from 'type-graphql';
import { taxExemption, taxIdVerification } from './billing-customer.enums.ts';
import type { CustomerFacts } from './customer-facts.ts';
import { Money } from './money.ts';
import { BillingPaymentMethod } from './payment-method.types.ts';
import type { RequestAccess } from './request-access.ts';
import { BillingDiscount, BillingSubscription } from './subscription.types.ts';

@ObjectType({ description: 'A postal address.' })
export class BillingAddress {
  @Field(() => String, { nullable: true, description: 'The first line, such as street and number.' })
  readonly line1!: string | null;

  @Field(() => String, { nullable: true, description: 'The second line, such as an apartment.' })
  readonly line2!: string | null;

  @Field(() => String, { nullable: true, description: 'The city.' })
  readonly city!: string | null;

  @Field(() => String, { nullable: true, description: 'The state, county, province or region.' })
  readonly state!: string | null;

  @Field(() => String, { nullable: true, description: 'The postal code.' })
  readonly postalCode!: string | null;

  @Field(() => String, { nullable: true, description: 'The country as two letters, such as `DE`.' })
  readonly country!: string | null;
}

@ObjectType({ description: 'Where goods are shipped to.' })
export class BillingShipping {
  @Field(() => String, { nullable: true, description: "The recipient's name." })
  readonly name!: string | null;

  @Field(() => String, { nullable: true, description: "The recipient's phone number." })
  readonly phone!: string | null;

  @Field(() => BillingAddress, { nullable: true, description: 'The address.' })
  readonly address!: BillingAddress | null;
}

@ObjectType({ description: 'A tax id of the customer.' })
export class BillingTaxId {
  @Field(() => ID, { description: "Stripe's id of the tax id, `txi_…`." })
  readonly id!: string;

  @Field(() => String, { description: "Stripe's type, such as `eu_vat`." })
  readonly type!: string;

  @Field(() => String, { description: 'The tax id itself, such as `DE123456789`.' })
  readonly value!: string;

  @Field(() => String, { nullable: true, description: 'The country as two letters.' })
  readonly country!: string | null;

  @Field(() => taxIdVerification.type, {
    nullable: true,
    description: 'Whether an authority has confirmed the tax id; null when Stripe does not say.',
  })
  readonly verification!: string | null;
}

@ObjectType({ description: "The caller's customer, as of one moment." })
export class BillingCustomer {
  @Field(() => ID, { description: "Stripe's id of the customer, `cus_…`." })
  readonly id!: string;

  @Field(() => ID, { description: "The subject of the caller's token." })
  readonly userId!: string;

  @Field(() => String, { nullable: true, description: 'The name on invoices.' })
  readonly name!: string | null;

  @Field(() => String, { nullable: true, description: 'The e-mail address for invoices.' })
  readonly email!: string | null;

  @Field(() => String, { nullable: true, description: 'The phone number.' })
  readonly phone!: string | null;

  @Field(() => BillingAddress, { nullable: true, description: 'The address on invoices.' })
  readonly address!: BillingAddress | null;

  @Field(() => BillingShipping, { nullable: true, description: 'Where goods are shipped to.' })
  readonly shipping!: BillingShipping | null;

  @Field(() => [BillingTaxId], { description: "The customer's tax ids." })
  readonly taxIds!: readonly BillingTaxId[];

  @Field(() => taxExemption.type, { description: 'Whether the customer is exempt from tax.' })
  readonly taxExempt!: string;

  @Field(() => [String], { description: 'Languages for invoices and e-mails, the preferred one first.' })
  readonly preferredLocales!: readonly string[];

  @Field(() => String, {
    nullable: true,
    description: 'The currency of subscriptions, as an ISO code in lower case; null before the first charge.',
  })
  readonly currency!: string | null;

  @Field(() => Money, {
    nullable: true,
    description:
      'Credit (negative) or debt (positive) that the next invoice takes into account; null when the balance is zero.',
  })
  readonly balance!: Money | null;

  @Field(() => BillingDiscount, { nullable: true, description: "The customer's own discount." })
  readonly discount!: BillingDiscount | null;

  @Field(() => BillingPaymentMethod, {
    nullable: true,
    description: 'What invoices are charged to, unless a subscription has a payment method of its own.',
  })
  readonly paymentMethod!: BillingPaymentMethod | null;

  @Field(() => Boolean, { description: 'Whether a payment is overdue.' })
  readonly delinquent!: boolean;

  @Field(() => [BillingSubscription], { description: 'The subscriptions that have not ended, newest first.' })
  readonly subscriptions!: readonly BillingSubscription[];

  @Field(() => Date, { description: 'When the user was linked to the customer.' })
  readonly linkedAt!: Date;

  @Field(() => Date, { description: 'When Stripe was read: later changes may be missing.' })
  readonly asOf!: Date;

  /** What Stripe said, for other features. It is not a field. */
  readonly facts!: CustomerFacts;

  /** It is not a field. */
  readonly access!: RequestAccess;
}
