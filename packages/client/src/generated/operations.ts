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
  /** For SUBSCRIPTION_UPDATE_CONFIRM: the price to change to. */
  priceId?: string | number | null | undefined;
  /** For SUBSCRIPTION_UPDATE_CONFIRM: how many. */
  quantity?: number | null | undefined;
  /** For tasks on a subscription: one of the customer's. By default, the customer's only subscription. */
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
  /** Confirm one change of plan or quantity that you name. */
  | 'SUBSCRIPTION_UPDATE_CONFIRM';

/** When a cancellation in the portal takes effect. */
export type CancellationMode =
  /** At the end of the paid period. */
  | 'AT_PERIOD_END'
  /** At once. */
  | 'IMMEDIATELY'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** Why a subscription is paused. */
export type PauseReason =
  /** All attempts to charge a payment failed. */
  | 'FINAL_PAYMENT_FAILURE'
  /** The first payment failed. */
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

/** A subscription's status at Stripe. Only ACTIVE means that it is paid for. */
export type SubscriptionStatus =
  /** The subscription is running. */
  | 'ACTIVE'
  /** The subscription has ended. */
  | 'CANCELED'
  /** The first payment is pending. */
  | 'INCOMPLETE'
  /** The first payment did not succeed in time. */
  | 'INCOMPLETE_EXPIRED'
  /** A payment failed and Stripe retries it. */
  | 'PAST_DUE'
  /** The subscription is paused and nothing is charged. */
  | 'PAUSED'
  /** The subscription is in its trial. */
  | 'TRIALING'
  /** Payments failed and Stripe no longer retries them. */
  | 'UNPAID'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** A change to a subscription that the customer may make in the portal. */
export type SubscriptionUpdateKind =
  /** Switch to another price or product. */
  | 'PRICE'
  /** Enter a promotion code. */
  | 'PROMOTION_CODE'
  /** Change the quantity. */
  | 'QUANTITY'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

export type OpenBillingPortalMutationVariables = Exact<{
  returnUrl: string;
  locale?: string | null | undefined;
  flow?: BillingPortalFlowInput | null | undefined;
  features?: BillingPortalFeaturesInput | null | undefined;
}>;


export type OpenBillingPortalMutation = { createBillingPortalSession: { id: string, url: string } };

export type RefreshBillingCustomerQueryVariables = Exact<{ [key: string]: never; }>;


export type RefreshBillingCustomerQuery = { billingCustomer: { id: string, asOf: string } | null };

export type BillingAccountQueryVariables = Exact<{
  fresh?: boolean;
}>;


export type BillingAccountQuery = { billingCustomer: { id: string, email: string | null, name: string | null, delinquent: boolean, paymentMethod: { type: string, label: string, brand: string | null, last4: string | null, expMonth: number | null, expYear: number | null, wallet: string | null } | null, subscriptions: Array<{ id: string, status: SubscriptionStatus, currentPeriodEnd: string | null, cancelsAt: string | null, trialEndsAt: string | null, pause: { reason: PauseReason, since: string | null, until: string | null } | null, paymentMethod: { label: string, expMonth: number | null, expYear: number | null } | null, items: Array<{ id: string, quantity: number | null, amount: { amount: number, currency: string, decimals: number } | null, price: { id: string, productId: string, productName: string, interval: BillingInterval | null, intervalCount: number | null } }> }> } | null, billingPortalConfiguration: { id: string, isDefault: boolean, features: { customerUpdate: { enabled: boolean }, invoiceHistory: { enabled: boolean }, paymentMethodUpdate: { enabled: boolean }, subscriptionCancel: { enabled: boolean, mode: CancellationMode }, subscriptionPause: { enabled: boolean }, subscriptionUpdate: { enabled: boolean, defaultAllowedUpdates: Array<SubscriptionUpdateKind> } } } };

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

export const BillingAccountDocument = `query BillingAccount($fresh: Boolean! = false) {
  billingCustomer(fresh: $fresh) {
    id
    email
    name
    delinquent
    paymentMethod {
      type
      label
      brand
      last4
      expMonth
      expYear
      wallet
    }
    subscriptions {
      id
      status
      currentPeriodEnd
      cancelsAt
      trialEndsAt
      pause {
        reason
        since
        until
      }
      paymentMethod {
        label
        expMonth
        expYear
      }
      items {
        id
        quantity
        amount {
          amount
          currency
          decimals
        }
        price {
          id
          productId
          productName
          interval
          intervalCount
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
      paymentMethodUpdate {
        enabled
      }
      subscriptionCancel {
        enabled
        mode
      }
      subscriptionPause {
        enabled
      }
      subscriptionUpdate {
        enabled
        defaultAllowedUpdates
      }
    }
  }
}` as TypedDocument<BillingAccountQuery, BillingAccountQueryVariables>;