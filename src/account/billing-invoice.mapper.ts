import type Stripe from 'stripe';
import {
  type BillingCharge,
  type BillingInvoice,
  type BillingInvoiceLine,
  type BillingPeriod,
  invoiceStatus,
} from './billing-invoice.types.ts';
import { type Money, toMoney } from './money.ts';

export function toBillingInvoice(invoice: Stripe.Invoice): BillingInvoice {
  const { id, number, status, currency, due_date: dueDate } = invoice;
  return {
    id,
    number,
    status: invoiceStatus.read(status ?? ''),
    ...toAmounts(invoice),
    amountPaid: toMoney(invoice.amount_paid, currency),
    createdAt: fromUnix(invoice.created),
    dueAt: dueDate === null ? null : fromUnix(dueDate),
    period: toPeriod({ start: invoice.period_start, end: invoice.period_end }),
    hostedInvoiceUrl: invoice.hosted_invoice_url ?? null,
    invoicePdfUrl: invoice.invoice_pdf ?? null,
  };
}

export function toBillingCharge(preview: Stripe.Invoice, subscriptionId: string): BillingCharge {
  return {
    subscriptionId,
    // Stripe attempts no payment of an invoice that it sends: it creates and sends it at the period's end.
    date: fromUnix(preview.next_payment_attempt ?? preview.period_end),
    ...toAmounts(preview),
  };
}

type Amounts = Pick<BillingInvoice, 'total' | 'amountDue' | 'tax' | 'lines' | 'hasMoreLines'>;

function toAmounts({ currency, automatic_tax: automatic, ...invoice }: Stripe.Invoice): Amounts {
  // Until Stripe can calculate automatic tax, an invoice without tax may still get some.
  const isTaxKnown = !automatic.enabled || automatic.status === 'complete';
  const toTax = (taxes: readonly { readonly amount: number }[] | null): Money | null =>
    isTaxKnown
      ? toMoney(
          (taxes ?? []).reduce((sum, { amount }) => sum + amount, 0),
          currency,
        )
      : null;
  return {
    total: toMoney(invoice.total, currency),
    amountDue: toMoney(invoice.amount_due, currency),
    tax: toTax(invoice.total_taxes),
    lines: invoice.lines.data.map((line) => ({ ...toLine(line), tax: toTax(line.taxes) })),
    hasMoreLines: invoice.lines.has_more,
  };
}

function toLine(line: Stripe.InvoiceLineItem): Omit<BillingInvoiceLine, 'tax'> {
  const { subscription_item_details: ofItem, invoice_item_details: ofInvoiceItem } = line.parent ?? {};
  return {
    description: line.description,
    quantity: line.quantity,
    amount: toMoney(line.amount, line.currency),
    period: toPeriod(line.period),
    proration: ofItem?.proration ?? ofInvoiceItem?.proration ?? false,
  };
}

function toPeriod({ start, end }: { readonly start: number; readonly end: number }): BillingPeriod {
  return { start: fromUnix(start), end: fromUnix(end) };
}

function fromUnix(seconds: number): Date {
  return new Date(seconds * 1000);
}
