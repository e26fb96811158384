import type { InvoiceObject, PaymentMethodObject } from '../stripe-objects.ts';
import { formatAmount, formatDate, formatMethod } from './format.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { say } from './language.ts';
import { renderInvoiceStatus } from './invoice-list.ts';
import { renderDocument, renderNotice } from './layout.ts';
import { offeredMethods } from './payment-method-tasks.ts';

interface InvoiceSheet {
  readonly invoice: InvoiceObject;
  /** The customer's payment methods. */
  readonly methods: readonly PaymentMethodObject[];
  readonly defaultMethod: string | null;
  readonly backUrl: string | null;
  readonly notice: string;
}

/** Renders the hosted page of an invoice, where anyone with its URL can pay it. */
export function renderInvoiceSheet(sheet: InvoiceSheet): string {
  const { invoice, backUrl, notice } = sheet;
  const business = invoice.account_name ?? '';
  const title = `Invoice ${invoice.number ?? ''}`;
  const payable = invoice.status === 'open' || invoice.status === 'uncollectible';
  return renderDocument(
    `${title} · ${business}`,
    html`<main id="main" class="sheet" tabindex="-1">
      ${
        backUrl !== null &&
        html`<nav class="crumbs" aria-label="Breadcrumb">
          <a href="${backUrl}"><span aria-hidden="true">←</span> Return to ${business}</a>
        </nav>`
      }
      ${notice === 'paid' && renderNotice('The invoice has been paid.')}
      ${notice === 'declined' && renderNotice('The payment was declined. Use another card and try again.', 'problem')}
      <div class="row">
        <div class="stack">
          <h1>${title}</h1>
          <p class="muted">${business}</p>
        </div>
        <p>${renderInvoiceStatus(invoice)}</p>
      </div>
      ${renderFacts(invoice)} ${renderLines(invoice)} ${payable && renderPayment(sheet)}
      <p class="no-print"><a class="button" href="${invoice.invoice_pdf ?? ''}">Download PDF</a></p>
    </main>`,
  );
}

function renderFacts(invoice: InvoiceObject): Html {
  const fact = (name: string, value: Html | string): Html =>
    html`<dt>${say(name)}</dt>
      <dd>${value}</dd>`;
  const { paid_at: paidAt } = invoice.status_transitions;
  const email = invoice.customer_email;
  return html`<dl class="facts">
    ${fact('Date', formatDate(invoice.created))}
    ${invoice.due_date !== null && fact('Due', formatDate(invoice.due_date))}
    ${fact('Billed to', html`${invoice.customer_name ?? ''}${email !== null && html`<br />${email}`}`)}
    ${(invoice.customer_tax_ids ?? []).map(({ value }) => fact('Tax ID', value ?? ''))}
    ${paidAt !== null && fact('Paid', formatDate(paidAt))}
  </dl>`;
}

function renderPayment({ invoice, methods, defaultMethod, backUrl }: InvoiceSheet): Html {
  const choices = [
    ...methods.map((each) => [each.id, formatMethod(each), ''] as const),
    ...offeredMethods.map(([id, label, hint]) => [id, label, `New. ${hint}`] as const),
  ];
  const chosen = methods.some(({ id }) => id === defaultMethod) ? defaultMethod : choices[0]?.[0];
  const { pathname } = new URL(invoice.hosted_invoice_url ?? '');
  return html`<form class="entry no-print" method="post" action="${pathname}/pay">
    <fieldset>
      <legend>Pay with</legend>
      ${choices.map(
        ([id, label, hint]) =>
          html`<label class="choice"
            ><input
              type="radio"
              name="method"
              value="${id}"
              required${id === chosen && html` checked`}
            /><span>${label}${hint !== '' && html`<span class="hint">${hint}</span>`}</span></label
          >`,
      )}
    </fieldset>
    <input type="hidden" name="back" value="${backUrl ?? ''}" />
    <div class="buttons"><button class="primary" type="submit">Pay now</button></div>
  </form>`;
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
