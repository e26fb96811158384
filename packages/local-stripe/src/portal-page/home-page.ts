import { periodEndOf, isEnded } from '../billing/cancellation.ts';
import { describePrice } from '../billing/price-labels.ts';
import { previewNextInvoice } from '../resources/invoice-previews.ts';
import { methodsOf } from '../resources/payment-methods.ts';
import type { PaymentMethodObject, SubscriptionObject } from '../stripe-objects.ts';
import { formatAmount, formatMethod, formatDate, formatExpiry, formatItem } from './format.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { renderInvoiceHistory } from './invoice-list.ts';
import { renderNotice } from './layout.ts';
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
    <h2 id="subscriptions">Current ${running.length === 1 ? 'subscription' : 'subscriptions'}</h2>
    <div class="cards">${running.map((each) => renderSubscription(visit, each))}</div>
    ${running.length === 0 && html`<p class="muted">You have no subscription.</p>`}
  </section>`;
}

function renderSubscription(visit: Visit, subscription: SubscriptionObject): Html {
  const items = subscription.items.data;
  const names = items.map((item) => visit.store.find('product', item.price.product)?.name ?? 'Subscription');
  const method = visit.store.find(
    'payment_method',
    subscription.default_payment_method ?? visit.customer.invoice_settings.default_payment_method ?? '',
  );
  return html`<article class="card" aria-label="${names.join(', ')}">
    <div class="row">
      <div class="stack">
        <h3>${names.join(', ')} ${renderStatus(subscription)}</h3>
        ${items.map((item) => html`<p><span class="price">${formatItem(item, subscription.currency)}</span>${(item.quantity ?? 1) !== 1 && html` <span class="muted small">for ${item.quantity ?? 1} × ${describePrice(item.price, subscription.currency)}</span>`}</p>`)}
      </div>
      ${renderSubscriptionActions(visit, subscription)}
    </div>
    <div class="stack small">
      ${renderUpcoming(visit, subscription)}
      ${method && html`<p class="muted">Paid with ${formatMethod(method)}</p>`}
    </div>
  </article>`;
}

function renderStatus(subscription: SubscriptionObject): Html {
  if (subscription.status === 'paused') return html`<span class="badge warn">Paused</span>`;
  if (subscription.cancel_at !== null)
    return html`<span class="badge warn">Cancels ${formatDate(subscription.cancel_at)}</span>`;
  if (subscription.status === 'active') return html`<span class="badge good">Active</span>`;
  if (subscription.status === 'trialing') return html`<span class="badge good">Trial</span>`;
  return html`<span class="badge bad"
    >${subscription.status === 'past_due' ? 'Past due' : subscription.status === 'unpaid' ? 'Unpaid' : 'Incomplete'}</span
  >`;
}

function renderUpcoming(visit: Visit, subscription: SubscriptionObject): Html {
  const { resumesAt } = visit.store.internalsOf(subscription.id);
  if (subscription.status === 'paused') {
    return html`<p>
      ${resumesAt === null ? 'Paused until you resume it. Nothing is charged until then.' : `Paused. It resumes by itself on ${formatDate(resumesAt)}.`}
    </p>`;
  }
  if (subscription.cancel_at !== null)
    return html`<p>
      Your plan will be canceled on ${formatDate(subscription.cancel_at)}. You can use it until then.
    </p>`;
  const upcoming = previewNextInvoice(visit.store, subscription, {
    changes: [],
    proration: 'none',
    anchorNow: false,
  });
  const amount = upcoming && formatAmount(upcoming.amount_due, upcoming.currency);
  return html`${subscription.status === 'past_due' && html`<p>Your last payment did not go through. Check your payment method, then pay the open invoice below.</p>`}
  ${subscription.pause_collection && html`<p>Payment collection is paused.</p>`}
  ${subscription.status === 'trialing' && subscription.trial_end !== null && html`<p>Your free trial ends on ${formatDate(subscription.trial_end)}.</p>`}
  ${subscription.schedule !== null && html`<p>A change of your plan is scheduled for ${formatDate(periodEndOf(subscription))}.</p>`}
  ${amount !== null && html`<p>Next charge: <strong>${amount}</strong> on ${formatDate(periodEndOf(subscription))}</p>`}`;
}

function renderSubscriptionActions(visit: Visit, subscription: SubscriptionObject): Html {
  const { features } = visit.configuration;
  const base = `${visit.home}/subscriptions/${subscription.id}`;
  const leaving = subscription.cancel_at !== null;
  const paused = subscription.status === 'paused';
  const pausable = ['active', 'trialing'].includes(subscription.status) && !leaving;
  return html`<div class="actions">
    ${paused && features.subscription_pause.enabled && postButton(`${base}/resume`, 'Resume subscription', 'primary')}
    ${leaving && features.subscription_cancel.enabled && postButton(`${base}/renew`, 'Don’t cancel', 'primary')}
    ${!leaving && !paused && features.subscription_update.enabled && subscription.items.data.length === 1 && html`<a class="button primary" href="${base}/update">Update plan</a>`}
    ${pausable && features.subscription_pause.enabled && html`<a class="button" href="${base}/pause">Pause</a>`}
    ${!leaving && features.subscription_cancel.enabled && html`<a class="button" href="${base}/cancel">Cancel plan</a>`}
  </div>`;
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
        customer.address.postal_code,
        customer.address.country,
      ]
    : [];
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['Name', customer.name],
    ['Email', customer.email],
    ['Billing address', lines.filter(Boolean).join(', ')],
    ['Phone', customer.phone],
    ['Ships to', customer.shipping?.name],
  ];
  return html`<section aria-labelledby="customer">
    <h2 id="customer">Billing information</h2>
    <dl class="facts">
      ${facts
        .filter(([, value]) => value)
        .map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value ?? ''}</dd>`,
        )}
    </dl>
    <div class="actions"><a class="button" href="${visit.home}/customer">Update information</a></div>
  </section>`;
}

/** A form with one button. `subject` names its object for screen readers. */
function postButton(action: string, label: string, kind: string, subject = ''): Html {
  return html`<form method="post" action="${action}">
    <button class="${kind}" type="submit" ${subject !== '' && html` aria-label="${label}: ${subject}"`}>
      ${label}
    </button>
  </form>`;
}
