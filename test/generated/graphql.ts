/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What a change of subscription does to the billing date. */
export type BillingCycleAnchor =
  /** The billing date moves to the day of the change. */
  | 'NOW'
  /** The billing date stays. */
  | 'UNCHANGED'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** How often a price is charged. */
export type BillingInterval =
  /** By the day. */
  | 'DAY'
  /** By the month. */
  | 'MONTH'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED'
  /** By the week. */
  | 'WEEK'
  /** By the year. */
  | 'YEAR';

/** Hides parts of the portal for one session: `false` hides. It can show nothing that the policy in force does not offer. */
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

/** What happens when the task is done. */
export type BillingPortalFlowCompletionInput = {
  /** For HOSTED_CONFIRMATION: what the page says. */
  message?: string | null | undefined;
  /** For REDIRECT, and required there: a URL within the allowed return URLs. */
  returnUrl?: string | null | undefined;
  /** Where the customer gets to. */
  type: BillingPortalFlowCompletionType;
};

/** Where a customer gets to when the task is done. */
export type BillingPortalFlowCompletionType =
  /** A page of the portal that confirms it, with `message`. */
  | 'HOSTED_CONFIRMATION'
  /** The portal's home page. */
  | 'PORTAL_HOMEPAGE'
  /** Your application, at `returnUrl`. */
  | 'REDIRECT';

/** A deep link to one task of the portal. */
export type BillingPortalFlowInput = {
  /** What happens when the task is done. Left out, the portal's home page follows. */
  afterCompletion?: BillingPortalFlowCompletionInput | null | undefined;
  /** For SUBSCRIPTION_UPDATE_CONFIRM: the price to change to. */
  priceId?: string | number | null | undefined;
  /** For SUBSCRIPTION_UPDATE_CONFIRM: how many. */
  quantity?: number | null | undefined;
  /** For the tasks on a subscription: which of the caller's. Left out, their only one. */
  subscriptionId?: string | number | null | undefined;
  /** The task. */
  type: BillingPortalFlowType;
};

/** A task that the portal opens at, in place of its home page. */
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
  /** At the end of the period that is paid for. */
  | 'AT_PERIOD_END'
  /** At once. */
  | 'IMMEDIATELY'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** A reason that the portal offers to a customer who cancels. */
export type CancellationReasonOption =
  /** The service was not good enough. */
  | 'CUSTOMER_SERVICE'
  /** The quality was less than expected. */
  | 'LOW_QUALITY'
  /** Some features are missing. */
  | 'MISSING_FEATURES'
  /** Another reason. */
  | 'OTHER'
  /** The customer found an alternative. */
  | 'SWITCHED_SERVICE'
  /** It was too hard to use. */
  | 'TOO_COMPLEX'
  /** It is too expensive. */
  | 'TOO_EXPENSIVE'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED'
  /** The customer does not use it enough. */
  | 'UNUSED';

/** A billing detail that the customer may change in the portal. */
export type CustomerUpdateKind =
  /** The billing address. */
  | 'ADDRESS'
  /** The billing e-mail address. */
  | 'EMAIL'
  /** The name on invoices. */
  | 'NAME'
  /** The phone number. */
  | 'PHONE'
  /** The shipping address. */
  | 'SHIPPING'
  /** Tax ids, such as a VAT number. */
  | 'TAX_ID'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** How the length of a pause is chosen. */
export type PauseDurationType =
  /** The pause lasts until the customer resumes. */
  | 'INDEFINITE'
  /** The customer picks one of the preset lengths. */
  | 'INTERVAL_OPTIONS'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** What is charged or credited for the part of a period that a change affects. */
export type ProrationBehavior =
  /** The difference is invoiced at once. */
  | 'ALWAYS_INVOICE'
  /** The difference is put on the next invoice. */
  | 'CREATE_PRORATIONS'
  /** Nothing. */
  | 'NONE'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** A kind of change that waits for the end of the period. */
export type ScheduleCondition =
  /** The new price is lower. */
  | 'DECREASING_ITEM_AMOUNT'
  /** The new billing interval is shorter. */
  | 'SHORTENING_INTERVAL'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** A subscription's state at Stripe. */
export type SubscriptionStatus =
  /** Paid for and running. */
  | 'ACTIVE'
  /** Ended. */
  | 'CANCELED'
  /** Waiting for its first payment. */
  | 'INCOMPLETE'
  /** Its first payment never came. */
  | 'INCOMPLETE_EXPIRED'
  /** A payment failed and is tried again. */
  | 'PAST_DUE'
  /** Paused: nothing is charged until it is resumed. */
  | 'PAUSED'
  /** In its trial. */
  | 'TRIALING'
  /** Payments failed, and are not tried again. */
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

/** A unit of time. */
export type TimeInterval =
  /** A day. */
  | 'DAY'
  /** A month. */
  | 'MONTH'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED'
  /** A week. */
  | 'WEEK'
  /** A year. */
  | 'YEAR';

/** What a change of plan does to a running trial. */
export type TrialUpdateBehavior =
  /** The trial goes on. */
  | 'CONTINUE_TRIAL'
  /** The trial ends. */
  | 'END_TRIAL'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

export type CreateSessionMutationVariables = Exact<{
  returnUrl: string;
  locale?: string | null | undefined;
}>;


export type CreateSessionMutation = { createBillingPortalSession: { id: string, url: string, returnUrl: string, configurationId: string, locale: string | null, livemode: boolean, createdAt: string } };

