import type { Stripe } from 'stripe';
import { createId, createSecret } from '../ids.ts';
import type { Store } from '../store.ts';
import type {
  CustomerObject,
  DiscountAmount,
  InvoiceLineObject,
  InvoiceObject,
  SubscriptionObject,
} from '../stripe-objects.ts';
import { activeDiscounts, invoiceDiscountsOf, takeDiscounts } from './discounting.ts';
import { optionIn } from './price-amounts.ts';
import type { Charge } from './subscription-internals.ts';

interface InvoiceContents {
  readonly customer: CustomerObject;
  readonly subscription: SubscriptionObject;
  readonly charges: readonly Charge[];
  readonly billingReason: NonNullable<Stripe.Invoice['billing_reason']>;
  /** The invoice's date. Default: now. A preview has a later one. */
  readonly created?: number;
}

/** Builds a draft invoice. */
export function buildInvoice(store: Store, contents: InvoiceContents): InvoiceObject {
  const { customer, subscription } = contents;
  const id = createId('in');
  const created = contents.created ?? store.now();
  const { lines, discounts, subtotal, total, discountAmounts } = buildLines(store, id, contents, created);
  // What is negative after the customer's balance becomes the new balance.
  const due = Math.max(0, total + customer.balance);
  return {
    id,
    object: 'invoice',
    ...unusedMembers,
    ...customerMembers(store, customer),
    account_country: 'US',
    account_name: store.businessName,
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
    discounts,
    lines: { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
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
    subtotal,
    subtotal_excluding_tax: subtotal,
    total,
    total_discount_amounts: discountAmounts,
    total_excluding_tax: total,
    total_pretax_credit_amounts: toPretaxCredits(discountAmounts),
  };
}

/** The lines with their discounts. The subtotal contains those of items, the total also those of the invoice. */
function buildLines(store: Store, invoice: string, contents: InvoiceContents, at: number) {
  const { customer, subscription, charges } = contents;
  const invoiceDiscounts = invoiceDiscountsOf(subscription, customer);
  const itemDiscounts = (id: string): readonly string[] =>
    subscription.items.data.find((item) => item.id === id)?.discounts ?? [];
  const parts = charges.map((charge) => ({
    amount: charge.amount,
    product: charge.price.product,
    discounts: charge.proration ? [] : itemDiscounts(charge.subscriptionItem),
    discountable: !charge.proration,
  }));
  const taken = takeDiscounts(store, parts, { currency: subscription.currency, at, invoiceDiscounts });
  const lines = charges.map((charge, i) =>
    buildLine(invoice, subscription, charge, parts[i]?.discounts ?? [], taken[i] ?? []),
  );
  const discountAmounts = sumByDiscount(taken.flat());
  const subtotal =
    sum(charges) - sum(discountAmounts.filter(({ discount }) => !invoiceDiscounts.includes(discount)));
  return {
    lines,
    discounts: activeDiscounts(store, invoiceDiscounts, at).map(({ id }) => id),
    discountAmounts,
    subtotal,
    total: sum(charges) - sum(discountAmounts),
  };
}

function sum(amounts: readonly { readonly amount: number }[]): number {
  return amounts.reduce((total, { amount }) => total + amount, 0);
}

function sumByDiscount(amounts: readonly DiscountAmount[]): DiscountAmount[] {
  const totals = new Map<string, number>();
  for (const { amount, discount } of amounts) totals.set(discount, (totals.get(discount) ?? 0) + amount);
  return [...totals].map(([discount, amount]) => ({ amount, discount }));
}

function toPretaxCredits(amounts: readonly DiscountAmount[]) {
  return amounts.map((each) => ({ ...each, type: 'discount' }));
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

function customerMembers(store: Store, customer: CustomerObject) {
  return {
    customer: customer.id,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: customer.shipping,
    customer_tax_exempt: customer.tax_exempt ?? null,
    customer_tax_ids: store
      .all('tax_id')
      .filter((each) => each.customer === customer.id)
      .map(({ type, value }) => ({ type, value })),
  };
}

function buildLine(
  invoice: string,
  subscription: SubscriptionObject,
  charge: Charge,
  discounts: readonly string[],
  taken: readonly DiscountAmount[],
): InvoiceLineObject {
  const { price } = charge;
  return {
    id: createId('il'),
    object: 'line_item',
    amount: charge.amount,
    currency: subscription.currency,
    description: charge.description,
    discount_amounts: [...taken],
    discountable: !charge.proration,
    discounts: [...discounts],
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
    pretax_credit_amounts: toPretaxCredits(taken),
    pricing: {
      price_details: { price: price.id, product: price.product },
      type: 'price_details',
      unit_amount_decimal: optionIn(price, subscription.currency)?.unit_amount_decimal ?? null,
    },
    quantity: charge.quantity,
    quantity_decimal: String(charge.quantity),
    subscription: subscription.id,
    subtotal: charge.amount,
    taxes: [],
  };
}

const unusedMembers = {
  account_tax_ids: null,
  application: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
  custom_fields: null,
  customer_account: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
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
  total_taxes: [],
  webhooks_delivered_at: null,
};
