import { isDeclined } from '../resources/payment-methods.ts';
import type { Store } from '../store.ts';
import type {
  CustomerObject,
  InvoiceObject,
  PaymentMethodObject,
  SubscriptionObject,
} from '../stripe-objects.ts';
import { finalizeInvoice } from './invoice-builder.ts';

/** The card that pays a subscription's invoices: its own, else the customer's default. */
export function findPayingMethod(
  store: Store,
  customer: CustomerObject,
  subscription: Pick<SubscriptionObject, 'default_payment_method'>,
): PaymentMethodObject | null {
  const id = subscription.default_payment_method ?? customer.invoice_settings.default_payment_method;
  return id === null ? null : store.find('payment_method', id);
}

/** Finalizes a draft and tries to collect it. Returns the invoice: paid, or open if the charge failed. */
export function collectInvoice(store: Store, draft: InvoiceObject): InvoiceObject {
  store.commit('invoice.created', draft);
  const customer = store.get('customer', draft.customer);
  const finalized = store.commit('invoice.finalized', finalizeInvoice(store, draft, customer));
  store.commit('customer.updated', {
    ...customer,
    balance: finalized.ending_balance ?? 0,
    currency: customer.currency ?? draft.currency,
    next_invoice_sequence: (customer.next_invoice_sequence ?? 1) + 1,
  });
  return payInvoice(store, finalized);
}

/** Charges an open invoice to its card. */
export function payInvoice(store: Store, invoice: InvoiceObject): InvoiceObject {
  const method = findPayingMethod(store, store.get('customer', invoice.customer), invoice);
  const attempted = { ...invoice, attempted: true, attempt_count: invoice.attempt_count + 1 };
  if (invoice.amount_due > 0 && (!method || isDeclined(method))) {
    return store.commit('invoice.payment_failed', attempted);
  }
  const paid = store.commit('invoice.paid', {
    ...attempted,
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    auto_advance: false,
    status: 'paid',
    status_transitions: { ...invoice.status_transitions, paid_at: store.now() },
  });
  store.announce('invoice.payment_succeeded', paid);
  return paid;
}