export type PortalConfigurationQueryVariables = Exact<{ [key: string]: never; }>;


export type PortalConfigurationQuery = { billingPortalConfiguration: { id: string, name: string | null, isDefault: boolean, active: boolean, livemode: boolean, defaultReturnUrl: string | null, createdAt: string, updatedAt: string, businessProfile: { headline: string | null, privacyPolicyUrl: string | null, termsOfServiceUrl: string | null }, loginPage: { enabled: boolean, url: string | null }, features: { customerUpdate: { enabled: boolean, allowedUpdates: Array<CustomerUpdateKind> }, invoiceHistory: { enabled: boolean }, paymentMethodUpdate: { enabled: boolean, paymentMethodConfigurationId: string | null }, subscriptionCancel: { enabled: boolean, mode: CancellationMode, prorationBehavior: ProrationBehavior, cancellationReason: { enabled: boolean, options: Array<CancellationReasonOption>, feedbackOptionIds: Array<string> } }, subscriptionPause: { enabled: boolean, duration: { type: PauseDurationType, intervalOptions: Array<{ interval: TimeInterval, intervalCount: number }> } | null }, subscriptionUpdate: { enabled: boolean, defaultAllowedUpdates: Array<SubscriptionUpdateKind>, prorationBehavior: ProrationBehavior, billingCycleAnchor: BillingCycleAnchor | null, scheduleAtPeriodEnd: Array<ScheduleCondition>, trialUpdateBehavior: TrialUpdateBehavior, products: Array<{ productId: string, priceIds: Array<string>, adjustableQuantity: { enabled: boolean, minimum: number, maximum: number | null } }> } } } };

export type BillingCustomerQueryVariables = Exact<{ [key: string]: never; }>;


export type BillingCustomerQuery = { billingCustomer: { id: string, userId: string, email: string | null, name: string | null, delinquent: boolean, linkedAt: string, card: { brand: string, last4: string, expMonth: number, expYear: number } | null, subscriptions: Array<{ id: string, status: SubscriptionStatus, currentPeriodEnd: string | null, cancelsAt: string | null, trialEndsAt: string | null, collectionPaused: boolean, collectionResumesAt: string | null, items: Array<{ id: string, quantity: number | null, currentPeriodEnd: string, price: { id: string, productId: string, unitAmount: number | null, currency: string, interval: BillingInterval | null, intervalCount: number | null } }> }> } | null };

export type OpenPortalMutationVariables = Exact<{
  returnUrl: string;
  flow?: BillingPortalFlowInput | null | undefined;
  features?: BillingPortalFeaturesInput | null | undefined;
}>;


export type OpenPortalMutation = { createBillingPortalSession: { id: string, url: string, configurationId: string } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const CreateSessionDocument = new TypedDocumentString(`
    mutation CreateSession($returnUrl: String!, $locale: String) {
  createBillingPortalSession(returnUrl: $returnUrl, locale: $locale) {
    id
    url
    returnUrl
    configurationId
    locale
    livemode
    createdAt
  }
}
    `) as unknown as TypedDocumentString<CreateSessionMutation, CreateSessionMutationVariables>;
export const PortalConfigurationDocument = new TypedDocumentString(`
    query PortalConfiguration {
  billingPortalConfiguration {
    id
    name
    isDefault
    active
    livemode
    defaultReturnUrl
    createdAt
    updatedAt
    businessProfile {
      headline
      privacyPolicyUrl
      termsOfServiceUrl
    }
    loginPage {
      enabled
      url
    }
    features {
      customerUpdate {
        enabled
        allowedUpdates
      }
      invoiceHistory {
        enabled
      }
      paymentMethodUpdate {
        enabled
        paymentMethodConfigurationId
      }
      subscriptionCancel {
        enabled
        mode
        prorationBehavior
        cancellationReason {
          enabled
          options
          feedbackOptionIds
        }
      }
      subscriptionPause {
        enabled
        duration {
          type
          intervalOptions {
            interval
            intervalCount
          }
        }
      }
      subscriptionUpdate {
        enabled
        defaultAllowedUpdates
        prorationBehavior
        billingCycleAnchor
        scheduleAtPeriodEnd
        trialUpdateBehavior
        products {
          productId
          priceIds
          adjustableQuantity {
            enabled
            minimum
            maximum
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PortalConfigurationQuery, PortalConfigurationQueryVariables>;
export const BillingCustomerDocument = new TypedDocumentString(`
    query BillingCustomer {
  billingCustomer {
    id
    userId
    email
    name
    delinquent
    linkedAt
    card {
      brand
      last4
      expMonth
      expYear
    }
    subscriptions {
      id
      status
      currentPeriodEnd
      cancelsAt
      trialEndsAt
      collectionPaused
      collectionResumesAt
      items {
        id
        quantity
        currentPeriodEnd
        price {
          id
          productId
          unitAmount
          currency
          interval
          intervalCount
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<BillingCustomerQuery, BillingCustomerQueryVariables>;
export const OpenPortalDocument = new TypedDocumentString(`
    mutation OpenPortal($returnUrl: String!, $flow: BillingPortalFlowInput, $features: BillingPortalFeaturesInput) {
  createBillingPortalSession(
    returnUrl: $returnUrl
    flow: $flow
    features: $features
  ) {
    id
    url
    configurationId
  }
}
    `) as unknown as TypedDocumentString<OpenPortalMutation, OpenPortalMutationVariables>;