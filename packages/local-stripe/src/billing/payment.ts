import { isDeclined } from '../resources/payment-method-types.ts';
import { findSourceMethod } from '../resources/sources.ts';
import type { Store } from '../store.ts';
import type {
  CustomerObject,
  InvoiceObject,
  PaymentMethodObject,
  SubscriptionObject,
} from '../stripe-objects.ts';
import { finalizeInvoice } from './invoice-builder.ts';

/** What pays a subscription's invoices: its own payment method, else the customer's default one, else the customer's source. */
export function findPayingMethod(
  store: Store,
  customer: CustomerObject,
  subscription: Pick<SubscriptionObject, 'default_payment_method'>,
): PaymentMethodObject | null {
  const id = subscription.default_payment_method ?? customer.invoice_settings.default_payment_method;
  if (id !== null) return store.find('payment_method', id);
  return findSourceMethod(store, customer.default_source ?? '');
}

/** Invoices a customer: charges the payment method, or leaves a draft that is sent an hour later. */
export function collectInvoice(store: Store, draft: InvoiceObject): InvoiceObject {
  store.commit('invoice.created', draft);
  if (draft.collection_method === 'send_invoice') return draft;
  const finalized = finalizeDraft(store, draft);
  if (finalized.status === 'paid') return finalized;
  return payInvoice(store, finalized, findPayingMethod(store, store.get('customer', draft.customer), draft));
}

/** Whether a charge has failed. An invoice that was sent still has time. */
export function hasFailed(invoice: InvoiceObject): boolean {
  return invoice.status === 'open' && invoice.collection_method === 'charge_automatically';
}

/** Finalizes a draft. An invoice of nothing is paid at once. */
export function finalizeDraft(store: Store, draft: InvoiceObject): InvoiceObject {
  const customer = store.get('customer', draft.customer);
  const finalized = store.commit('invoice.finalized', finalizeInvoice(store, draft, customer));
  store.commit('customer.updated', {
    ...customer,
    balance: finalized.ending_balance ?? 0,
    currency: customer.currency ?? draft.currency,
    next_invoice_sequence: (customer.next_invoice_sequence ?? 1) + 1,
  });
  return finalized.amount_due === 0 ? markPaid(store, { ...finalized, attempted: true }) : finalized;
}

/** Charges an open invoice. */
export function payInvoice(
  store: Store,
  invoice: InvoiceObject,
  method: PaymentMethodObject | null,
): InvoiceObject {
  const attempted = { ...invoice, attempted: true, attempt_count: invoice.attempt_count + 1 };
  if (method && !isDeclined(method)) return markPaid(store, attempted);
  setDelinquent(store, invoice, true);
  return store.commit('invoice.payment_failed', attempted);
}

/** The last payment, failure or due date decides, even if older invoices are still overdue. */
export function setDelinquent(store: Store, invoice: InvoiceObject, delinquent: boolean): void {
  const customer = store.find('customer', invoice.customer);
  if (customer && customer.delinquent !== delinquent)
    store.commit('customer.updated', { ...customer, delinquent });
}

export function markPaid(store: Store, invoice: InvoiceObject): InvoiceObject {
  setDelinquent(store, invoice, false);
  const paid = store.commit('invoice.paid', {
    ...invoice,
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    auto_advance: false,
    status: 'paid',
    status_transitions: { ...invoice.status_transitions, paid_at: store.now() },
  });
  store.announce('invoice.payment_succeeded', paid);
  return paid;
}
