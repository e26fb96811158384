import { buildInvoice } from './billing/invoice-builder.ts';
import {
  markUncollectible,
  passInvoiceTime,
  sendInvoice,
  subscriptionOf,
  voidInvoice,
} from './billing/invoice-outcomes.ts';
import { finalizeDraft, markPaid, payInvoice } from './billing/payment.ts';
import { chargeItem, periodOf } from './billing/subscription-items.ts';
import { boolean, integer, oneOf, required, string } from './parameters.ts';
import type { Decoded } from './parameters.ts';
import { createRoute } from './route.ts';
import type { ApiRoute } from './route.ts';
import type { Store } from './store.ts';
import type { InvoiceObject } from './stripe-objects.ts';

/** Controls that create a state of billing in one call. */
export function createBillingControlRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/_control/invoices',
      parameters: invoiceParameters,
      handle: ({ values }) => createInvoice(store, values),
    }),
  ];
}

const invoiceParameters = {
  subscription: required(string()),
  status: oneOf(['draft', 'open', 'paid', 'uncollectible', 'void']),
  collection_method: oneOf(['charge_automatically', 'send_invoice']),
  days_until_due: integer({ min: 0 }),
  overdue: boolean(),
};

/** Invoices the current period of a subscription once more. An open invoice is one that could not be charged. */
function createInvoice(store: Store, values: Decoded<typeof invoiceParameters>): InvoiceObject {
  const subscription = store.refer('subscription', values.subscription, 'subscription');
  const { status = 'open', collection_method: method = subscription.collection_method } = values;
  const built = buildInvoice(store, {
    customer: store.get('customer', subscription.customer),
    subscription: {
      ...subscription,
      collection_method: method,
      days_until_due: values.days_until_due ?? subscription.days_until_due,
    },
    charges: subscription.items.data.map((item) => chargeItem(store, subscription, item, periodOf(item))),
    billingReason: 'subscription_cycle',
  });
  const draft = values.overdue ? { ...built, due_date: store.now() - 86_400 } : built;
  store.commit('invoice.created', draft);
  store.commit('customer.subscription.updated', { ...subscription, latest_invoice: draft.id });
  return status === 'draft' ? draft : withStatus(store, draft, status);
}

function withStatus(
  store: Store,
  draft: InvoiceObject,
  status: Exclude<Decoded<typeof invoiceParameters>['status'], 'draft' | undefined>,
): InvoiceObject {
  if (status === 'open') return leaveOpen(store, draft);
  const open = finalizeDraft(store, draft);
  if (status === 'paid') return open.status === 'paid' ? open : markPaid(store, open);
  return status === 'void' ? voidInvoice(store, open) : markUncollectible(store, open);
}

function leaveOpen(store: Store, draft: InvoiceObject): InvoiceObject {
  if (draft.collection_method === 'send_invoice') {
    const sent = sendInvoice(store, draft);
    passInvoiceTime(store);
    return sent;
  }
  const open = finalizeDraft(store, draft);
  if (open.status === 'paid') return open;
  const subscription = store.get('subscription', subscriptionOf(draft) ?? '');
  store.commit('customer.subscription.updated', { ...subscription, status: 'past_due' });
  return payInvoice(store, open, null);
}
