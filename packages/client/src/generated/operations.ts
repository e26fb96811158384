/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocument } from '../typed-document.ts';
/** How often a price is charged. */
export type BillingInterval =
  /** Daily. */
  | 'DAY'
  /** Monthly. */
  | 'MONTH'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED'
  /** Weekly. */
  | 'WEEK'
  /** Yearly. */
  | 'YEAR';

/** Hides features of the portal in one session: `false` hides. No value adds a feature that the portal configuration in force does not offer. */
export type BillingPortalFeaturesInput = {
  /** Changing billing details. */
  customerUpdate?: boolean | null | undefined;
  /** Seeing past invoices. */
  invoiceHistory?: boolean | null | undefined;
  /** Changing payment methods. */
  paymentMethodUpdate?: boolean | null | undefined;
  /** Cancelling a subscription. */
  subscriptionCancel?: boolean | null | undefined;
  /** Pausing a subscription. */
  subscriptionPause?: boolean | null | undefined;
  /** Changing a subscription. */
  subscriptionUpdate?: boolean | null | undefined;
};

/** What happens after the task. */
export type BillingPortalFlowCompletionInput = {
  /** For HOSTED_CONFIRMATION: what the page says. */
  message?: string | null | undefined;
  /** For REDIRECT, and required there: a URL within the allowed return URLs. */
  returnUrl?: string | null | undefined;
  /** Where the customer goes. */
  type: BillingPortalFlowCompletionType;
};

/** Where the customer goes after the task. */
export type BillingPortalFlowCompletionType =
  /** A confirmation page of the portal, with `message`. */
  | 'HOSTED_CONFIRMATION'
  /** The portal's home page. */
  | 'PORTAL_HOMEPAGE'
  /** Your application, at `returnUrl`. */
  | 'REDIRECT';

/** A deep link to one task of the portal. */
export type BillingPortalFlowInput = {
  /** What happens after the task. By default, the portal's home page opens. */
  afterCompletion?: BillingPortalFlowCompletionInput | null | undefined;
  /** For SUBSCRIPTION_UPDATE_CONFIRM: the new price, which the portal must offer. By default, the current one. */
  priceId?: string | number | null | undefined;
  /** For SUBSCRIPTION_UPDATE_CONFIRM: the new quantity. By default, the current one. */
  quantity?: number | null | undefined;
  /** For tasks on a subscription: one of the customer's. By default, the only active one; without any, the only other one. */
  subscriptionId?: string | number | null | undefined;
  /** The task. */
  type: BillingPortalFlowType;
};

/** A task that the portal opens at, instead of its home page. */
export type BillingPortalFlowType =
  /** Change billing details. */
  | 'CUSTOMER_UPDATE'
  /** Add a payment method and make it the default. */
  | 'PAYMENT_METHOD_UPDATE'
  /** Cancel a subscription. */
  | 'SUBSCRIPTION_CANCEL'
  /** Pause a subscription. */
  | 'SUBSCRIPTION_PAUSE'
  /** Choose another plan or quantity. */
  | 'SUBSCRIPTION_UPDATE'
  /** Confirm one change, which you name by `priceId`, `quantity` or both. */
  | 'SUBSCRIPTION_UPDATE_CONFIRM';

/** Why a task is not available. Errors have the same values as `reason`. */
export type BillingTaskRefusal =
  /** This subscription is set to end already. */
  | 'ALREADY_CANCELED'
  /** Stripe pauses only subscriptions with the flexible billing mode, and this one's is classic. */
  | 'BILLING_MODE'
  /** This subscription has ended. */
  | 'ENDED'
  /** The end of this subscription is not one that can be reverted here. */
  | 'END_IS_FIXED'
  /** The first payment of this subscription is pending. */
  | 'FIRST_PAYMENT_PENDING'
  /** Nothing is scheduled for this subscription that could be reverted. */
  | 'NOTHING_SCHEDULED'
  /** The portal does not offer this to you. */
  | 'NOT_IN_POLICY'
  /** Whether the portal can do this for the subscription is not known. */
  | 'NOT_KNOWN'
  /** This subscription, or the collection of its payments, is paused. */
  | 'PAUSED'
  /** The portal does not support the payment method of this subscription for changes of plan. */
  | 'PAYMENT_METHOD'
  /** A payment of this subscription is overdue; pay the open invoice first. */
  | 'PAYMENT_OVERDUE'
  /** A change of this subscription is scheduled; the portal changes nothing before it. */
  | 'SCHEDULED_CHANGE'
  /** This subscription is paid by invoices that are sent; the portal only cancels it. */
  | 'SENT_INVOICE'
  /** This subscription has several products; the portal cannot change its plan. */
  | 'SEVERAL_PRODUCTS'
  /** The price of this subscription does not say whether it includes tax; the portal cannot change its plan. */
  | 'TAX_BEHAVIOR'
  /** This subscription is charged by usage; the portal cannot change its plan. */
  | 'USAGE_BASED';

