import type { Stripe } from 'stripe';
import { createId, createSecret } from '../ids.ts';
import type { Store } from '../store.ts';
import type {
  CustomerObject,
  InvoiceLineObject,
  InvoiceObject,
  SubscriptionObject,
} from '../stripe-objects.ts';
import type { Charge } from './subscription-internals.ts';

export interface InvoiceContents {
  readonly customer: CustomerObject;
  readonly subscription: SubscriptionObject;
  readonly charges: readonly Charge[];
  readonly billingReason: NonNullable<Stripe.Invoice['billing_reason']>;
  /** The invoice's date. Default: now. A preview has a later one. */
  readonly created?: number;
}

/** Builds a draft invoice. */
export function buildInvoice(store: Store, contents: InvoiceContents): InvoiceObject {
  const { customer, subscription, charges } = contents;
  const id = createId('in');
  const created = contents.created ?? store.now();
  const total = charges.reduce((sum, charge) => sum + charge.amount, 0);
  // What is negative after the customer's balance becomes the new balance.
  const due = Math.max(0, total + customer.balance);
  return {
    id,
    object: 'invoice',
    ...unusedMembers,
    ...customerMembers(customer),
    amount_due: due,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_paid_off_stripe: 0,
    amount_remaining: due,
    amount_shipping: 0,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    billing_reason: contents.billingReason,
    ...sendingMembers(subscription, created),
    created,
    currency: subscription.currency,
    default_payment_method: subscription.default_payment_method,
    effective_at: null,
    ending_balance: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    lines: {
      object: 'list',
      data: charges.map((charge) => buildLine(id, subscription, charge)),
      has_more: false,
      url: `/v1/invoices/${id}/lines`,
    },
    number: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      type: 'subscription_details',
    },
    period_end: created,
    period_start: created,
    starting_balance: customer.balance,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: total,
    subtotal_excluding_tax: total,
    total,
    total_excluding_tax: total,
  };
}

/** Finalizes a draft: it gets its number and its pages, and the customer owes it. */
export function finalizeInvoice(store: Store, draft: InvoiceObject, customer: CustomerObject): InvoiceObject {
  const sequence = customer.next_invoice_sequence ?? 1;
  const secret = createSecret(40);
  return {
    ...draft,
    automatically_finalizes_at: null,
    effective_at: store.now(),
    ending_balance: Math.min(0, draft.total + draft.starting_balance),
    hosted_invoice_url: `${store.baseUrl}/i/${secret}`,
    invoice_pdf: `${store.baseUrl}/i/${secret}/pdf`,
    number: `${customer.invoice_prefix ?? 'TEST'}-${String(sequence).padStart(4, '0')}`,
    status: 'open',
    status_transitions: { ...draft.status_transitions, finalized_at: store.now() },
  };
}

/** An invoice that is sent stays a draft for an hour, and has a due date. */
function sendingMembers(subscription: SubscriptionObject, created: number) {
  const { collection_method: collectionMethod, days_until_due: days } = subscription;
  const sent = collectionMethod === 'send_invoice';
  return {
    automatically_finalizes_at: sent ? created + 3600 : null,
    collection_method: collectionMethod,
    due_date: sent ? created + (days ?? 30) * 86_400 : null,
  };
}

function customerMembers(customer: CustomerObject) {
  return {
    customer: customer.id,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: customer.shipping,
    customer_tax_exempt: customer.tax_exempt ?? null,
    customer_tax_ids: [],
  };
}

function buildLine(invoice: string, subscription: SubscriptionObject, charge: Charge): InvoiceLineObject {
  const { price } = charge;
  return {
    id: createId('il'),
    object: 'line_item',
    amount: charge.amount,
    currency: subscription.currency,
    description: charge.description,
    discount_amounts: [],
    discountable: !charge.proration,
    discounts: [],
    invoice,
    livemode: false,
    metadata: {},
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: charge.proration,
        proration_details: null,
        subscription: subscription.id,
        subscription_item: charge.subscriptionItem,
      },
      type: 'subscription_item_details',
    },
    period: { ...charge.period },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: price.id, product: price.product },
      type: 'price_details',
      unit_amount_decimal: price.unit_amount_decimal,
    },
    quantity: charge.quantity,
    quantity_decimal: String(charge.quantity),
    subscription: subscription.id,
    subtotal: charge.amount,
    taxes: [],
  };
}

const unusedMembers = {
  account_country: 'US',
  account_name: 'Local Stripe',
  account_tax_ids: null,
  application: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
  custom_fields: null,
  customer_account: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  footer: null,
  from_invoice: null,
  issuer: { type: 'self' },
  last_finalization_error: null,
  latest_revision: null,
  livemode: false,
  metadata: {},
  next_payment_attempt: null,
  on_behalf_of: null,
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  statement_descriptor: null,
  test_clock: null,
  total_discount_amounts: [],
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: null,
};
