import { periodEndOf } from '../billing/cancellation.ts';
import { releaseSchedule } from '../billing/schedules.ts';
import { formatAmount, formatDate, formatOffer, formatPrice } from './format.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { say } from './language.ts';
import { renderBackLink, renderFormButtons } from './layout.ts';
import {
  carryOut,
  choosePlan,
  listOffers,
  previewChange,
  takesPromotionCodes,
  updatable,
} from './plan-change.ts';
import type { Offer, PlanChange } from './plan-change.ts';
import { isUndoable } from './subscription-card.ts';
import { PageNotFound, completeTask, field, pathSubscription } from './visit.ts';
import type { PageAnswer, PortalTask, Visit } from './visit.ts';

export const planTasks: readonly PortalTask[] = [
  {
    method: 'GET',
    path: '/subscriptions/:id/update',
    handle: showPlans,
  },
  {
    method: 'GET',
    path: '/subscriptions/:id/update/confirm',
    handle: showConfirmation,
  },
  {
    method: 'POST',
    path: '/subscriptions/:id/update/confirm',
    handle: changePlan,
  },
  {
    method: 'POST',
    path: '/subscriptions/:id/keep',
    handle: keepPlan,
  },
];

function showPlans(visit: Visit): PageAnswer {
  const { subscription, item } = updatable(visit);
  const offers = listOffers(visit, subscription, item);
  const quantities = offers.filter((each) => each.quantity.adjustable).map((each) => each.quantity);
  const chosen = offers.some((each) => each.price.id === item.price.id) ? item.price.id : offers[0]?.price.id;
  return {
    title: 'Update plan',
    content: html`${renderBackLink(visit)}
      <h1>Update your plan</h1>
      <form class="entry" method="get" action="${visit.home}/subscriptions/${subscription.id}/update/confirm">
        <fieldset>
          <legend>Plan</legend>
          ${offers.map((offer) => renderOffer(offer, subscription.currency, offer.price.id === item.price.id, offer.price.id === chosen))}
        </fieldset>
        ${
          quantities.length > 0 &&
          html`<label
            >Quantity<input
              type="number"
              name="quantity"
              value="${item.quantity ?? 1}"
              min="${Math.min(...quantities.map(({ minimum }) => minimum))}"
              ${quantities.every(({ maximum }) => maximum !== null) && html` max="${Math.max(...quantities.map(({ maximum }) => maximum ?? 0))}"`}
              required
          /></label>`
        }
        ${offers.length === 0 ? html`<p class="muted">No plan is offered in the currency of your subscription.</p>` : renderFormButtons(visit, 'Continue')}
      </form>`,
  };
}

function showConfirmation(visit: Visit): PageAnswer {
  const change = choosePlan(visit, field(visit, 'price'), field(visit, 'quantity'));
  return { title: 'Confirm your new plan', content: renderConfirmation(visit, change) };
}

function changePlan(visit: Visit): PageAnswer {
  const change = choosePlan(visit, field(visit, 'price'), field(visit, 'quantity'));
  carryOut(visit, change);
  const type =
    visit.session.flow?.type === 'subscription_update_confirm'
      ? 'subscription_update_confirm'
      : 'subscription_update';
  return completeTask(visit, type, change.scheduled ? 'scheduled' : 'updated');
}

/** Undoes a change that the portal scheduled. */
function keepPlan(visit: Visit): PageAnswer {
  const subscription = pathSubscription(visit);
  if (!isUndoable(visit, subscription)) throw new PageNotFound();
  const schedule = visit.store.get('subscription_schedule', subscription.schedule ?? '');
  releaseSchedule(visit.store, schedule, false);
  return { redirect: `${visit.home}?notice=kept` };
}

function renderOffer(offer: Offer, currency: string, current: boolean, checked: boolean): Html {
  return html`<label class="choice"
    ><input type="radio" name="price" value="${offer.price.id}" required${checked && html` checked`} />
    <span
      ><span class="row"
        ><span>${offer.productName} ${current && html`<span class="badge">Current plan</span>`}</span
        ><span>${formatOffer(offer.price, currency)}</span></span
      >
      ${offer.description !== null && html`<span class="hint">${offer.description}</span>`}</span
    ></label
  >`;
}

function renderConfirmation(visit: Visit, change: PlanChange): Html {
  const { offer, quantity, subscription } = change;
  const product = visit.store.find('product', change.item.price.product)?.name ?? 'Your plan';
  return html`${renderBackLink(visit)}
    <h1>Confirm your new plan</h1>
    <section class="card" aria-label="What changes">
      <dl class="facts">
        <dt>Now</dt>
        <dd>${product}, ${formatPrice(change.item.price, change.item.quantity, subscription.currency)}</dd>
        <dt>New</dt>
        <dd>
          <strong
            >${quantity === 1 ? '' : `${quantity} × `}${offer.productName},
            ${formatPrice(offer.price, quantity, subscription.currency)}</strong
          >
        </dd>
        ${
          change.scheduled
            ? html`<dt>From</dt>
                <dd>${formatDate(periodEndOf(subscription))}, when your current period ends</dd>`
            : renderDue(visit, change)
        }
      </dl>
    </section>
    ${renderPromotionCode(visit, change)}
    <form class="entry" method="post">
      ${renderChoice(change)}
      ${Boolean(change.discount?.promotion_code) && html`<input type="hidden" name="promotion_code" value="${field(visit, 'promotion_code')}" />`}
      ${renderFormButtons(visit, 'Confirm')}
    </form>`;
}

/** The amount due today, or the amount on the next invoice. */
function renderDue(visit: Visit, change: PlanChange): Html {
  const { invoice, invoiceNow, nextInvoiceAt } = previewChange(visit, change);
  const { currency } = invoice;
  const off = (invoice.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const lines = invoice.lines.data.map(
    ({ amount, description }) =>
      html`<dt class="small">${description ?? ''}</dt>
        <dd class="small">${formatAmount(amount, currency)}</dd>`,
  );
  return html`${lines}
    ${
      off > 0 &&
      html`<dt class="small">Discount</dt>
        <dd class="small">${formatAmount(-off, currency)}</dd>`
    }
    <dt>${say(invoiceNow ? 'Due today' : 'On your next invoice')}</dt>
    <dd><strong>${formatAmount(invoice.total, currency)}</strong></dd>
    ${
      !invoiceNow &&
      html`<dt>Next invoice</dt>
        <dd>${formatDate(nextInvoiceAt)}</dd>`
    }`;
}

/** The choice that the forms of the confirmation carry on. */
function renderChoice({ offer, quantity }: PlanChange): Html {
  return html`<input type="hidden" name="price" value="${offer.price.id}" /><input
      type="hidden"
      name="quantity"
      value="${quantity}"
    />`;
}

function renderPromotionCode(visit: Visit, change: PlanChange): Html | null {
  if (!takesPromotionCodes(visit) || visit.session.flow?.subscription_update_confirm?.discounts) return null;
  const action = `${visit.home}/subscriptions/${change.subscription.id}/update/confirm`;
  return html`<form class="entry" method="get" action="${action}">
    ${renderChoice(change)}
    <label
      >Promotion code (optional)<input
        name="promotion_code"
        value="${field(visit, 'promotion_code')}"
        required
    /></label>
    <div class="buttons"><button type="submit">Apply</button></div>
  </form>`;
}
