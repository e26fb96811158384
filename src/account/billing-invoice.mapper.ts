import type Stripe from 'stripe';
import { type BillingCharge, type BillingInvoice, invoiceStatus } from './billing-invoice.types.ts';
import { type Money, toDate, toMoney } from './stripe-values.ts';

export function toBillingInvoice(invoice: Stripe.Invoice): BillingInvoice {
  const { id, number, status, currency, due_date: dueDate } = invoice;
  return {
    id,
    number,
    status: invoiceStatus.read(status ?? ''),
    ...toAmounts(invoice),
    amountPaid: toMoney(invoice.amount_paid, currency),
    createdAt: toDate(invoice.created),
    dueAt: toDate(dueDate),
    period: { start: toDate(invoice.period_start), end: toDate(invoice.period_end) },
    hostedInvoiceUrl: invoice.hosted_invoice_url ?? null,
    invoicePdfUrl: invoice.invoice_pdf ?? null,
  };
}

export function toBillingCharge(preview: Stripe.Invoice, subscriptionId: string): BillingCharge {
  return {
    subscriptionId,
    // Stripe attempts no payment of an invoice that it sends: it creates and sends it at the period's end.
    date: toDate(preview.next_payment_attempt ?? preview.period_end),
    ...toAmounts(preview),
  };
}

type Amounts = Pick<BillingInvoice, 'total' | 'amountDue' | 'tax' | 'lines' | 'hasMoreLines'>;

function toAmounts({ currency, automatic_tax: automatic, ...invoice }: Stripe.Invoice): Amounts {
  // Until Stripe can calculate automatic tax, an invoice without tax may still get some.
  const isTaxKnown = !automatic.enabled || automatic.status === 'complete';
  const toTax = (taxes: readonly { readonly amount: number }[] | null): Money | null =>
    isTaxKnown ? toMoney(taxes?.reduce((sum, { amount }) => sum + amount, 0) ?? 0, currency) : null;
  return {
    total: toMoney(invoice.total, currency),
    amountDue: toMoney(invoice.amount_due, currency),
    tax: toTax(invoice.total_taxes),
    lines: invoice.lines.data.map((line) => ({ ...toLine(line), tax: toTax(line.taxes) })),
    hasMoreLines: invoice.lines.has_more,
  };
}

function toLine(line: Stripe.InvoiceLineItem): Omit<BillingInvoice['lines'][number], 'tax'> {
  const { subscription_item_details: ofItem, invoice_item_details: ofInvoiceItem } = line.parent ?? {};
  return {
    description: line.description,
    // Stripe truncates the integer.
    quantity: line.quantity_decimal ? Number(line.quantity_decimal) : line.quantity,
    amount: toMoney(line.amount, line.currency),
    period: { start: toDate(line.period.start), end: toDate(line.period.end) },
    proration: ofItem?.proration ?? ofInvoiceItem?.proration ?? false,
  };
}