/** When a cancellation in the portal takes effect. */
export type CancellationMode =
  /** At the end of the paid period. */
  | 'AT_PERIOD_END'
  /** At once. */
  | 'IMMEDIATELY'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** How invoices are paid. */
export type CollectionMethod =
  /** Stripe charges the payment method. */
  | 'CHARGE_AUTOMATICALLY'
  /** Stripe sends invoices by e-mail, and the customer pays them. */
  | 'SEND_INVOICE'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** An invoice's status at Stripe. Drafts are never shown. */
export type InvoiceStatus =
  /** The invoice awaits payment. */
  | 'OPEN'
  /** The invoice is paid. */
  | 'PAID'
  /** The seller no longer expects payment. The invoice can still be paid. */
  | 'UNCOLLECTIBLE'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED'
  /** The invoice was cancelled. Nothing is owed. */
  | 'VOID';

/** Why a subscription is paused. */
export type PauseReason =
  /** All attempts to charge a payment failed. */
  | 'FINAL_PAYMENT_FAILURE'
  /** The first attempt to charge a renewal failed. */
  | 'FIRST_PAYMENT_FAILURE'
  /** The customer or the seller paused the subscription. */
  | 'PAUSE_REQUESTED'
  /** Only the collection of payments is paused: the subscription continues. */
  | 'PAYMENT_COLLECTION'
  /** Stripe paused the subscription. */
  | 'SYSTEM'
  /** The trial ended, and there was no payment method. */
  | 'TRIAL_END_WITHOUT_PAYMENT_METHOD'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** How a price is computed from the quantity. */
export type PricingModel =
  /** Each unit costs the amount of the tier that the unit is in. */
  | 'GRADUATED'
  /** An amount for each package of units. */
  | 'PACKAGE'
  /** The same amount for each unit. */
  | 'PER_UNIT'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED'
  /** By reported usage. `usageModel` says how. */
  | 'USAGE'
  /** All units cost the amount of the tier that the whole quantity is in. */
  | 'VOLUME';

/** A subscription's status at Stripe. ACTIVE does not prove payment: a payment may be pending, a sent invoice may not be due yet, or collection may be paused. */
export type SubscriptionStatus =
  /** The subscription is running. */
  | 'ACTIVE'
  /** The subscription has ended. */
  | 'CANCELED'
  /** The first payment is pending. */
  | 'INCOMPLETE'
  /** The first payment did not succeed in time. */
  | 'INCOMPLETE_EXPIRED'
  /** A payment failed or was not attempted, or a sent invoice is overdue. */
  | 'PAST_DUE'
  /** The subscription is paused and nothing is charged. */
  | 'PAUSED'
  /** The subscription is in its trial. */
  | 'TRIALING'
  /** Invoices were not paid in time, and Stripe no longer collects. */
  | 'UNPAID'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** Whether an authority has confirmed a tax id. */
export type TaxIdVerification =
  /** Stripe is still checking the tax id. */
  | 'PENDING'
  /** Stripe does not verify tax ids of this type. */
  | 'UNAVAILABLE'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED'
  /** The authority does not know the tax id. */
  | 'UNVERIFIED'
  /** The authority knows the tax id. */
  | 'VERIFIED';

export type OpenBillingPortalMutationVariables = Exact<{
  returnUrl: string;
  locale?: string | null | undefined;
  flow?: BillingPortalFlowInput | null | undefined;
  features?: BillingPortalFeaturesInput | null | undefined;
}>;


export type OpenBillingPortalMutation = { createBillingPortalSession: { id: string, url: string } };

export type RefreshBillingCustomerQueryVariables = Exact<{ [key: string]: never; }>;


