import { ArgsType, Field, Float, ID, Int } from 'type-graphql';
import { PageArgs, createConnectionType } from '../graphql/connection.ts';
import { OptionalField, createObjectType, field, nullable, registerOpenEnum } from '../graphql/types.ts';
import { Money } from './stripe-values.ts';

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
export const needsInvoiceHistory = 'null where the portal does not offer the caller the invoice history.';

const BillingPeriod = createObjectType('BillingPeriod', 'A period of time.', {
  start: field(Date, 'When the period begins.'),
  end: field(Date, 'When the period ends.'),
});

const BillingInvoiceLine = createObjectType('BillingInvoiceLine', 'One line of an invoice.', {
  description: nullable(String, 'What the line charges for.'),
  quantity: nullable(Float, 'The quantity, which may have a fraction; null when Stripe gives none.'),
  amount: field(
    Money,
    'The amount before added tax and, except for prorations, before discounts. Credits are negative.',
  ),
  tax: nullable(Money, "The line's tax; null while Stripe cannot calculate it."),
  period: field(BillingPeriod, 'The period that the line charges for.'),
  proration: field(Boolean, 'Whether the line charges or credits part of a period after a change.'),
});

export type BillingInvoice = InstanceType<typeof BillingInvoice>;
export const BillingInvoice = createObjectType('BillingInvoice', 'An invoice.', {
  id: field(ID, "Stripe's id of the invoice, `in_…`."),
  number: nullable(String, "The invoice's number."),
  status: field(invoiceStatus.type, "The invoice's status."),
  total: field(Money, 'The amount after discounts, with tax, which is missing while `tax` is null.'),
  amountDue: field(Money, "What was owed: the total, after the customer's balance."),
  amountPaid: field(Money, 'What has been paid.'),
  tax: nullable(Money, 'The tax in the total; null while Stripe cannot calculate it.'),
  createdAt: field(Date, 'When the invoice was created.'),
  dueAt: nullable(Date, 'When payment is due; null for an invoice that is charged automatically.'),
  period: field(
    BillingPeriod,
    'When the lines were collected. A renewal is paid in advance: see the period of its line.',
  ),
  lines: field([BillingInvoiceLine], 'The first lines, at most ten.'),
  hasMoreLines: field(Boolean, 'Whether the invoice has more lines: its page and its PDF show all.'),
  hostedInvoiceUrl: nullable(String, `Stripe's page for the invoice and its payment. ${isCredential}`),
  invoicePdfUrl: nullable(String, `The invoice as a PDF. ${isCredential}`),
});

export const BillingInvoiceConnection = createConnectionType('BillingInvoice', BillingInvoice);

export type BillingCharge = InstanceType<typeof BillingCharge>;
export const BillingCharge = createObjectType(
  'BillingCharge',
  "A subscription's next invoice as Stripe previews it now. Later usage and changes alter it.",
  {
    subscriptionId: field(ID, "Stripe's id of the subscription, `sub_…`."),
    date: field(Date, 'When Stripe charges the payment method, or sends the invoice.'),
    total: field(Money, 'The amount after discounts, with tax, which is missing while `tax` is null.'),
    amountDue: field(Money, "What will be owed: the total, after the customer's balance."),
    tax: nullable(Money, 'The tax in the total; null while Stripe cannot calculate it.'),
    lines: field([BillingInvoiceLine], 'The first lines, at most ten.'),
    hasMoreLines: field(Boolean, 'Whether there are more lines.'),
  },
);

@ArgsType()
export class InvoiceArgs extends PageArgs {
  @Field(() => Int, { defaultValue: 10, description: 'The number of invoices to return, from 1 to 100.' })
  override readonly first: number = 10;

  @OptionalField([invoiceStatus.type], 'Returns only invoices with one of these statuses.')
  readonly status?: readonly string[] | null;
}
