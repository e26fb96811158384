import { pauseSubscription, resumeSubscription } from '../billing/pausing.ts';
import { portalLimitOf } from '../billing/portal-limits.ts';
import { addInterval } from '../billing/periods.ts';
import type { SubscriptionObject } from '../stripe-objects.ts';
import { formatAmount, formatInterval } from './format.ts';
import { html } from './html.ts';
import { say } from './language.ts';
import { renderBackLink, renderFormButtons } from './layout.ts';
import {
  EntryRefused,
  PageNotFound,
  completeTask,
  field,
  pathSubscription,
  requireFeature,
} from './visit.ts';
import type { PageAnswer, PortalTask, Visit } from './visit.ts';

export const pauseTasks: readonly PortalTask[] = [
  {
    method: 'GET',
    path: '/subscriptions/:id/pause',
    handle: showPause,
  },
  {
    method: 'POST',
    path: '/subscriptions/:id/pause',
    handle: pause,
  },
  {
    method: 'GET',
    path: '/subscriptions/:id/resume',
    handle: showResume,
  },
  {
    method: 'POST',
    path: '/subscriptions/:id/resume',
    handle: resume,
  },
];

function showPause(visit: Visit): PageAnswer {
  pausable(visit);
  const { duration } = visit.configuration.features.subscription_pause;
  const timed = duration.type === 'interval_options';
  return {
    title: 'Pause subscription',
    content: html`${renderBackLink(visit)}
      <h1>Pause your subscription</h1>
      <p>
        Nothing is charged while it is paused.
        ${say(timed ? 'It starts again by itself, or earlier when you resume it.' : 'It stays paused until you resume it.')}
      </p>
      <form class="entry" method="post">
        ${
          timed &&
          html`<fieldset>
            <legend>Pause for</legend>
            ${duration.interval_options.map((each, index) => html`<label class="choice"><input type="radio" name="duration" value="${index}" required${index === 0 && html` checked`} /><span>${each.interval_count === 1 ? `1 ${formatInterval(each)}` : formatInterval(each)}</span></label>`)}
          </fieldset>`
        }
        ${renderFormButtons(visit, 'Pause subscription')}
      </form>`,
  };
}

function pause(visit: Visit): PageAnswer {
  pauseSubscription(visit.store, pausable(visit), {
    resumesAt: resumesAtOf(visit),
    creditsUnusedTime: true,
    invoicesNow: false,
  });
  return completeTask(visit, 'subscription_pause', 'paused');
}

/** Says what resuming costs before it does: a new period, less the credit for time that the pause left unused. */
function showResume(visit: Visit): PageAnswer {
  const subscription = resumable(visit);
  const { store } = visit;
  const invoice = store.rehearse(() => {
    const { latest_invoice: id } = resumeSubscription(store, subscription, 'now');
    return store.find('invoice', id ?? '');
  });
  return {
    title: 'Resume subscription',
    content: html`${renderBackLink(visit)}
      <h1>Resume your subscription</h1>
      <p>A new period starts as soon as you confirm.</p>
      ${
        invoice &&
        html`<section class="card" aria-label="What is charged">
          <dl class="facts">
            ${invoice.lines.data.map(
              ({ description, amount }) =>
                html`<dt class="small">${description ?? ''}</dt>
                  <dd class="small">${formatAmount(amount, invoice.currency)}</dd>`,
            )}
            <dt>Due today</dt>
            <dd><strong>${formatAmount(invoice.amount_due, invoice.currency)}</strong></dd>
          </dl>
        </section>`
      }
      <form class="entry" method="post">${renderFormButtons(visit, 'Resume subscription')}</form>`,
  };
}

function resume(visit: Visit): PageAnswer {
  resumeSubscription(visit.store, resumable(visit), 'now');
  return { redirect: `${visit.home}?notice=resumed` };
}

function resumable(visit: Visit): SubscriptionObject {
  requireFeature(visit.configuration.features.subscription_pause.enabled);
  const subscription = pathSubscription(visit);
  if (subscription.status !== 'paused') throw new PageNotFound();
  return subscription;
}

function pausable(visit: Visit): SubscriptionObject {
  requireFeature(visit.configuration.features.subscription_pause.enabled);
  const subscription = pathSubscription(visit);
  if (portalLimitOf(visit.store, 'pause', subscription) !== null) throw new PageNotFound();
  return subscription;
}

function resumesAtOf(visit: Visit): number | null {
  const { duration } = visit.configuration.features.subscription_pause;
  if (duration.type === 'indefinite') return null;
  const chosen = duration.interval_options[Number(field(visit, 'duration') || 'none')];
  if (!chosen) throw new EntryRefused('Choose for how long to pause.');
  return addInterval(visit.store.now(), chosen);
}