export type RefreshBillingCustomerQuery = { billingCustomer: { id: string, asOf: string } | null };

export type KeepBillingSubscriptionMutationVariables = Exact<{
  subscriptionId: string | number;
}>;


export type KeepBillingSubscriptionMutation = { keepBillingSubscription: { id: string, status: SubscriptionStatus, cancelsAt: string | null } };

export type BillingAccountQueryVariables = Exact<{
  fresh?: boolean;
}>;


export type BillingAccountQuery = { billingCustomer: { id: string, email: string | null, name: string | null, phone: string | null, delinquent: boolean, address: { line1: string | null, line2: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, taxIds: Array<{ id: string, type: string, value: string, verification: TaxIdVerification | null }>, balance: { amount: number, currency: string, decimals: number } | null, discount: { name: string | null, percentOff: number | null, once: boolean, endsAt: string | null, amountOff: { amount: number, currency: string, decimals: number } | null } | null, paymentMethod: { type: string, label: string, expMonth: number | null, expYear: number | null } | null, tasks: Array<{ type: BillingPortalFlowType, available: boolean, reason: BillingTaskRefusal | null }> | null, subscriptions: Array<{ id: string, status: SubscriptionStatus, trialEndsAt: string | null, currentPeriodEnd: string | null, cancelsAt: string | null, keepable: boolean | null, collectionMethod: CollectionMethod, daysUntilDue: number | null, total: { amount: number, currency: string, decimals: number } | null, discounts: Array<{ name: string | null, percentOff: number | null, once: boolean, endsAt: string | null, amountOff: { amount: number, currency: string, decimals: number } | null }>, pause: { reason: PauseReason, since: string | null, until: string | null } | null, scheduledChange: { at: string, total: { amount: number, currency: string, decimals: number } | null, items: Array<{ quantity: number | null, price: { productName: string | null, nickname: string | null, interval: BillingInterval | null, intervalCount: number | null, model: PricingModel, packageSize: number | null, currency: string, decimals: number, unitAmountDecimal: string | null } }> } | null, pendingUpdate: { expiresAt: string } | null, paymentMethod: { type: string, label: string, expMonth: number | null, expYear: number | null } | null, openInvoice: { id: string, dueAt: string | null, nextAttemptAt: string | null, hostedInvoiceUrl: string | null, amountDue: { amount: number, currency: string, decimals: number } } | null, tasks: Array<{ type: BillingPortalFlowType, available: boolean, reason: BillingTaskRefusal | null }> | null, items: Array<{ id: string, quantity: number | null, amount: { amount: number, currency: string, decimals: number } | null, price: { productName: string | null, nickname: string | null, interval: BillingInterval | null, intervalCount: number | null, model: PricingModel, packageSize: number | null, currency: string, decimals: number, unitAmountDecimal: string | null }, discounts: Array<{ name: string | null, percentOff: number | null, once: boolean, endsAt: string | null, amountOff: { amount: number, currency: string, decimals: number } | null }> }> }> } | null, billingPortalConfiguration: { id: string, isDefault: boolean, features: { customerUpdate: { enabled: boolean }, invoiceHistory: { enabled: boolean }, subscriptionCancel: { mode: CancellationMode } } } };

export type BillingInvoicesQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
}>;


