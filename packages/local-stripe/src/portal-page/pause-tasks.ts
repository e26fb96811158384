import { pauseSubscription, resumeSubscription } from '../billing/pausing.ts';
import { addInterval } from '../billing/periods.ts';
import type { SubscriptionObject } from '../stripe-objects.ts';
import { formatInterval } from './format.ts';
import { html } from './html.ts';
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
        ${timed ? 'It starts again by itself, or earlier when you resume it.' : 'It stays paused until you resume it.'}
      </p>
      <form class="entry" method="post">
        ${
          timed &&
          html`<fieldset>
            <legend>Pause for</legend>
            ${duration.interval_options.map((each, index) => html`<label class="choice"><input type="radio" name="duration" value="${index}" required${index === 0 && html` checked`} /><span>${each.interval_count === 1 ? `1 ${each.interval}` : formatInterval(each)}</span></label>`)}
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

function resume(visit: Visit): PageAnswer {
  requireFeature(visit.configuration.features.subscription_pause.enabled);
  const subscription = pathSubscription(visit);
  if (subscription.status !== 'paused') throw new PageNotFound();
  resumeSubscription(visit.store, subscription, 'now');
  return { redirect: `${visit.home}?notice=resumed` };
}

function pausable(visit: Visit): SubscriptionObject {
  requireFeature(visit.configuration.features.subscription_pause.enabled);
  const subscription = pathSubscription(visit);
  if (!['active', 'trialing'].includes(subscription.status) || subscription.cancel_at !== null)
    throw new PageNotFound();
  return subscription;
}

function resumesAtOf(visit: Visit): number | null {
  const { duration } = visit.configuration.features.subscription_pause;
  if (duration.type === 'indefinite') return null;
  const chosen = duration.interval_options[Number(field(visit, 'duration') || 'none')];
  if (!chosen) throw new EntryRefused('Choose for how long to pause.');
  return addInterval(visit.store.now(), chosen);
}
