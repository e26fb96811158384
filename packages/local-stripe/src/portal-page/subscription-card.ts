import { isEnded, periodEndOf } from '../billing/cancellation.ts';
import { hasScheduledChange, portalLimitOf } from '../billing/portal-limits.ts';
import { previewNextInvoice } from '../resources/invoice-previews.ts';
import type { SubscriptionObject } from '../stripe-objects.ts';
import { listDiscounts } from './discount-words.ts';
import { formatAmount, formatDate, formatItem, formatMethod, formatOffer, formatPrice } from './format.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { say } from './language.ts';
import { postButton } from './layout.ts';
import type { Visit } from './visit.ts';

/** A subscription on the home page: what it costs, what comes next, and what can be done with it. */
export function renderSubscription(visit: Visit, subscription: SubscriptionObject): Html {
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
        ${items.map((item) => html`<p><span class="price">${formatItem(item, subscription.currency)}</span>${(item.quantity ?? 1) !== 1 && html` <span class="muted small">for ${item.quantity ?? 1} × ${formatOffer(item.price, subscription.currency)}</span>`}</p>`)}
      </div>
      ${renderSubscriptionActions(visit, subscription)}
    </div>
    <div class="stack small">
      ${listDiscounts(visit.store, subscription, visit.customer).map((each) => html`<p>${each}</p>`)}
      ${renderUpcoming(visit, subscription)} ${renderLimit(visit, subscription)}
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
    >${say(subscription.status === 'past_due' ? 'Past due' : subscription.status === 'unpaid' ? 'Unpaid' : 'Incomplete')}</span
  >`;
}

function renderUpcoming(visit: Visit, subscription: SubscriptionObject): Html {
  const { resumesAt } = visit.store.internalsOf(subscription.id);
  if (subscription.status === 'paused') {
    return html`<p>
      ${resumesAt === null ? html`Paused until you resume it. Nothing is charged until then.` : html`Paused. It resumes by itself on ${formatDate(resumesAt)}.`}
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
  ${renderScheduledChange(visit, subscription)}
  ${amount !== null && html`<p>Next charge: <strong>${amount}</strong> on ${formatDate(periodEndOf(subscription))}</p>`}`;
}

function renderScheduledChange({ store }: Visit, subscription: SubscriptionObject): Html | null {
  if (!hasScheduledChange(store, subscription)) return null;
  const schedule = store.get('subscription_schedule', subscription.schedule ?? '');
  const end = schedule.current_phase?.end_date ?? 0;
  const next = schedule.phases.find((phase) => phase.start_date >= end);
  const plans = (next?.items ?? []).map((item) => {
    const price = store.get('price', item.price);
    const product = store.find('product', price.product)?.name ?? 'Subscription';
    return `${product}, ${formatPrice(price, item.quantity, subscription.currency)}`;
  });
  return html`<p>A change of your plan is scheduled for ${formatDate(end)}: ${plans.join('; ')}.</p>`;
}

function renderSubscriptionActions(visit: Visit, subscription: SubscriptionObject): Html {
  const { features } = visit.configuration;
  const base = `${visit.home}/subscriptions/${subscription.id}`;
  const can = (task: 'cancel' | 'pause' | 'update'): boolean =>
    features[`subscription_${task}`].enabled && portalLimitOf(visit.store, task, subscription) === null;
  const leaving = subscription.cancel_at !== null && subscription.schedule === null;
  return html`<div class="actions">
    ${subscription.status === 'paused' && features.subscription_pause.enabled && html`<a class="button primary" href="${base}/resume">Resume subscription</a>`}
    ${leaving && features.subscription_cancel.enabled && postButton(`${base}/renew`, 'Don’t cancel', 'primary')}
    ${isUndoable(visit, subscription) && postButton(`${base}/keep`, 'Keep current plan', 'primary')}
    ${can('update') && html`<a class="button primary" href="${base}/update">Update plan</a>`}
    ${can('pause') && html`<a class="button" href="${base}/pause">Pause</a>`}
    ${can('cancel') && html`<a class="button" href="${base}/cancel">Cancel plan</a>`}
  </div>`;
}

/** The portal undoes a change that was scheduled in the portal. */
export function isUndoable(visit: Visit, subscription: SubscriptionObject): boolean {
  const { portalSchedule } = visit.store.internalsOf(subscription.id);
  return (
    visit.configuration.features.subscription_update.enabled &&
    portalSchedule === subscription.schedule &&
    hasScheduledChange(visit.store, subscription)
  );
}

/** Why the plan cannot be changed here, unless the card says it already. */
function renderLimit(visit: Visit, subscription: SubscriptionObject): Html | null {
  const isPlain = ['active', 'trialing', 'past_due'].includes(subscription.status) && !isEnded(subscription);
  const reason =
    isPlain && subscription.cancel_at === null && subscription.schedule === null
      ? portalLimitOf(visit.store, 'update', subscription)
      : null;
  if (reason === null || !visit.configuration.features.subscription_update.enabled) return null;
  return html`<p class="muted">
    This plan cannot be changed here, because ${say(reason)}. Contact ${visit.businessName}.
  </p>`;
}