export type BillingInvoicesQuery = { billingCustomer: { id: string, nextCharge: { subscriptionId: string, date: string, amountDue: { amount: number, currency: string, decimals: number }, tax: { amount: number, currency: string, decimals: number } | null } | null, subscriptions: Array<{ id: string, nextCharge: { subscriptionId: string, date: string, amountDue: { amount: number, currency: string, decimals: number }, tax: { amount: number, currency: string, decimals: number } | null } | null }>, invoices: { edges: Array<{ node: { id: string, number: string | null, status: InvoiceStatus, createdAt: string, hostedInvoiceUrl: string | null, invoicePdfUrl: string | null, total: { amount: number, currency: string, decimals: number } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type AmountFragment = { amount: number, currency: string, decimals: number };

export type ChargeFragment = { subscriptionId: string, date: string, amountDue: { amount: number, currency: string, decimals: number }, tax: { amount: number, currency: string, decimals: number } | null };

export type DiscountFragment = { name: string | null, percentOff: number | null, once: boolean, endsAt: string | null, amountOff: { amount: number, currency: string, decimals: number } | null };

export type PaymentMethodFragment = { type: string, label: string, expMonth: number | null, expYear: number | null };

export type PriceFragment = { productName: string | null, nickname: string | null, interval: BillingInterval | null, intervalCount: number | null, model: PricingModel, packageSize: number | null, currency: string, decimals: number, unitAmountDecimal: string | null };

export const OpenBillingPortalDocument = `mutation OpenBillingPortal($returnUrl: String!, $locale: String, $flow: BillingPortalFlowInput, $features: BillingPortalFeaturesInput) {
  createBillingPortalSession(
    returnUrl: $returnUrl
    locale: $locale
    flow: $flow
    features: $features
  ) {
    id
    url
  }
}` as TypedDocument<OpenBillingPortalMutation, OpenBillingPortalMutationVariables>;

export const RefreshBillingCustomerDocument = `query RefreshBillingCustomer {
  billingCustomer(fresh: true) {
    id
    asOf
  }
}` as TypedDocument<RefreshBillingCustomerQuery, RefreshBillingCustomerQueryVariables>;

export const KeepBillingSubscriptionDocument = `mutation KeepBillingSubscription($subscriptionId: ID!) {
  keepBillingSubscription(subscriptionId: $subscriptionId) {
    id
    status
    cancelsAt
  }
}` as TypedDocument<KeepBillingSubscriptionMutation, KeepBillingSubscriptionMutationVariables>;

export const BillingAccountDocument = `query BillingAccount($fresh: Boolean! = false) {
  billingCustomer(fresh: $fresh) {
    id
    email
    name
    phone
    delinquent
    address {
      line1
      line2
      city
      state
      postalCode
      country
    }
    taxIds {
      id
      type
      value
      verification
    }
    balance {
      ...Amount
    }
    discount {
      ...Discount
    }
    paymentMethod {
      ...PaymentMethod
    }
    tasks {
      type
      available
      reason
    }
    subscriptions {
      id
      status
      total {
        ...Amount
      }
      discounts {
        ...Discount
      }
      trialEndsAt
      currentPeriodEnd
      cancelsAt
      keepable
      pause {
        reason
        since
        until
      }
      scheduledChange {
        at
        total {
          ...Amount
        }
        items {
          quantity
          price {
            ...Price
          }
        }
      }
      pendingUpdate {
        expiresAt
      }
      collectionMethod
      daysUntilDue
      paymentMethod {
        ...PaymentMethod
      }
      openInvoice {
        id
        amountDue {
          ...Amount
        }
        dueAt
        nextAttemptAt
        hostedInvoiceUrl
      }
      tasks {
        type
        available
        reason
      }
      items {
        id
        quantity
        amount {
          ...Amount
        }
        price {
          ...Price
        }
        discounts {
          ...Discount
        }
      }
    }
  }
  billingPortalConfiguration {
    id
    isDefault
    features {
      customerUpdate {
        enabled
      }
      invoiceHistory {
        enabled
      }
      subscriptionCancel {
        mode
      }
    }
  }
}

fragment Amount on Money {
  amount
  currency
  decimals
}

fragment Discount on BillingDiscount {
  name
  percentOff
  amountOff {
    ...Amount
  }
  once
  endsAt
}

fragment PaymentMethod on BillingPaymentMethod {
  type
  label
  expMonth
  expYear
}

fragment Price on BillingPrice {
  productName
  nickname
  interval
  intervalCount
  model
  packageSize
  currency
  decimals
  unitAmountDecimal
}` as TypedDocument<BillingAccountQuery, BillingAccountQueryVariables>;

export const BillingInvoicesDocument = `query BillingInvoices($first: Int! = 10, $after: String) {
  billingCustomer {
    id
    nextCharge {
      ...Charge
    }
    subscriptions {
      id
      nextCharge {
        ...Charge
      }
    }
    invoices(first: $first, after: $after) {
      edges {
        node {
          id
          number
          status
          createdAt
          total {
            ...Amount
          }
          hostedInvoiceUrl
          invoicePdfUrl
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}

fragment Amount on Money {
  amount
  currency
  decimals
}

fragment Charge on BillingCharge {
  subscriptionId
  date
  amountDue {
    ...Amount
  }
  tax {
    ...Amount
  }
}` as TypedDocument<BillingInvoicesQuery, BillingInvoicesQueryVariables>;