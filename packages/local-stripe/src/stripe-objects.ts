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
    default_source: string | null;
    invoice_settings: Replace<Stripe.Customer.InvoiceSettings, { default_payment_method: string | null }>;
    test_clock: null;
    discount?: DiscountObject | null;
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
    unit_amount_decimal: string | null;
    currency_options?: Readonly<Record<string, CurrencyOption>>;
    tiers?: readonly Tier[];
  }
>;

/** A tier of a price. Without `up_to` it is the last. */
export type Tier = Replace<
  Stripe.Price.Tier,
  { flat_amount_decimal: string | null; unit_amount_decimal: string | null }
>;

/** What a price costs in one of its currencies. */
export type CurrencyOption = Replace<
  Stripe.Price.CurrencyOptions,
  { unit_amount_decimal: string | null; tiers?: readonly Tier[] }
>;

export type PlanObject = Replace<
  Stripe.Plan,
  { product: string; amount_decimal: string | null; tiers?: never }
>;

export type PaymentMethodObject = Replace<Stripe.PaymentMethod, { customer: string | null }>;

/** What tells a payment method from others of its type. */
export type MethodMembers = Pick<PaymentMethodObject, 'type'> & Partial<PaymentMethodObject>;

/** A card of the older Sources API. */
export type CardSourceObject = Replace<Stripe.Card, { customer: string }>;

export type TaxIdObject = Replace<
  Stripe.TaxId,
  { customer: string; owner: { type: 'customer'; customer: string } }
>;

export type SubscriptionItemObject = Replace<
  Stripe.SubscriptionItem,
  { price: PriceObject; plan: PlanObject; discounts: string[] }
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
    pending_update: Replace<
      Stripe.Subscription.PendingUpdate,
      { subscription_items: SubscriptionItemObject[] | null }
    > | null;
    discounts: string[];
    schedule: string | null;
    status: SubscriptionStatus;
  }
>;

export type CouponObject = Replace<Stripe.Coupon, object>;

export type PromotionCodeObject = Replace<
  Stripe.PromotionCode,
  { customer: string | null; promotion: { coupon: string; type: 'coupon' } }
>;

/** A redeemed coupon. It stays in the store when it ends, because invoices refer to it. */
export type DiscountObject = Replace<
  Stripe.Discount,
  {
    customer: string | null;
    promotion_code: string | null;
    source: { coupon: string; type: 'coupon' };
  }
>;

export type PhaseDiscount = Replace<
  Stripe.SubscriptionSchedule.Phase.Discount,
  { coupon: string | null; discount: string | null; promotion_code: string | null }
>;

type PhaseItem = Replace<
  Stripe.SubscriptionSchedule.Phase.Item,
  { price: string; plan: string; discounts: PhaseDiscount[] }
>;

export type PhaseObject = Replace<
  Stripe.SubscriptionSchedule.Phase,
  { items: PhaseItem[]; discounts: PhaseDiscount[] }
>;

export type ScheduleObject = Replace<
  Stripe.SubscriptionSchedule,
  { customer: string; subscription: string | null; phases: PhaseObject[] }
>;

export type MeterObject = Stripe.Billing.Meter;

export interface DiscountAmount {
  readonly amount: number;
  readonly discount: string;
}

export type InvoiceLineObject = Replace<
  Stripe.InvoiceLineItem,
  {
    subscription: string | null;
    pricing: {
      type: 'price_details';
      price_details: { price: string; product: string };
      unit_amount_decimal: string | null;
    };
    quantity_decimal: string | null;
    discount_amounts: DiscountAmount[];
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
    total_discount_amounts: DiscountAmount[] | null;
    status: Stripe.Invoice.Status;
    payments?: never;
  }
>;

export type ConfigurationObject = Replace<Stripe.BillingPortal.Configuration, { application: null }>;

type FeedbackOptionObject = Stripe.Billing.FeedbackOption;

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

/** A recorded use of something that a meter counts. */
export interface MeterEvent {
  readonly event_name: string;
  readonly identifier: string;
  readonly payload: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

/** Every kind of stored object, by the value of its `object` member. */
export interface StripeObjects {
  customer: CustomerObject;
  product: ProductObject;
  price: PriceObject;
  payment_method: PaymentMethodObject;
  subscription: SubscriptionObject;
  subscription_schedule: ScheduleObject;
  tax_id: TaxIdObject;
  card: CardSourceObject;
  invoice: InvoiceObject;
  coupon: CouponObject;
  promotion_code: PromotionCodeObject;
  discount: DiscountObject;
  'billing.meter': MeterObject;
  'billing.feedback_option': FeedbackOptionObject;
  'billing_portal.configuration': ConfigurationObject;
  'billing_portal.session': SessionObject;
  'checkout.session': CheckoutSessionObject;
}

export type ObjectName = keyof StripeObjects;
export type StripeObject = StripeObjects[ObjectName];
