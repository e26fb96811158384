import type { InvoiceObject } from '../stripe-objects.ts';
import { formatAmount, formatDate } from './format.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { renderInvoiceStatus } from './invoice-list.ts';
import { renderDocument } from './layout.ts';

/** Renders an invoice as a page. The printable version has no buttons. */
export function renderInvoiceSheet(invoice: InvoiceObject, businessName: string, printable: boolean): string {
  const title = `Invoice ${invoice.number ?? ''}`;
  return renderDocument(
    `${title} · ${businessName}`,
    html`<main id="main" class="sheet" tabindex="-1">
      <div class="row">
        <div class="stack">
          <h1>${title}</h1>
          <p class="muted">${businessName}</p>
        </div>
        <p>${renderInvoiceStatus(invoice)}</p>
      </div>
      <dl class="facts">
        <dt>Date</dt>
        <dd>${formatDate(invoice.created)}</dd>
        <dt>Billed to</dt>
        <dd>
          ${invoice.customer_name ?? ''}${invoice.customer_email !== null && html`<br />${invoice.customer_email}`}
        </dd>
        ${
          invoice.status_transitions.paid_at !== null &&
          html`<dt>Paid</dt>
            <dd>${formatDate(invoice.status_transitions.paid_at)}</dd>`
        }
      </dl>
      ${renderLines(invoice)}
      ${!printable && html`<p class="no-print"><a class="button" href="${invoice.invoice_pdf ?? ''}">Printable version</a></p>`}
    </main>`,
  );
}

function renderLines(invoice: InvoiceObject): Html {
  const amount = (value: number): string => formatAmount(value, invoice.currency);
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Description</th>
        <th scope="col">Quantity</th>
        <th scope="col" class="amount">Amount</th>
      </tr>
    </thead>
    <tbody>
      ${invoice.lines.data.map(
        (line) =>
          html`<tr>
            <td>
              ${line.description}<br /><span class="muted small"
                >${formatDate(line.period.start)} – ${formatDate(line.period.end)}</span
              >
            </td>
            <td>${line.quantity}</td>
            <td class="amount">${amount(line.amount)}</td>
          </tr>`,
      )}
    </tbody>
    <tfoot>
      <tr>
        <td>Total</td>
        <td></td>
        <td class="amount">${amount(invoice.total)}</td>
      </tr>
      <tr>
        <td>Amount paid</td>
        <td></td>
        <td class="amount">${amount(invoice.amount_paid)}</td>
      </tr>
      <tr>
        <td>Amount due</td>
        <td></td>
        <td class="amount">${amount(invoice.amount_remaining)}</td>
      </tr>
    </tfoot>
  </table>`;
}
