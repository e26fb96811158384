import { Float, ID, Int } from 'type-graphql';
import { createObjectType, field, internal, nullable } from '../graphql/types.ts';
import * as enums from './billing-customer.enums.ts';
import type { SubscriptionFacts } from './customer-facts.ts';
import { BillingPaymentMethod } from './payment-method.ts';
import type { RequestAccess } from './request-access.ts';
import { Money } from './stripe-values.ts';

const BillingPriceTier = createObjectType('BillingPriceTier', 'One tier of a price.', {
  upTo: nullable(Float, 'The last unit of the tier; null for the tier that has no end.'),
  unitAmount: nullable(Money, 'The amount for each unit, as `unitAmount` of the price.'),
  unitAmountDecimal: nullable(String, 'The amount for each unit, as `unitAmountDecimal` of the price.'),
  flatAmount: nullable(
    Money,
    'The amount for the whole tier; null without one, or with a fraction of the smallest unit.',
  ),
  flatAmountDecimal: nullable(String, 'The amount for the whole tier as Stripe writes it, with fractions.'),
});

export type BillingPrice = InstanceType<typeof BillingPrice>;
export const BillingPrice = createObjectType(
  'BillingPrice',
  "A price at Stripe, in the subscription's currency: before discounts, and before tax unless the price includes it.",
  {
    id: field(ID, "Stripe's id of the price, `price_…`. Never key caches by it: amounts vary by `currency`."),
    productId: field(ID, "Stripe's id of the product, `prod_…`."),
    productName: nullable(String, "The product's name; null when Stripe no longer has the product."),
    nickname: nullable(
      String,
      "The price's description for administrators. Stripe's own pages hide it from customers.",
    ),
    lookupKey: nullable(String, 'The key by which a product looks the price up.'),
    currency: field(String, 'The currency that is charged, as an ISO code in lower case.'),
    decimals: field(Int, "Stripe's decimals for the currency."),
    interval: nullable(
      enums.billingInterval.type,
      'The unit of the billing interval; null for a one-time price.',
    ),
    intervalCount: nullable(Int, 'The number of units between two charges; null for a one-time price.'),
    model: field(enums.pricingModel.type, 'How the price is computed.'),
    usageModel: nullable(enums.pricingModel.type, 'How usage is priced; null unless the model is USAGE.'),
    unitAmount: nullable(
      Money,
      'The amount for one unit or package; null without a single amount, or if it has a fraction of the smallest unit.',
    ),
    unitAmountDecimal: nullable(
      String,
      '`unitAmount` as Stripe writes it, with fractions: `0.05` in `usd` is $0.0005.',
    ),
    packageSize: nullable(Float, 'The number of units in a package; null without packages.'),
    packageRounding: nullable(
      enums.packageRounding.type,
      'What a package that is not full costs; null without packages.',
    ),
    tiers: nullable([BillingPriceTier], 'The tiers, lowest first; null for a price without tiers.'),
  },
);

export type BillingDiscount = InstanceType<typeof BillingDiscount>;
export const BillingDiscount = createObjectType('BillingDiscount', 'A discount that is in force.', {
  id: field(
    ID,
    "Stripe's id of the discount, `di_…`. Never key caches by it: `amountOff` varies by currency.",
  ),
  scope: field(
    enums.discountScope.type,
    'What the discount was given to. Coupons may cover some products only.',
  ),
  name: nullable(String, "The coupon's name, as invoices show it."),
  percentOff: nullable(Float, 'The percentage; null for a discount by an amount.'),
  amountOff: nullable(
    Money,
    'The amount; null for a discount by a percentage, or when the amount in this currency is not known.',
  ),
  once: field(Boolean, 'Whether the discount applies to one invoice only.'),
  startedAt: field(Date, 'When the discount began.'),
  endsAt: nullable(Date, 'When the discount ends; null when it has no end date.'),
});

const changedItem = {
  price: field(BillingPrice, 'The price.'),
  quantity: nullable(Float, 'A whole number, which may exceed an Int; null for usage-based prices.'),
  amount: nullable(
    Money,
    'The price of one period, before discounts, and before tax unless the price includes it; null when it is not known beforehand.',
  ),
};

export type BillingChangedItem = InstanceType<typeof BillingChangedItem>;
export const BillingChangedItem = createObjectType(
  'BillingChangedItem',
  'A price and how often it is taken.',
  changedItem,
);

const BillingSubscriptionItem = createObjectType('BillingSubscriptionItem', 'One item of a subscription.', {
  ...changedItem,
  id: field(ID, "Stripe's id of the item, `si_…`."),
  discounts: field([BillingDiscount], 'The discounts on this item.'),
  currentPeriodEnd: field(Date, 'When the current billing period ends.'),
});

