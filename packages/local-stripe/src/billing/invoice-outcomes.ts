import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { InvoiceObject, PaymentMethodObject, SubscriptionObject } from '../stripe-objects.ts';
import { settlePendingUpdate } from './pending-updates.ts';
import { finalizeDraft, findPayingMethod, markPaid, payInvoice, setDelinquent } from './payment.ts';

/** The subscription that an invoice is for. */
export function subscriptionOf(invoice: InvoiceObject): string | null {
  const subscription = invoice.parent?.subscription_details?.subscription;
  return typeof subscription === 'string' ? subscription : null;
}

interface PaymentChoice {
  /** The payment method to charge. Null: the one that Stripe would charge. */
  readonly methodId: string | null;
  /** Whether the customer paid elsewhere, such as by bank transfer. */
  readonly outOfBand: boolean;
}

/** Tries to collect an invoice. On success its subscription becomes active again. @throws StripeApiError */
export function payOpenInvoice(
  store: Store,
  invoice: InvoiceObject,
  choice: PaymentChoice = { methodId: null, outOfBand: false },
): InvoiceObject {
  if (invoice.status === 'paid')
    throw invalidRequest('Invoice is already paid', undefined, 'invoice_already_paid');
  if (invoice.status === 'void')
    throw invalidRequest('This invoice can no longer be paid.', undefined, 'invoice_not_open');
  const open = invoice.status === 'draft' ? finalizeDraft(store, invoice) : invoice;
  if (open.status === 'paid') return open;
  const paid = choice.outOfBand
    ? markPaid(store, open)
    : payInvoice(store, open, chosenMethod(store, open, choice.methodId));
  return paid.status === 'paid' ? settle(store, paid) : paid;
}

function chosenMethod(store: Store, invoice: InvoiceObject, id: string | null): PaymentMethodObject {
  const customer = store.get('customer', invoice.customer);
  const method =
    id === null
      ? findPayingMethod(store, customer, invoice)
      : store.refer('payment_method', id, 'payment_method');
  if (!method) {
    throw invalidRequest(
      'There is no `default_payment_method` set on this Customer or Invoice. Please set one or try again, with the ' +
        '`payment_method` parameter set.',
    );
  }
  if (method.customer !== customer.id) {
    throw invalidRequest(
      `The customer does not have a payment method with the ID ${method.id}. The payment method must be attached to the customer.`,
      'payment_method',
      'resource_missing',
    );
  }
  return method;
}

/** A subscription is in good standing again once its latest invoice is paid, voided or given up. */
function settle(store: Store, invoice: InvoiceObject): InvoiceObject {
  const found = store.find('subscription', subscriptionOf(invoice) ?? '');
  if (found?.latest_invoice !== invoice.id) return invoice;
  const subscription = settlePendingUpdate(store, found, invoice.status);
  if (!['incomplete', 'past_due', 'unpaid'].includes(subscription.status)) return invoice;
  const expires = subscription.status === 'incomplete' && invoice.status !== 'paid';
  store.commit('customer.subscription.updated', {
    ...subscription,
    status: expires ? 'incomplete_expired' : 'active',
    ...(expires ? { ended_at: store.now() } : {}),
  });
  return invoice;
}

export function finalizeByRequest(store: Store, invoice: InvoiceObject, autoAdvance = true): InvoiceObject {
  if (invoice.status !== 'draft') {
    throw invalidRequest(
      "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
      undefined,
      'invoice_already_finalized',
    );
  }
  return finalizeDraft(store, { ...invoice, auto_advance: autoAdvance });
}

export function sendInvoice(store: Store, invoice: InvoiceObject): InvoiceObject {
  if (invoice.collection_method !== 'send_invoice') {
    throw invalidRequest("You can only manually send an invoice if its collection method is 'send_invoice'.");
  }
  if (invoice.status !== 'draft' && invoice.status !== 'open') throw refuseStatus(invoice, 'sent');
  const open = invoice.status === 'draft' ? finalizeDraft(store, invoice) : invoice;
  store.announce('invoice.sent', open);
  return open;
}

export function voidInvoice(store: Store, invoice: InvoiceObject): InvoiceObject {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') throw refuseStatus(invoice, 'voided');
  return settle(
    store,
    store.commit('invoice.voided', {
      ...invoice,
      auto_advance: false,
      amount_remaining: 0,
      status: 'void',
      status_transitions: { ...invoice.status_transitions, voided_at: store.now() },
    }),
  );
}

/** Voids the invoice of a change that waits for its payment, which drops the change. */
export function dropPendingUpdate(store: Store, subscription: SubscriptionObject): SubscriptionObject {
  if (subscription.pending_update === null) return subscription;
  voidInvoice(store, store.get('invoice', subscription.latest_invoice ?? ''));
  return { ...subscription, pending_update: null };
}

export function markUncollectible(store: Store, invoice: InvoiceObject): InvoiceObject {
  if (invoice.status !== 'open') throw refuseStatus(invoice, 'marked uncollectible');
  setDelinquent(store, invoice, false);
  return settle(
    store,
    store.commit('invoice.marked_uncollectible', {
      ...invoice,
      auto_advance: false,
      status: 'uncollectible',
      status_transitions: { ...invoice.status_transitions, marked_uncollectible_at: store.now() },
    }),
  );
}

function refuseStatus(invoice: InvoiceObject, done: string): Error {
  return invalidRequest(
    `This invoice cannot be ${done} because its status is \`${invoice.status}\`.`,
    undefined,
    'invoice_not_open',
  );
}

/** Sends drafts an hour after their creation, and reports invoices whose due date has passed. */
export function passInvoiceTime(store: Store): void {
  const now = store.now();
  for (const invoice of store.all('invoice')) {
    if (invoice.collection_method !== 'send_invoice') continue;
    if (invoice.status === 'draft' && (invoice.automatically_finalizes_at ?? Infinity) <= now)
      sendInvoice(store, invoice);
    if (invoice.status === 'open' && (invoice.due_date ?? Infinity) <= now) reportOverdue(store, invoice);
  }
}

function reportOverdue(store: Store, invoice: InvoiceObject): void {
  const subscription = store.find('subscription', subscriptionOf(invoice) ?? '');
  if (subscription?.latest_invoice !== invoice.id || subscription.status !== 'active') return;
  setDelinquent(store, invoice, true);
  store.announce('invoice.overdue', invoice);
  store.commit('customer.subscription.updated', { ...subscription, status: 'past_due' });
}
