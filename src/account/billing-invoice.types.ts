import { ArgsType, Field, ID, Int, ObjectType } from 'type-graphql';
import { PageArgs, createConnectionType } from '../graphql/connection.ts';
import { registerOpenEnum } from '../graphql/open-enum.ts';
import { Money } from './money.ts';

export const invoiceStatus = registerOpenEnum(
  'InvoiceStatus',
  "An invoice's status at Stripe. Drafts are never shown.",
  {
    open: 'The invoice awaits payment.',
    paid: 'The invoice is paid.',
    uncollectible: 'The seller no longer expects payment. The invoice can still be paid.',
    void: 'The invoice was cancelled. Nothing is owed.',
  },
);

export const isCredential = 'It needs no sign-in, so treat the URL as a credential: never log or store it.';

@ObjectType({ description: 'A period of time.' })
export class BillingPeriod {
  @Field(() => Date, { description: 'When the period begins.' })
  readonly start!: Date;

  @Field(() => Date, { description: 'When the period ends.' })
  readonly end!: Date;
}

@ObjectType({ description: 'One line of an invoice.' })
export class BillingInvoiceLine {
  @Field(() => String, { nullable: true, description: 'What the line charges for.' })
  readonly description!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The quantity; null when Stripe gives none.',
  })
  readonly quantity!: number | null;

  @Field(() => Money, {
    description: 'The amount before discounts, and before tax that is added to prices. Credits are negative.',
  })
  readonly amount!: Money;

  @Field(() => Money, {
    nullable: true,
    description: "The line's tax; null while Stripe cannot calculate it.",
  })
  readonly tax!: Money | null;

  @Field(() => BillingPeriod, { description: 'The period that the line charges for.' })
  readonly period!: BillingPeriod;

  @Field(() => Boolean, {
    description: 'Whether the line charges or credits part of a period after a change.',
  })
  readonly proration!: boolean;
}

@ObjectType({ description: 'An invoice.' })
export class BillingInvoice {
  @Field(() => ID, { description: "Stripe's id of the invoice, `in_…`." })
  readonly id!: string;

  @Field(() => String, { nullable: true, description: "The invoice's number." })
  readonly number!: string | null;

  @Field(() => invoiceStatus.type, { description: "The invoice's status." })
  readonly status!: string;

  @Field(() => Money, { description: 'The amount after discounts and tax.' })
  readonly total!: Money;

  @Field(() => Money, {
    description: "What the customer owed: the total with the customer's balance taken into account.",
  })
  readonly amountDue!: Money;

  @Field(() => Money, { description: 'What has been paid.' })
  readonly amountPaid!: Money;

  @Field(() => Money, {
    nullable: true,
    description: 'The tax in the total; null while Stripe cannot calculate it.',
  })
  readonly tax!: Money | null;

  @Field(() => Date, { description: 'When the invoice was created.' })
  readonly createdAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'When payment is due; null for an invoice that is charged automatically.',
  })
  readonly dueAt!: Date | null;

  @Field(() => BillingPeriod, {
    description:
      'The period in which the invoice collected its lines. A renewal is charged in advance: the paid period is that of its line.',
  })
  readonly period!: BillingPeriod;

  @Field(() => [BillingInvoiceLine], { description: 'The first lines, at most ten.' })
  readonly lines!: readonly BillingInvoiceLine[];

  @Field(() => Boolean, { description: 'Whether the invoice has more lines: its page and its PDF show all.' })
  readonly hasMoreLines!: boolean;

  @Field(() => String, {
    nullable: true,
    description: `Stripe's page that shows the invoice and takes its payment. ${isCredential}`,
  })
  readonly hostedInvoiceUrl!: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The invoice as a PDF. ${isCredential}`,
  })
  readonly invoicePdfUrl!: string | null;
}

export const BillingInvoiceConnection = createConnectionType('BillingInvoice', BillingInvoice);

@ObjectType({
  description: "A subscription's next invoice as Stripe previews it now. Later usage and changes alter it.",
})
export class BillingCharge {
  @Field(() => ID, { description: "Stripe's id of the subscription, `sub_…`." })
  readonly subscriptionId!: string;

  @Field(() => Date, {
    description: 'When Stripe charges the customer, or sends the invoice where the customer pays by invoice.',
  })
  readonly date!: Date;

  @Field(() => Money, { description: 'The amount after discounts and tax.' })
  readonly total!: Money;

  @Field(() => Money, {
    description: "What the customer will owe: the total with the customer's balance taken into account.",
  })
  readonly amountDue!: Money;

  @Field(() => Money, {
    nullable: true,
    description: 'The tax in the total; null while Stripe cannot calculate it.',
  })
  readonly tax!: Money | null;

  @Field(() => [BillingInvoiceLine], { description: 'The first lines, at most ten.' })
  readonly lines!: readonly BillingInvoiceLine[];

  @Field(() => Boolean, { description: 'Whether there are more lines.' })
  readonly hasMoreLines!: boolean;
}

@ArgsType()
export class InvoiceArgs extends PageArgs {
  @Field(() => Int, { defaultValue: 10, description: 'The number of invoices to return, from 1 to 100.' })
  override readonly first: number = 10;

  @Field(() => [invoiceStatus.type], {
    nullable: true,
    description: 'Returns only invoices with one of these statuses. Default: all but drafts.',
  })
  readonly status?: readonly string[] | null;
}