const BillingCancellation = createObjectType('BillingCancellation', "A subscription's cancellation.", {
  requestedAt: nullable(Date, 'When the subscription was cancelled; null where only a schedule ends it.'),
  reason: nullable(enums.cancellationReason.type, 'Why, as Stripe sees it.'),
  feedback: nullable(enums.cancellationFeedback.type, 'What the customer chose as the reason.'),
  comment: nullable(String, 'What the customer wrote about it.'),
});

const BillingPause = createObjectType('BillingPause', "A subscription's pause.", {
  reason: field(enums.pauseReason.type, 'Why the subscription is paused.'),
  since: nullable(Date, 'When the pause began; null for PAYMENT_COLLECTION, where Stripe does not keep it.'),
  until: nullable(Date, 'When it ends by itself; null when it has no end.'),
});

const BillingScheduledChange = createObjectType(
  'BillingScheduledChange',
  'A change of a subscription that waits for its date.',
  {
    at: field(Date, 'When the change takes effect.'),
    items: field(
      [BillingChangedItem],
      'What the subscription consists of afterwards; empty when Stripe no longer has one of the prices.',
    ),
    total: nullable(Money, 'As `total` of the subscription, after the change.'),
  },
);

const BillingPendingUpdate = createObjectType(
  'BillingPendingUpdate',
  'A change of a subscription that waits for the payment of its invoice.',
  {
    expiresAt: field(Date, 'When the change is dropped unless the invoice is paid.'),
    items: nullable([BillingChangedItem], 'The items afterwards; null when they stay.'),
    trialEndsAt: nullable(Date, 'When the trial ends afterwards; null when it stays.'),
  },
);

export type BillingOpenInvoice = InstanceType<typeof BillingOpenInvoice>;
export const BillingOpenInvoice = createObjectType(
  'BillingOpenInvoice',
  'An invoice that waits for payment.',
  {
    id: field(ID, "Stripe's id of the invoice, `in_…`."),
    number: nullable(String, 'The number on the invoice.'),
    amountDue: field(Money, 'What is left to pay.'),
    dueAt: nullable(Date, 'When an invoice that was sent is due.'),
    nextAttemptAt: nullable(Date, 'When Stripe tries to charge it next; null when it does not.'),
    access: internal<RequestAccess>(),
  },
);

export type BillingSubscription = InstanceType<typeof BillingSubscription>;
export const BillingSubscription = createObjectType('BillingSubscription', 'A subscription at Stripe.', {
  id: field(ID, "Stripe's id of the subscription, `sub_…`."),
  status: field(enums.subscriptionStatus.type, "The subscription's status."),
  currency: field(
    String,
    'The currency of invoices, in lower case. Adaptive Pricing may charge another one.',
  ),
  items: field([BillingSubscriptionItem], "The subscription's items."),
  total: nullable(
    Money,
    'The `amount` of all items that are not charged by usage; null without such items, when an `amount` is null, or when periods differ.',
  ),
  discounts: field([BillingDiscount], "The subscription's own discounts; without any, the customer's."),
  startedAt: field(Date, 'When the subscription began.'),
  trialEndsAt: nullable(Date, 'When the trial ends or ended; null without a trial.'),
  currentPeriodEnd: nullable(
    Date,
    'When the current billing period ends: the earliest end of all items. Null without items.',
  ),
  cancelsAt: nullable(Date, 'When the subscription ends because it was cancelled; null when it continues.'),
  cancellation: nullable(BillingCancellation, 'The cancellation; null without one.'),
  pause: nullable(BillingPause, 'The pause; null when the subscription is not paused.'),
  scheduledChange: nullable(BillingScheduledChange, 'The next change that waits for its date.'),
  pendingUpdate: nullable(BillingPendingUpdate, 'A change that waits for a payment.'),
  collectionMethod: field(enums.collectionMethod.type, 'How invoices are paid.'),
  daysUntilDue: nullable(
    Int,
    'Within how many days a sent invoice must be paid; null when Stripe charges automatically.',
  ),
  paymentMethod: nullable(
    BillingPaymentMethod,
    "What is charged: the subscription's own payment method; without one, the customer's. Null for SEND_INVOICE.",
  ),
  openInvoice: nullable(
    BillingOpenInvoice,
    'The latest invoice, if open; while PAST_DUE or UNPAID, the newest open one. `invoices` has all.',
  ),
  facts: internal<SubscriptionFacts>(),
  access: internal<RequestAccess>(),
});
