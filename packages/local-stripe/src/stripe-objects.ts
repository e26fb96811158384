import type { Stripe } from 'stripe';

/*
 * The objects as they are stored and sent: the SDK's types, with references as ids, which only expansion turns into
 * objects, and with decimals as strings, as in JSON.
 */
type Replace<T, Changes> = Omit<T, keyof Changes | 'deleted'> & Changes;

export interface List<T> {
  readonly object: 'list';
  readonly data: readonly T[];
  readonly has_more: boolean;
  readonly url: string;
}

export type CustomerObject = Replace<
  Stripe.Customer,
  {
    default_source: null;
    invoice_settings: Replace<Stripe.Customer.InvoiceSettings, { default_payment_method: string | null }>;
    test_clock: null;
    sources?: never;
    subscriptions?: never;
    tax_ids?: never;
  }
>;

export type ProductObject = Replace<
  Stripe.Product,
  { default_price: string | null; tax_code: string | null }
>;

export type PriceObject = Replace<
  Stripe.Price,
  {
    product: string;
    unit_amount: number;
    unit_amount_decimal: string;
    currency_options?: never;
    tiers?: never;
  }
>;

export type PlanObject = Replace<Stripe.Plan, { product: string; amount_decimal: string; tiers?: never }>;

export type PaymentMethodObject = Replace<Stripe.PaymentMethod, { customer: string | null }>;

export type SubscriptionItemObject = Replace<
  Stripe.SubscriptionItem,
  { price: PriceObject; plan: PlanObject; quantity: number; discounts: string[] }
>;

export const subscriptionStatuses = [
  'active',
  'canceled',
  'incomplete',
  'incomplete_expired',
  'past_due',
  'paused',
  'trialing',
  'unpaid',
] as const;

export type SubscriptionStatus = (typeof subscriptionStatuses)[number];

export type SubscriptionObject = Replace<
  Stripe.Subscription,
  {
    customer: string;
    items: List<SubscriptionItemObject>;
    default_payment_method: string | null;
    latest_invoice: string | null;
    discounts: string[];
    status: SubscriptionStatus;
  }
>;

export type InvoiceLineObject = Replace<
  Stripe.InvoiceLineItem,
  {
    subscription: string | null;
    pricing: {
      type: 'price_details';
      price_details: { price: string; product: string };
      unit_amount_decimal: string;
    };
    quantity_decimal: string | null;
    discounts: string[];
  }
>;

export type InvoiceObject = Replace<
  Stripe.Invoice,
  {
    customer: string;
    lines: List<InvoiceLineObject>;
    default_payment_method: string | null;
    discounts: string[];
    status: Stripe.Invoice.Status;
    payments?: never;
  }
>;

export type ConfigurationObject = Replace<Stripe.BillingPortal.Configuration, { application: null }>;

export type FeedbackOptionObject = Stripe.Billing.FeedbackOption;

export type SessionObject = Replace<Stripe.BillingPortal.Session, { configuration: string }>;

export type CheckoutItemObject = Replace<Stripe.LineItem, { price: PriceObject; quantity: number }>;

export type CheckoutSessionObject = Replace<
  Stripe.Checkout.Session,
  {
    customer: string | null;
    invoice: string | null;
    subscription: string | null;
    payment_intent: null;
    payment_link: string | null;
    setup_intent: null;
    line_items: List<CheckoutItemObject>;
  }
>;

/** Every kind of stored object, by the value of its `object` member. */
export interface StripeObjects {
  customer: CustomerObject;
  product: ProductObject;
  price: PriceObject;
  payment_method: PaymentMethodObject;
  subscription: SubscriptionObject;
  invoice: InvoiceObject;
  'billing.feedback_option': FeedbackOptionObject;
  'billing_portal.configuration': ConfigurationObject;
  'billing_portal.session': SessionObject;
  'checkout.session': CheckoutSessionObject;
}

export type ObjectName = keyof StripeObjects;
export type StripeObject = StripeObjects[ObjectName];
