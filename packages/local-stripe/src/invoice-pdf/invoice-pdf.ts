import { formatAmount } from '../money.ts';
import type { InvoiceObject } from '../stripe-objects.ts';
import { type PdfText, writePdf } from './pdf.ts';

const left = 50;
const right = 545;
const top = 60;
const bottom = 780;
const lineHeight = 16;

/** A row of the document. Only its height and its texts matter; the y of each text is set when it is placed. */
type Row = readonly Omit<PdfText, 'y'>[];

/** Writes an invoice as a PDF. */
export function writeInvoicePdf(invoice: InvoiceObject): Buffer {
  const amount = (value: number): string => formatAmount(value, invoice.currency, 'en-US', 'code');
  const rows: Row[] = [
    [{ x: left, text: `Invoice ${invoice.number ?? ''}`, size: 18, bold: true }],
    [{ x: left, text: invoice.account_name ?? '' }],
    [],
    ...factsOf(invoice).map((fact) => describe(...fact)),
    [],
    total('Description', 'Amount', true),
    ...invoice.lines.data.flatMap((line) => {
      const [first = '', ...rest] = wrap(line.description ?? '');
      const period = `${formatDay(line.period.start)} – ${formatDay(line.period.end)}`;
      return [total(first, amount(line.amount)), ...[...rest, period].map((text) => [{ x: left, text }])];
    }),
    [],
    total('Subtotal', amount(invoice.subtotal)),
    ...(invoice.total_discount_amounts ?? []).map((each) => total('Discount', amount(-each.amount))),
    ...(invoice.total_taxes ?? []).map((each) => total('Tax', amount(each.amount))),
    total('Total', amount(invoice.total), true),
    total('Amount paid', amount(invoice.amount_paid)),
    total('Amount due', amount(invoice.amount_remaining), true),
    [],
    [{ x: left, text: 'Made by a local stand-in for Stripe. Nothing was charged.', size: 8 }],
  ];
  return writePdf(`Invoice ${invoice.number ?? ''}`, paginate(rows));
}

function factsOf(invoice: InvoiceObject): (readonly [string, string])[] {
  const { customer_address: address } = invoice;
  const { line1, line2, city, state, postal_code, country } = address ?? {};
  const place = [line1, line2, city, state, postal_code, country];
  const facts: (readonly [string, string | null])[] = [
    ['Date', formatDay(invoice.created)],
    ['Due', invoice.due_date === null ? null : formatDay(invoice.due_date)],
    ['Status', invoice.status],
    ['Billed to', [invoice.customer_name, invoice.customer_email].filter(Boolean).join(', ')],
    ['Address', place.filter(Boolean).join(', ')],
    ...(invoice.customer_tax_ids ?? []).map(({ value }) => ['Tax ID', value] as const),
  ];
  return facts.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

function describe(name: string, value: string): Row {
  return [
    { x: left, text: name, bold: true },
    { x: left + 80, text: value },
  ];
}

function total(text: string, amount: string, bold = false): Row {
  return [
    { x: left, text, bold },
    { x: right, text: amount, bold, alignRight: true },
  ];
}

function wrap(text: string): string[] {
  return text.match(/.{1,70}(\s|$)|\S{1,70}/g)?.map((line) => line.trim()) ?? [];
}

function paginate(rows: readonly Row[]): PdfText[][] {
  const perPage = Math.floor((bottom - top) / lineHeight);
  const count = Math.ceil(rows.length / perPage);
  return Array.from({ length: count }, (_unused, page) =>
    rows
      .slice(page * perPage, (page + 1) * perPage)
      .flatMap((row, index) => row.map((text) => ({ ...text, y: top + index * lineHeight }))),
  );
}

function formatDay(seconds: number): string {
  return new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' }).format(seconds * 1000);
}
