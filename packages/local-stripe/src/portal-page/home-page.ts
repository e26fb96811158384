import { isEnded } from '../billing/cancellation.ts';
import { methodsOf } from '../resources/payment-methods.ts';
import { taxIdsOf } from '../resources/tax-ids.ts';
import type { PaymentMethodObject } from '../stripe-objects.ts';
import { formatExpiry, formatMethod } from './format.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { say } from './language.ts';
import { renderInvoiceHistory } from './invoice-list.ts';
import { postButton, renderNotice } from './layout.ts';
import { renderSubscription } from './subscription-card.ts';
import { field, visibleSubscriptions } from './visit.ts';
import type { PortalTask, Visit } from './visit.ts';

/** The messages after a completed task, by their name in the URL. */
const notices: Readonly<Record<string, string>> = {
  method_added: 'Your payment method has been added.',
  method_default: 'Your default payment method has been changed.',
  method_removed: 'The payment method has been removed.',
  customer_updated: 'Your billing information has been saved.',
  canceled: 'Your subscription has been canceled.',
  renewed: 'Your subscription continues. It will not be canceled.',
  paused: 'Your subscription is paused.',
  resumed: 'Your subscription is running again.',
  updated: 'Your plan has been changed.',
  kept: 'Your plan stays as it is.',
  discounted: 'Your discount has been applied. Your plan continues.',
  scheduled: 'Your plan will change at the end of the current period.',
  paid: 'The invoice has been paid.',
};

export const homeTask: PortalTask = {
  method: 'GET',
  path: '',
  handle(visit) {
    const { features } = visit.configuration;
    const notice = notices[field(visit, 'notice')];
    return {
      title: 'Billing',
      content: html`<h1>Billing</h1>
        ${notice !== undefined && renderNotice(notice)}
        ${field(visit, 'notice') === 'declined' && renderNotice('The payment was declined. Use another card and try again.', 'problem')}
        ${renderSubscriptions(visit)} ${features.payment_method_update.enabled && renderPaymentMethods(visit)}
        ${features.customer_update.enabled && renderCustomer(visit)}
        ${features.invoice_history.enabled && renderInvoiceHistory(visit)}`,
    };
  },
};

function renderSubscriptions(visit: Visit): Html {
  const running = visibleSubscriptions(visit).filter((each) => !isEnded(each));
  return html`<section aria-labelledby="subscriptions">
    <h2 id="subscriptions">
      ${say(running.length === 1 ? 'Current subscription' : 'Current subscriptions')}
    </h2>
    <div class="cards">${running.map((each) => renderSubscription(visit, each))}</div>
    ${running.length === 0 && html`<p class="muted">You have no subscription.</p>`}
  </section>`;
}

function renderPaymentMethods(visit: Visit): Html {
  const methods = methodsOf(visit.store, visit.customer.id);
  return html`<section aria-labelledby="methods">
    <h2 id="methods">Payment methods</h2>
    <div class="cards">${methods.map((each) => renderPaymentMethod(visit, each))}</div>
    ${methods.length === 0 && html`<p class="muted">No payment method yet.</p>`}
    <div class="actions">
      <a class="button" href="${visit.home}/payment-methods/add">Add payment method</a>
    </div>
  </section>`;
}

function renderPaymentMethod(visit: Visit, method: PaymentMethodObject): Html {
  const isDefault = visit.customer.invoice_settings.default_payment_method === method.id;
  const base = `${visit.home}/payment-methods/${method.id}`;
  const card = formatMethod(method);
  const expiry = formatExpiry(method);
  return html`<article class="card" aria-label="${card}">
    <div class="row">
      <div class="method">
        <span class="chip" aria-hidden="true">${(method.card?.brand ?? method.type).slice(0, 5)}</span>
        <p>
          ${card} ${isDefault && html`<span class="badge">Default</span>`}
          ${expiry !== null && html`<br /><span class="muted small">Expires ${expiry}</span>`}
        </p>
      </div>
      ${!isDefault && html`<div class="actions">${postButton(`${base}/default`, 'Make default', 'link', card)}${postButton(`${base}/remove`, 'Remove', 'link', card)}</div>`}
    </div>
  </article>`;
}

function renderCustomer(visit: Visit): Html {
  const { customer } = visit;
  const lines = customer.address
    ? [
        customer.address.line1,
        customer.address.line2,
        customer.address.city,
        customer.address.state,
        customer.address.postal_code,
        customer.address.country,
      ]
    : [];
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['Name', customer.name],
    ['Email', customer.email],
    ['Billing address', lines.filter(Boolean).join(', ')],
    ['Phone', customer.phone],
    ...taxIdsOf(visit.store, customer.id).map(({ value }) => ['Tax ID', value] as const),
    ['Ships to', customer.shipping?.name],
  ];
  return html`<section aria-labelledby="customer">
    <h2 id="customer">Billing information</h2>
    <dl class="facts">
      ${facts
        .filter(([, value]) => value)
        .map(
          ([name, value]) =>
            html`<dt>${say(name)}</dt>
              <dd>${value ?? ''}</dd>`,
        )}
    </dl>
    <div class="actions"><a class="button" href="${visit.home}/customer">Update information</a></div>
  </section>`;
}
