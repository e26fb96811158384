import { isEnded, periodEndOf, withCancellation } from '../billing/cancellation.ts';
import { endSubscription } from '../billing/ending.ts';
import { addDiscount } from '../billing/discounts.ts';
import { portalLimitOf } from '../billing/portal-limits.ts';
import { formatDate } from './format.ts';
import { describeCoupon } from './discount-words.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { say } from './language.ts';
import { postButton, renderBackLink, renderFormButtons } from './layout.ts';
import {
  EntryRefused,
  PageNotFound,
  completeTask,
  field,
  pathSubscription,
  requireFeature,
} from './visit.ts';
import type { PageAnswer, PortalTask, Visit } from './visit.ts';
import type { CouponObject, SubscriptionObject } from '../stripe-objects.ts';

/** The labels of Stripe's cancellation reasons. */
const reasons: Readonly<Record<string, string>> = {
  too_expensive: 'It’s too expensive',
  missing_features: 'I need more features',
  switched_service: 'I found an alternative',
  unused: 'I no longer need it',
  customer_service: 'Customer service was less than expected',
  too_complex: 'Ease of use was less than expected',
  low_quality: 'Quality was less than expected',
  other: 'Other reason',
};

export const cancellationTasks: readonly PortalTask[] = [
  {
    method: 'GET',
    path: '/subscriptions/:id/cancel',
    handle: showCancellation,
  },
  {
    method: 'POST',
    path: '/subscriptions/:id/cancel',
    handle: cancel,
  },
  {
    method: 'POST',
    path: '/subscriptions/:id/accept-offer',
    handle: acceptOffer,
  },
  {
    method: 'POST',
    path: '/subscriptions/:id/renew',
    handle: renew,
  },
];

function showCancellation(visit: Visit): PageAnswer {
  const subscription = cancellable(visit);
  const { cancellation_reason: reason, mode } = visit.configuration.features.subscription_cancel;
  const end = formatDate(periodEndOf(subscription));
  return {
    title: 'Cancel plan',
    content: html`${renderBackLink(visit)}
      <h1>Cancel your plan</h1>
      ${renderOffer(visit, subscription)}
      <p>
        ${
          mode === 'immediately'
            ? html`Your plan ends as soon as you confirm.`
            : html`You can use your plan until ${end}, when it ends. You can change your mind any time before.`
        }
      </p>
      <form class="entry" method="post">
        ${
          reason.enabled &&
          html`<fieldset>
              <legend>Why are you leaving? (optional)</legend>
              ${[...reason.options, ...ownReasonsOf(visit)].map((each) => html`<label class="choice"><input type="radio" name="feedback" value="${each}" /><span>${labelOf(visit, each)}</span></label>`)}
            </fieldset>
            <label
              >Anything else you would like to say? (optional)<textarea
                name="comment"
                rows="3"
                maxlength="500"
              ></textarea>
            </label>`
        }
        ${renderFormButtons(visit, 'Cancel plan', 'danger')}
      </form>`,
  };
}

function cancel(visit: Visit): PageAnswer {
  const subscription = cancellable(visit);
  const {
    cancellation_reason: reason,
    mode,
    proration_behavior: prorationBehavior,
  } = visit.configuration.features.subscription_cancel;
  const chosen = reason.enabled ? field(visit, 'feedback') || null : null;
  const standard: readonly string[] = reason.options;
  const isOwn = chosen !== null && ownReasonsOf(visit).includes(chosen);
  if (chosen !== null && !isOwn && !standard.includes(chosen))
    throw new EntryRefused('Choose one of the reasons.');
  const words = {
    feedback: isOwn ? null : chosen,
    feedback_option: isOwn ? chosen : null,
    comment: reason.enabled ? field(visit, 'comment').slice(0, 500) || null : null,
  };
  if (mode === 'immediately') {
    const prorate = prorationBehavior === 'create_prorations';
    endSubscription(visit.store, subscription, words, { prorate, invoiceNow: false });
  } else cancelAtPeriodEnd(visit, subscription, words);
  return completeTask(visit, 'subscription_cancel', 'canceled');
}

/** The reasons that the configuration adds to Stripe's. */
function ownReasonsOf({ configuration, store }: Visit): string[] {
  const { feedback_options: options } = configuration.features.subscription_cancel.cancellation_reason;
  return (options ?? [])
    .map((option) => (typeof option === 'string' ? option : option.id))
    .filter((id) => store.find('billing.feedback_option', id)?.status === 'active');
}

function labelOf(visit: Visit, reason: string): string {
  const label = reasons[reason];
  if (label !== undefined) return say(label);
  return visit.store.find('billing.feedback_option', reason)?.description ?? reason;
}

/** The coupon that a deep link offers to a customer who stays. */
function offerOf(visit: Visit): CouponObject | null {
  const flow = visit.inFlow ? visit.session.flow?.subscription_cancel : null;
  const coupon = visit.store.find('coupon', flow?.retention?.coupon_offer?.coupon ?? '');
  return coupon?.valid ? coupon : null;
}

function renderOffer(visit: Visit, { id, currency }: SubscriptionObject): Html | null {
  const coupon = offerOf(visit);
  return (
    coupon &&
    html`<section class="card" aria-label="Offer">
      <h2>Before you go</h2>
      <p>Stay, and get <strong>${describeCoupon(coupon, currency)}</strong>.</p>
      ${postButton(`${visit.home}/subscriptions/${id}/accept-offer`, 'Accept offer', 'primary')}
    </section>`
  );
}

/** The customer stays, with one more discount. */
function acceptOffer(visit: Visit): PageAnswer {
  const subscription = cancellable(visit);
  const coupon = offerOf(visit);
  if (!coupon) throw new PageNotFound();
  visit.store.commit(
    'customer.subscription.updated',
    addDiscount(visit.store, subscription, { coupon: coupon.id }),
  );
  return completeTask(visit, 'subscription_cancel', 'discounted');
}

function renew(visit: Visit): PageAnswer {
  requireFeature(visit.configuration.features.subscription_cancel.enabled);
  const subscription = pathSubscription(visit);
  if (subscription.cancel_at === null || subscription.schedule !== null || isEnded(subscription))
    throw new PageNotFound();
  visit.store.commit('customer.subscription.updated', withCancellation(visit.store, subscription, null));
  return { redirect: `${visit.home}?notice=renewed` };
}

function cancellable(visit: Visit): SubscriptionObject {
  requireFeature(visit.configuration.features.subscription_cancel.enabled);
  const subscription = pathSubscription(visit);
  if (isEnded(subscription) || portalLimitOf(visit.store, 'cancel', subscription) !== null)
    throw new PageNotFound();
  return subscription;
}

/**
 * With flexible billing mode the portal sets only `cancel_at`; otherwise it also sets `cancel_at_period_end`. Code that reads
 * a subscription must check both.
 */
function cancelAtPeriodEnd(
  visit: Visit,
  subscription: SubscriptionObject,
  words: Parameters<typeof withCancellation>[3],
): void {
  const flexible = subscription.billing_mode.type === 'flexible';
  const when = flexible ? periodEndOf(subscription) : 'period_end';
  visit.store.commit(
    'customer.subscription.updated',
    withCancellation(visit.store, subscription, when, words),
  );
}
