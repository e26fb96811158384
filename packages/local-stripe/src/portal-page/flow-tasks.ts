import { html } from './html.ts';
import { PageNotFound, returnUrlOf } from './visit.ts';
import type { PortalTask, Visit } from './visit.ts';

/** The first page of a deep link. */
export function flowPath(visit: Visit): string {
  const { flow } = visit.session;
  const confirm = flow?.subscription_update_confirm;
  const [item] = confirm?.items ?? [];
  if (confirm && item) {
    const query = new URLSearchParams({ price: item.price ?? '', quantity: String(item.quantity ?? '') });
    return `${visit.home}/subscriptions/${confirm.subscription}/update/confirm?${query.toString()}`;
  }
  const subscription =
    flow?.subscription_cancel?.subscription ??
    flow?.subscription_pause?.subscription ??
    flow?.subscription_update?.subscription;
  const tasks: Readonly<Record<string, string>> = {
    customer_update: 'customer',
    payment_method_update: 'payment-methods/add',
    subscription_cancel: `subscriptions/${subscription ?? ''}/cancel`,
    subscription_pause: `subscriptions/${subscription ?? ''}/pause`,
    subscription_update: `subscriptions/${subscription ?? ''}/update`,
  };
  return `${visit.home}/${tasks[flow?.type ?? ''] ?? ''}`;
}

/** The confirmation page that a deep link can ask Stripe to show. */
export const doneTask: PortalTask = {
  method: 'GET',
  path: '/done',
  handle(visit) {
    const confirmation = visit.session.flow?.after_completion.hosted_confirmation;
    if (!confirmation || visit.inFlow) throw new PageNotFound();
    const returnUrl = returnUrlOf(visit);
    return {
      title: 'Done',
      content: html`<h1>All done</h1>
        <p>${confirmation.custom_message ?? 'Your changes have been saved.'}</p>
        ${returnUrl !== null && html`<div class="buttons"><a class="button primary" href="${returnUrl}">Return to ${visit.businessName}</a></div>`}`,
    };
  },
};
