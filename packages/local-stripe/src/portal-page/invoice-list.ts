import type { InvoiceObject } from '../stripe-objects.ts';
import { formatAmount, formatDate } from './format.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { say } from './language.ts';
import { visibleInvoices } from './visit.ts';
import type { Visit } from './visit.ts';

/** The customer's invoices, newest first. */
export function renderInvoiceHistory(visit: Visit): Html {
  const invoices = visibleInvoices(visit);
  return html`<section aria-labelledby="invoices">
    <h2 id="invoices">Invoice history</h2>
    ${
      invoices.length === 0
        ? html`<p class="muted">No invoices yet.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Invoices">
            <table>
              <thead>
                <tr>
                  <th scope="col">Date</th>
                  <th scope="col">Status</th>
                  <th scope="col" class="optional">For</th>
                  <th scope="col" class="amount">Amount</th>
                  <th scope="col">Documents</th>
                </tr>
              </thead>
              <tbody>
                ${invoices.map((each) => renderRow(visit, each))}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}

function renderRow(visit: Visit, invoice: InvoiceObject): Html {
  const date = formatDate(invoice.created);
  return html`<tr>
    <td><time>${date}</time></td>
    <td>${renderInvoiceStatus(invoice)}</td>
    <td class="optional muted small">${invoice.lines.data.at(-1)?.description ?? ''}</td>
    <td class="amount">${formatAmount(invoice.total, invoice.currency)}</td>
    <td class="small">
      <a href="${invoice.hosted_invoice_url ?? ''}" aria-label="${say('View')}: ${date}">View</a> ·
      <a href="${invoice.invoice_pdf ?? ''}" aria-label="PDF: ${date}">PDF</a>
      ${invoice.status === 'open' && html`<form method="post" action="${visit.home}/invoices/${invoice.id}/pay"><button class="link" type="submit" aria-label="${say('Pay now')}: ${date}">Pay now</button></form>`}
    </td>
  </tr>`;
}

export function renderInvoiceStatus(invoice: InvoiceObject): Html {
  const kind = invoice.status === 'paid' ? 'good' : invoice.status === 'open' ? 'bad' : '';
  return html`<span class="badge ${kind}"
    >${say(`${invoice.status.slice(0, 1).toUpperCase()}${invoice.status.slice(1)}`)}</span
  >`;
}
