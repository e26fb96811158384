/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The kind of operation: an administrator's action, the effect of a Stripe event, or what a user caused: a customer that was created or linked, or a subscription that was kept. */
export type AuditAction =
  /** Activate a portal configuration again. */
  | 'ACTIVATE_PORTAL_CONFIGURATION'
  /** Create a customer at Stripe for a user's first session. */
  | 'CREATE_CUSTOMER'
  /** Create a portal configuration. */
  | 'CREATE_PORTAL_CONFIGURATION'
  /** Create an e-mail link. */
  | 'CREATE_PORTAL_LINK'
  /** Open a portal session on a customer's behalf. */
  | 'CREATE_PORTAL_SESSION'
  /** Deactivate a portal configuration. */
  | 'DEACTIVATE_PORTAL_CONFIGURATION'
  /** Link many users from a file on the command line. */
  | 'IMPORT_CUSTOMERS'
  /** Revert a subscription's cancellation or downgrade that was scheduled for the end of the period. */
  | 'KEEP_SUBSCRIPTION'
  /** Link a user to a customer. */
  | 'LINK_CUSTOMER'
  /** Link a user to a customer because a Stripe event named both. */
  | 'LINK_CUSTOMER_BY_EVENT'
  /** Report that a customer at Stripe names a user, but one of them is already linked elsewhere. `conflictId` identifies the conflict. */
  | 'REPORT_CUSTOMER_CONFLICT'
  /** Report that Stripe opened a portal session, by this service or otherwise. `sessionId` identifies the session. */
  | 'REPORT_PORTAL_SESSION'
  /** Resolve a customer conflict. */
  | 'RESOLVE_CUSTOMER_CONFLICT'
  /** Revoke one e-mail link, or all e-mail links of a user. */
  | 'REVOKE_PORTAL_LINK'
  /** Remove the mapping between a user and a customer. */
  | 'UNLINK_CUSTOMER'
  /** Change a mapping's contract end or attributes. */
  | 'UPDATE_CUSTOMER_MAPPING'
  /** Change a portal configuration. */
  | 'UPDATE_PORTAL_CONFIGURATION';

/** The kind of actor. */
export type AuditActorKind =
  /** A user who was erased: the name is a random pseudonym. */
  | 'ERASED'
  /** An operator on the command line. */
  | 'OPERATOR'
  /** Stripe, through an event. */
  | 'STRIPE'
  /** A caller with a token: an administrator or a user. */
  | 'USER';

/** How an operation ended. */
export type AuditOutcome =
  /** The outcome was never recorded, for example because the service crashed. The operation may or may not have taken effect. */
  | 'CUT_OFF'
  /** The operation failed; `code` says why. */
  | 'FAILED'
  /** The operation took effect. */
  | 'SUCCEEDED'
  /** The operation is still running. */
  | 'UNDER_WAY';

/** What a change of a subscription does to the billing date. */
export type BillingCycleAnchor =
  /** The billing date moves to the day of the change. */
  | 'NOW'
  /** The billing date stays. */
  | 'UNCHANGED'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

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

/** The fields of a portal configuration. An update keeps the fields that are left out; null removes a text, and [] empties a list. */
export type BillingPortalConfigurationInput = {
  /** What the portal says about the business. */
  businessProfile?: PortalBusinessProfileInput | null | undefined;
  /** The return URL of sessions that name none: within the allowed return URLs. */
  defaultReturnUrl?: string | null | undefined;
  /** What customers can do in the portal. A feature that was never set is off. */
  features?: PortalFeaturesInput | null | undefined;
  /** Stripe's hosted login page: a second way into the portal, which no rule restricts. */
  loginPage?: PortalLoginPageInput | null | undefined;
  /** A name for administrators. */
  name?: string | null | undefined;
};

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

/** The customer's reason for a cancellation. */
export type CancellationFeedback =
  /** The customer service was worse than expected. */
  | 'CUSTOMER_SERVICE'
  /** The quality was worse than expected. */
  | 'LOW_QUALITY'
  /** Features are missing. */
  | 'MISSING_FEATURES'
  /** Another reason. */
  | 'OTHER'
  /** The customer uses another service. */
  | 'SWITCHED_SERVICE'
  /** It was too hard to use. */
  | 'TOO_COMPLEX'
  /** It is too expensive. */
  | 'TOO_EXPENSIVE'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED'
  /** The customer does not use it enough. */
  | 'UNUSED';

/** When a cancellation in the portal takes effect. */
export type CancellationMode =
  /** At the end of the paid period. */
  | 'AT_PERIOD_END'
  /** At once. */
  | 'IMMEDIATELY'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** Why a subscription was cancelled, from the point of view of Stripe. */
export type CancellationReason =
  /** A retention policy of the seller cancelled it. */
  | 'CANCELED_BY_RETENTION_POLICY'
  /** The customer or the seller asked for it. */
  | 'CANCELLATION_REQUESTED'
  /** A payment was disputed. */
  | 'PAYMENT_DISPUTED'
  /** Payments failed. */
  | 'PAYMENT_FAILED'
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

/** How invoices are paid. */
export type CollectionMethod =
  /** Stripe charges the payment method. */
  | 'CHARGE_AUTOMATICALLY'
  /** Stripe sends invoices by e-mail, and the customer pays them. */
  | 'SEND_INVOICE'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

/** A fact about a customer, for portal policies. */
export type CustomerAttributeInput = {
  /** The attribute's name: up to 64 letters, digits, dots, dashes and underscores. */
  name: string;
  /** The attribute's value: up to 500 characters. */
  value: string;
};

/** How to resolve a conflict. */
export type CustomerConflictResolution =
  /** Keeps the mappings. The customer of the conflict is never linked to this user automatically. */
  | 'KEEP_CURRENT'
  /** Links the user to the customer of the conflict. The new mapping keeps the contract end and the attributes of the old one. If another user has the customer, that user is unlinked. */
  | 'TAKE_OTHER';

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

/** What a discount was given to. */
export type DiscountScope =
  /** The customer: it applies to subscriptions without a discount of their own. */
  | 'CUSTOMER'
  /** One item of the subscription. */
  | 'ITEM'
  /** The whole subscription. */
  | 'SUBSCRIPTION'
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

/** What a package that is not full costs. */
export type PackageRounding =
  /** Nothing. */
  | 'DOWN'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED'
  /** As much as a full package. */
  | 'UP';

/** How the length of a pause is chosen. */
export type PauseDurationType =
  /** The pause lasts until the customer resumes. */
  | 'INDEFINITE'
  /** The customer picks one of the preset lengths. */
  | 'INTERVAL_OPTIONS'
  /** A value that Stripe added after this version of the service. */
  | 'UNRECOGNIZED';

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

/** Changing the quantity of a product. */
export type PortalAdjustableQuantityInput = {
  /** Whether customers may change the quantity. */
  enabled: boolean;
  /** The largest quantity. Without one, there is no limit. */
  maximum?: number | null | undefined;
  /** The smallest quantity. */
  minimum?: number | null | undefined;
};

/** What the portal says about the business. */
export type PortalBusinessProfileInput = {
  /** The sentence at the top of the portal, 60 characters at most. */
  headline?: string | null | undefined;
  /** The business's privacy policy. */
  privacyPolicyUrl?: string | null | undefined;
  /** The business's terms of service. */
  termsOfServiceUrl?: string | null | undefined;
};

/** Asking customers why they cancel. */
export type PortalCancellationReasonInput = {
  /** Whether the portal asks customers. */
  enabled: boolean;
  /** The ids of custom feedback options, in their order. */
  feedbackOptionIds?: Array<string | number> | null | undefined;
  /** The reasons to choose from. */
  options?: Array<CancellationReasonOption> | null | undefined;
};

/** Changing billing details. */
export type PortalCustomerUpdateInput = {
  /** The details that customers may change. */
  allowedUpdates?: Array<CustomerUpdateKind> | null | undefined;
  /** Whether the portal offers the feature. */
  enabled?: boolean | null | undefined;
};

/** What customers can do in the portal. */
export type PortalFeaturesInput = {
  /** Changing billing details. */
  customerUpdate?: PortalCustomerUpdateInput | null | undefined;
  /** Seeing past invoices. */
  invoiceHistory?: PortalInvoiceHistoryInput | null | undefined;
  /** Changing payment methods. */
  paymentMethodUpdate?: PortalPaymentMethodUpdateInput | null | undefined;
  /** Cancelling a subscription. */
  subscriptionCancel?: PortalSubscriptionCancelInput | null | undefined;
  /** Pausing a subscription. */
  subscriptionPause?: PortalSubscriptionPauseInput | null | undefined;
  /** Changing a subscription. */
  subscriptionUpdate?: PortalSubscriptionUpdateInput | null | undefined;
};

/** Seeing past invoices. */
export type PortalInvoiceHistoryInput = {
  /** Whether the portal offers the feature. */
  enabled: boolean;
};

/** Stripe's own page on which customers log in to the portal by e-mail. */
export type PortalLoginPageInput = {
  /** Whether the page can be used. */
  enabled: boolean;
};

/** How long a subscription can be paused. */
export type PortalPauseDurationInput = {
  /** The lengths to choose from. */
  intervalOptions?: Array<PortalPauseIntervalInput> | null | undefined;
  /** How the length is chosen. */
  type: PauseDurationType;
};

/** A preset length of a pause: three years at most. */
export type PortalPauseIntervalInput = {
  /** The unit. */
  interval: TimeInterval;
  /** The number of units: 1 by default. */
  intervalCount?: number | null | undefined;
};

/** Changing payment methods. */
export type PortalPaymentMethodUpdateInput = {
  /** Whether the portal offers the feature. */
  enabled: boolean;
  /** The payment method configuration, `pmc_…`, that decides which kinds are offered. Without one, the default configuration decides. */
  paymentMethodConfigurationId?: string | number | null | undefined;
};

/** A product that customers may switch to. */
export type PortalProductInput = {
  /** Changing the quantity of a product. */
  adjustableQuantity?: PortalAdjustableQuantityInput | null | undefined;
  /** The ids of the offered prices, `price_…`. */
  priceIds: Array<string | number>;
  /** The product's id, `prod_…`. */
  productId: string | number;
};

/** Cancelling a subscription. */
export type PortalSubscriptionCancelInput = {
  /** Asking customers why they cancel. */
  cancellationReason?: PortalCancellationReasonInput | null | undefined;
  /** Whether the portal offers the feature. */
  enabled?: boolean | null | undefined;
  /** When a cancellation takes effect. */
  mode?: CancellationMode | null | undefined;
  /** What Stripe credits for the rest of the period: nothing where cancellations wait for its end. */
  prorationBehavior?: ProrationBehavior | null | undefined;
};

/** Pausing a subscription. */
export type PortalSubscriptionPauseInput = {
  /** How long a pause lasts. */
  duration?: PortalPauseDurationInput | null | undefined;
  /** Whether the portal offers the feature. */
  enabled?: boolean | null | undefined;
};

/** Changing a subscription. */
export type PortalSubscriptionUpdateInput = {
  /** What happens to the billing date. */
  billingCycleAnchor?: BillingCycleAnchor | null | undefined;
  /** The changes that customers may make. */
  defaultAllowedUpdates?: Array<SubscriptionUpdateKind> | null | undefined;
  /** Whether the portal offers the feature. */
  enabled?: boolean | null | undefined;
  /** The products to choose from, 10 at most. */
  products?: Array<PortalProductInput> | null | undefined;
  /** What Stripe charges or credits for the rest of the period. */
  prorationBehavior?: ProrationBehavior | null | undefined;
  /** The kinds of change that wait for the end of the period. */
  scheduleAtPeriodEnd?: Array<ScheduleCondition> | null | undefined;
  /** What happens to a running trial. */
  trialUpdateBehavior?: TrialUpdateBehavior | null | undefined;
};

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

/** What a change charges or credits for the rest of the period. */
export type ProrationBehavior =
  /** Stripe invoices the difference at once. */
  | 'ALWAYS_INVOICE'
  /** Stripe adds the difference to the next invoice. */
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

/** Whether the customer is exempt from tax. */
export type TaxExemption =
  /** Exempt. */
  | 'EXEMPT'
  /** Not exempt. */
  | 'NONE'
  /** The customer accounts for the tax: reverse charge. */
  | 'REVERSE'
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

export type WholeCustomerQueryVariables = Exact<{
  fresh?: boolean;
}>;


export type WholeCustomerQuery = { billingCustomer: { id: string, userId: string, name: string | null, email: string | null, phone: string | null, taxExempt: TaxExemption, preferredLocales: Array<string>, currency: string | null, delinquent: boolean, linkedAt: string, asOf: string, address: { line1: string | null, line2: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, shipping: { name: string | null, phone: string | null, address: { line1: string | null, line2: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null } | null, taxIds: Array<{ id: string, type: string, value: string, country: string | null, verification: TaxIdVerification | null }>, balance: { amount: number, currency: string, decimals: number } | null, discount: { id: string, scope: DiscountScope, name: string | null, percentOff: number | null, once: boolean, startedAt: string, endsAt: string | null, amountOff: { amount: number, currency: string, decimals: number } | null } | null, paymentMethod: { type: string, label: string, brand: string | null, last4: string | null, expMonth: number | null, expYear: number | null, wallet: string | null } | null, subscriptions: Array<{ id: string, status: SubscriptionStatus, currency: string, startedAt: string, trialEndsAt: string | null, currentPeriodEnd: string | null, cancelsAt: string | null, collectionMethod: CollectionMethod, daysUntilDue: number | null, items: Array<{ id: string, quantity: number | null, currentPeriodEnd: string, amount: { amount: number, currency: string, decimals: number } | null, discounts: Array<{ id: string, scope: DiscountScope, name: string | null, percentOff: number | null, once: boolean, startedAt: string, endsAt: string | null, amountOff: { amount: number, currency: string, decimals: number } | null }>, price: { id: string, productId: string, productName: string | null, nickname: string | null, lookupKey: string | null, currency: string, decimals: number, interval: BillingInterval | null, intervalCount: number | null, model: PricingModel, usageModel: PricingModel | null, unitAmountDecimal: string | null, packageSize: number | null, packageRounding: PackageRounding | null, unitAmount: { amount: number, currency: string, decimals: number } | null, tiers: Array<{ upTo: number | null, unitAmountDecimal: string | null, flatAmountDecimal: string | null, unitAmount: { amount: number, currency: string, decimals: number } | null, flatAmount: { amount: number, currency: string, decimals: number } | null }> | null } }>, total: { amount: number, currency: string, decimals: number } | null, discounts: Array<{ id: string, scope: DiscountScope, name: string | null, percentOff: number | null, once: boolean, startedAt: string, endsAt: string | null, amountOff: { amount: number, currency: string, decimals: number } | null }>, cancellation: { requestedAt: string | null, reason: CancellationReason | null, feedback: CancellationFeedback | null, comment: string | null } | null, pause: { reason: PauseReason, since: string | null, until: string | null } | null, scheduledChange: { at: string, items: Array<{ quantity: number | null, amount: { amount: number, currency: string, decimals: number } | null, price: { id: string, productId: string, productName: string | null, nickname: string | null, lookupKey: string | null, currency: string, decimals: number, interval: BillingInterval | null, intervalCount: number | null, model: PricingModel, usageModel: PricingModel | null, unitAmountDecimal: string | null, packageSize: number | null, packageRounding: PackageRounding | null, unitAmount: { amount: number, currency: string, decimals: number } | null, tiers: Array<{ upTo: number | null, unitAmountDecimal: string | null, flatAmountDecimal: string | null, unitAmount: { amount: number, currency: string, decimals: number } | null, flatAmount: { amount: number, currency: string, decimals: number } | null }> | null } }>, total: { amount: number, currency: string, decimals: number } | null } | null, pendingUpdate: { expiresAt: string, trialEndsAt: string | null, items: Array<{ quantity: number | null, amount: { amount: number, currency: string, decimals: number } | null, price: { id: string, productId: string, productName: string | null, nickname: string | null, lookupKey: string | null, currency: string, decimals: number, interval: BillingInterval | null, intervalCount: number | null, model: PricingModel, usageModel: PricingModel | null, unitAmountDecimal: string | null, packageSize: number | null, packageRounding: PackageRounding | null, unitAmount: { amount: number, currency: string, decimals: number } | null, tiers: Array<{ upTo: number | null, unitAmountDecimal: string | null, flatAmountDecimal: string | null, unitAmount: { amount: number, currency: string, decimals: number } | null, flatAmount: { amount: number, currency: string, decimals: number } | null }> | null } }> | null } | null, paymentMethod: { type: string, label: string, brand: string | null, last4: string | null, expMonth: number | null, expYear: number | null, wallet: string | null } | null, openInvoice: { id: string, number: string | null, dueAt: string | null, nextAttemptAt: string | null, amountDue: { amount: number, currency: string, decimals: number } } | null }> } | null };

export type AmountFragment = { amount: number, currency: string, decimals: number };

export type PaymentMethodFragment = { type: string, label: string, brand: string | null, last4: string | null, expMonth: number | null, expYear: number | null, wallet: string | null };

export type DiscountFragment = { id: string, scope: DiscountScope, name: string | null, percentOff: number | null, once: boolean, startedAt: string, endsAt: string | null, amountOff: { amount: number, currency: string, decimals: number } | null };

export type PriceFragment = { id: string, productId: string, productName: string | null, nickname: string | null, lookupKey: string | null, currency: string, decimals: number, interval: BillingInterval | null, intervalCount: number | null, model: PricingModel, usageModel: PricingModel | null, unitAmountDecimal: string | null, packageSize: number | null, packageRounding: PackageRounding | null, unitAmount: { amount: number, currency: string, decimals: number } | null, tiers: Array<{ upTo: number | null, unitAmountDecimal: string | null, flatAmountDecimal: string | null, unitAmount: { amount: number, currency: string, decimals: number } | null, flatAmount: { amount: number, currency: string, decimals: number } | null }> | null };

export type CustomerMappingsQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
}>;


export type CustomerMappingsQuery = { customerMappings: { edges: Array<{ cursor: string, node: { userId: string, stripeCustomerId: string, contractEndsAt: string | null, linkedAt: string, goneSince: string | null, attributes: Array<{ name: string, value: string }> } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type CustomerMappingQueryVariables = Exact<{
  userId?: string | number | null | undefined;
  stripeCustomerId?: string | number | null | undefined;
}>;


export type CustomerMappingQuery = { customerMapping: { userId: string, stripeCustomerId: string, goneSince: string | null } | null };

export type LinkCustomerMutationVariables = Exact<{
  userId: string | number;
  stripeCustomerId: string | number;
}>;


export type LinkCustomerMutation = { linkCustomer: { userId: string, stripeCustomerId: string } };

export type UnlinkCustomerMutationVariables = Exact<{
  userId: string | number;
}>;


export type UnlinkCustomerMutation = { unlinkCustomer: { userId: string, stripeCustomerId: string } };

export type UpdateMappingMutationVariables = Exact<{
  userId: string | number;
  contractEndsAt?: string | null | undefined;
  attributes?: Array<CustomerAttributeInput> | CustomerAttributeInput | null | undefined;
}>;


export type UpdateMappingMutation = { updateCustomerMapping: { userId: string, contractEndsAt: string | null, attributes: Array<{ name: string, value: string }> } };

export type PortalConfigurationsQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
}>;


export type PortalConfigurationsQuery = { billingPortalConfigurations: { edges: Array<{ cursor: string, node: { id: string, name: string | null, isDefault: boolean, active: boolean, policy: { namespace: string, name: string } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateConfigurationMutationVariables = Exact<{
  input: BillingPortalConfigurationInput;
}>;


export type CreateConfigurationMutation = { createBillingPortalConfiguration: { id: string, active: boolean, policy: { name: string } | null } };

export type UpdateConfigurationMutationVariables = Exact<{
  id: string | number;
  input: BillingPortalConfigurationInput;
}>;


export type UpdateConfigurationMutation = { updateBillingPortalConfiguration: { id: string, name: string | null } };

export type DeactivateConfigurationMutationVariables = Exact<{
  id: string | number;
}>;


export type DeactivateConfigurationMutation = { deactivateBillingPortalConfiguration: { id: string, active: boolean } };

export type ActivateConfigurationMutationVariables = Exact<{
  id: string | number;
}>;


export type ActivateConfigurationMutation = { activateBillingPortalConfiguration: { id: string, active: boolean } };

export type CreateSessionForMutationVariables = Exact<{
  userId: string | number;
  returnUrl: string;
  configurationId?: string | number | null | undefined;
  locale?: string | null | undefined;
  flow?: BillingPortalFlowInput | null | undefined;
  features?: BillingPortalFeaturesInput | null | undefined;
}>;


export type CreateSessionForMutation = { createBillingPortalSessionFor: { id: string, url: string, configurationId: string, locale: string | null } };

export type AuditTrailQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
  userId?: string | number | null | undefined;
  action?: AuditAction | null | undefined;
}>;


export type AuditTrailQuery = { auditTrail: { edges: Array<{ cursor: string, node: { id: string, at: string, actor: string, actorKind: AuditActorKind, action: AuditAction, userId: string | null, userErased: boolean, targetId: string | null, outcome: AuditOutcome, code: string | null, endedAt: string | null, details: Array<{ name: string, value: string }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateLinkMutationVariables = Exact<{
  userId: string | number;
  returnUrl: string;
  expiresIn?: number | null | undefined;
  flow?: BillingPortalFlowInput | null | undefined;
  singleUse?: boolean | null | undefined;
}>;


export type CreateLinkMutation = { createBillingPortalLink: { id: string, url: string, userId: string, returnUrl: string, flow: BillingPortalFlowType | null, singleUse: boolean, createdAt: string, expiresAt: string, usedAt: string | null } };

export type LinksQueryVariables = Exact<{
  userId: string | number;
}>;


export type LinksQuery = { billingPortalLinks: Array<{ id: string, userId: string, returnUrl: string, flow: BillingPortalFlowType | null, singleUse: boolean, createdAt: string, expiresAt: string, usedAt: string | null }> };

export type RevokeLinkMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeLinkMutation = { revokeBillingPortalLink: boolean };

export type RevokeLinksMutationVariables = Exact<{
  userId: string | number;
}>;


export type RevokeLinksMutation = { revokeBillingPortalLinks: number };

export type CustomerConflictsQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
}>;


export type CustomerConflictsQuery = { customerConflicts: { edges: Array<{ node: { id: string, userId: string, stripeCustomerId: string, linkedCustomerId: string | null, linkedUserId: string | null, foundAt: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ResolveConflictMutationVariables = Exact<{
  id: string | number;
  resolution: CustomerConflictResolution;
}>;


export type ResolveConflictMutation = { resolveCustomerConflict: { userId: string, stripeCustomerId: string, contractEndsAt: string | null } | null };

export type CreateSessionMutationVariables = Exact<{
  returnUrl: string;
  locale?: string | null | undefined;
}>;


export type CreateSessionMutation = { createBillingPortalSession: { id: string, url: string, returnUrl: string, configurationId: string, locale: string | null, livemode: boolean, createdAt: string } };

export type PortalConfigurationQueryVariables = Exact<{ [key: string]: never; }>;


export type PortalConfigurationQuery = { billingPortalConfiguration: { id: string, name: string | null, isDefault: boolean, active: boolean, livemode: boolean, defaultReturnUrl: string | null, createdAt: string, updatedAt: string, businessProfile: { headline: string | null, privacyPolicyUrl: string | null, termsOfServiceUrl: string | null }, loginPage: { enabled: boolean, url: string | null }, features: { customerUpdate: { enabled: boolean, allowedUpdates: Array<CustomerUpdateKind> }, invoiceHistory: { enabled: boolean }, paymentMethodUpdate: { enabled: boolean, paymentMethodConfigurationId: string | null }, subscriptionCancel: { enabled: boolean, mode: CancellationMode, prorationBehavior: ProrationBehavior, cancellationReason: { enabled: boolean, options: Array<CancellationReasonOption>, feedbackOptionIds: Array<string>, feedbackOptions: Array<{ id: string, text: string | null }> } }, subscriptionPause: { enabled: boolean, duration: { type: PauseDurationType, intervalOptions: Array<{ interval: TimeInterval, intervalCount: number }> } | null }, subscriptionUpdate: { enabled: boolean, defaultAllowedUpdates: Array<SubscriptionUpdateKind>, prorationBehavior: ProrationBehavior, billingCycleAnchor: BillingCycleAnchor | null, scheduleAtPeriodEnd: Array<ScheduleCondition>, trialUpdateBehavior: TrialUpdateBehavior, products: Array<{ productId: string, priceIds: Array<string>, adjustableQuantity: { enabled: boolean, minimum: number, maximum: number | null } }> } } } };

export type BillingCustomerQueryVariables = Exact<{
  fresh?: boolean;
}>;


export type BillingCustomerQuery = { billingCustomer: { id: string, userId: string, email: string | null, name: string | null, delinquent: boolean, linkedAt: string, asOf: string, paymentMethod: { label: string } | null, subscriptions: Array<{ id: string, status: SubscriptionStatus, currentPeriodEnd: string | null, cancelsAt: string | null, items: Array<{ id: string, quantity: number | null, price: { id: string, productId: string } }> }> } | null };

export type OpenPortalMutationVariables = Exact<{
  returnUrl: string;
  flow?: BillingPortalFlowInput | null | undefined;
  features?: BillingPortalFeaturesInput | null | undefined;
}>;


export type OpenPortalMutation = { createBillingPortalSession: { id: string, url: string, configurationId: string } };

export type InvoicesQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
  status?: Array<InvoiceStatus> | InvoiceStatus | null | undefined;
}>;


export type InvoicesQuery = { billingCustomer: { id: string, invoices: { edges: Array<{ cursor: string, node: { id: string, number: string | null, status: InvoiceStatus, createdAt: string, dueAt: string | null, hasMoreLines: boolean, hostedInvoiceUrl: string | null, invoicePdfUrl: string | null, total: { amount: number, currency: string, decimals: number }, amountDue: { amount: number }, amountPaid: { amount: number }, tax: { amount: number } | null, period: { start: string, end: string }, lines: Array<{ description: string | null, quantity: number | null, proration: boolean, amount: { amount: number }, tax: { amount: number } | null, period: { start: string, end: string } }> } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, endCursor: string | null } } | null } | null };

export type NextChargeQueryVariables = Exact<{ [key: string]: never; }>;


export type NextChargeQuery = { billingCustomer: { nextCharge: { subscriptionId: string, date: string, hasMoreLines: boolean, total: { amount: number, currency: string, decimals: number }, amountDue: { amount: number }, tax: { amount: number } | null, lines: Array<{ description: string | null, quantity: number | null, proration: boolean, amount: { amount: number } }> } | null, subscriptions: Array<{ id: string, openInvoice: { hostedInvoiceUrl: string | null } | null, nextCharge: { subscriptionId: string, date: string, hasMoreLines: boolean, total: { amount: number, currency: string, decimals: number }, amountDue: { amount: number }, tax: { amount: number } | null, lines: Array<{ description: string | null, quantity: number | null, proration: boolean, amount: { amount: number } }> } | null }> } | null };

export type ChargeFragment = { subscriptionId: string, date: string, hasMoreLines: boolean, total: { amount: number, currency: string, decimals: number }, amountDue: { amount: number }, tax: { amount: number } | null, lines: Array<{ description: string | null, quantity: number | null, proration: boolean, amount: { amount: number } }> };

export type BillingTasksQueryVariables = Exact<{
  fresh?: boolean;
}>;


export type BillingTasksQuery = { billingCustomer: { tasks: Array<{ type: BillingPortalFlowType, available: boolean, reason: BillingTaskRefusal | null }> | null, subscriptions: Array<{ id: string, keepable: boolean | null, tasks: Array<{ type: BillingPortalFlowType, available: boolean, reason: BillingTaskRefusal | null }> | null }> } | null };

export type KeepSubscriptionMutationVariables = Exact<{
  subscriptionId: string | number;
}>;


export type KeepSubscriptionMutation = { keepBillingSubscription: { id: string, cancelsAt: string | null, keepable: boolean | null, scheduledChange: { at: string } | null, items: Array<{ price: { id: string } }> } };

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
export const PaymentMethodFragmentDoc = new TypedDocumentString(`
    fragment PaymentMethod on BillingPaymentMethod {
  type
  label
  brand
  last4
  expMonth
  expYear
  wallet
}
    `, {"fragmentName":"PaymentMethod"}) as unknown as TypedDocumentString<PaymentMethodFragment, unknown>;
export const AmountFragmentDoc = new TypedDocumentString(`
    fragment Amount on Money {
  amount
  currency
  decimals
}
    `, {"fragmentName":"Amount"}) as unknown as TypedDocumentString<AmountFragment, unknown>;
export const DiscountFragmentDoc = new TypedDocumentString(`
    fragment Discount on BillingDiscount {
  id
  scope
  name
  percentOff
  amountOff {
    ...Amount
  }
  once
  startedAt
  endsAt
}
    fragment Amount on Money {
  amount
  currency
  decimals
}`, {"fragmentName":"Discount"}) as unknown as TypedDocumentString<DiscountFragment, unknown>;
export const PriceFragmentDoc = new TypedDocumentString(`
    fragment Price on BillingPrice {
  id
  productId
  productName
  nickname
  lookupKey
  currency
  decimals
  interval
  intervalCount
  model
  usageModel
  unitAmount {
    ...Amount
  }
  unitAmountDecimal
  packageSize
  packageRounding
  tiers {
    upTo
    unitAmount {
      ...Amount
    }
    unitAmountDecimal
    flatAmount {
      ...Amount
    }
    flatAmountDecimal
  }
}
    fragment Amount on Money {
  amount
  currency
  decimals
}`, {"fragmentName":"Price"}) as unknown as TypedDocumentString<PriceFragment, unknown>;
export const ChargeFragmentDoc = new TypedDocumentString(`
    fragment Charge on BillingCharge {
  subscriptionId
  date
  hasMoreLines
  total {
    amount
    currency
    decimals
  }
  amountDue {
    amount
  }
  tax {
    amount
  }
  lines {
    description
    quantity
    proration
    amount {
      amount
    }
  }
}
    `, {"fragmentName":"Charge"}) as unknown as TypedDocumentString<ChargeFragment, unknown>;
export const WholeCustomerDocument = new TypedDocumentString(`
    query WholeCustomer($fresh: Boolean! = false) {
  billingCustomer(fresh: $fresh) {
    id
    userId
    name
    email
    phone
    address {
      line1
      line2
      city
      state
      postalCode
      country
    }
    shipping {
      name
      phone
      address {
        line1
        line2
        city
        state
        postalCode
        country
      }
    }
    taxIds {
      id
      type
      value
      country
      verification
    }
    taxExempt
    preferredLocales
    currency
    balance {
      ...Amount
    }
    discount {
      ...Discount
    }
    paymentMethod {
      ...PaymentMethod
    }
    delinquent
    linkedAt
    asOf
    subscriptions {
      id
      status
      currency
      items {
        id
        quantity
        currentPeriodEnd
        amount {
          ...Amount
        }
        discounts {
          ...Discount
        }
        price {
          ...Price
        }
      }
      total {
        ...Amount
      }
      discounts {
        ...Discount
      }
      startedAt
      trialEndsAt
      currentPeriodEnd
      cancelsAt
      cancellation {
        requestedAt
        reason
        feedback
        comment
      }
      pause {
        reason
        since
        until
      }
      scheduledChange {
        at
        items {
          quantity
          amount {
            ...Amount
          }
          price {
            ...Price
          }
        }
        total {
          ...Amount
        }
      }
      pendingUpdate {
        expiresAt
        trialEndsAt
        items {
          quantity
          amount {
            ...Amount
          }
          price {
            ...Price
          }
        }
      }
      collectionMethod
      daysUntilDue
      paymentMethod {
        ...PaymentMethod
      }
      openInvoice {
        id
        number
        amountDue {
          ...Amount
        }
        dueAt
        nextAttemptAt
      }
    }
  }
}
    fragment Amount on Money {
  amount
  currency
  decimals
}
fragment PaymentMethod on BillingPaymentMethod {
  type
  label
  brand
  last4
  expMonth
  expYear
  wallet
}
fragment Discount on BillingDiscount {
  id
  scope
  name
  percentOff
  amountOff {
    ...Amount
  }
  once
  startedAt
  endsAt
}
fragment Price on BillingPrice {
  id
  productId
  productName
  nickname
  lookupKey
  currency
  decimals
  interval
  intervalCount
  model
  usageModel
  unitAmount {
    ...Amount
  }
  unitAmountDecimal
  packageSize
  packageRounding
  tiers {
    upTo
    unitAmount {
      ...Amount
    }
    unitAmountDecimal
    flatAmount {
      ...Amount
    }
    flatAmountDecimal
  }
}`) as unknown as TypedDocumentString<WholeCustomerQuery, WholeCustomerQueryVariables>;
export const CustomerMappingsDocument = new TypedDocumentString(`
    query CustomerMappings($first: Int! = 20, $after: String) {
  customerMappings(first: $first, after: $after) {
    edges {
      cursor
      node {
        userId
        stripeCustomerId
        contractEndsAt
        linkedAt
        goneSince
        attributes {
          name
          value
        }
      }
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<CustomerMappingsQuery, CustomerMappingsQueryVariables>;
export const CustomerMappingDocument = new TypedDocumentString(`
    query CustomerMapping($userId: ID, $stripeCustomerId: ID) {
  customerMapping(userId: $userId, stripeCustomerId: $stripeCustomerId) {
    userId
    stripeCustomerId
    goneSince
  }
}
    `) as unknown as TypedDocumentString<CustomerMappingQuery, CustomerMappingQueryVariables>;
export const LinkCustomerDocument = new TypedDocumentString(`
    mutation LinkCustomer($userId: ID!, $stripeCustomerId: ID!) {
  linkCustomer(userId: $userId, stripeCustomerId: $stripeCustomerId) {
    userId
    stripeCustomerId
  }
}
    `) as unknown as TypedDocumentString<LinkCustomerMutation, LinkCustomerMutationVariables>;
export const UnlinkCustomerDocument = new TypedDocumentString(`
    mutation UnlinkCustomer($userId: ID!) {
  unlinkCustomer(userId: $userId) {
    userId
    stripeCustomerId
  }
}
    `) as unknown as TypedDocumentString<UnlinkCustomerMutation, UnlinkCustomerMutationVariables>;
export const UpdateMappingDocument = new TypedDocumentString(`
    mutation UpdateMapping($userId: ID!, $contractEndsAt: DateTimeISO, $attributes: [CustomerAttributeInput!]) {
  updateCustomerMapping(
    userId: $userId
    contractEndsAt: $contractEndsAt
    attributes: $attributes
  ) {
    userId
    contractEndsAt
    attributes {
      name
      value
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateMappingMutation, UpdateMappingMutationVariables>;
export const PortalConfigurationsDocument = new TypedDocumentString(`
    query PortalConfigurations($first: Int! = 20, $after: String) {
  billingPortalConfigurations(first: $first, after: $after) {
    edges {
      cursor
      node {
        id
        name
        isDefault
        active
        policy {
          namespace
          name
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<PortalConfigurationsQuery, PortalConfigurationsQueryVariables>;
export const CreateConfigurationDocument = new TypedDocumentString(`
    mutation CreateConfiguration($input: BillingPortalConfigurationInput!) {
  createBillingPortalConfiguration(input: $input) {
    id
    active
    policy {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<CreateConfigurationMutation, CreateConfigurationMutationVariables>;
export const UpdateConfigurationDocument = new TypedDocumentString(`
    mutation UpdateConfiguration($id: ID!, $input: BillingPortalConfigurationInput!) {
  updateBillingPortalConfiguration(id: $id, input: $input) {
    id
    name
  }
}
    `) as unknown as TypedDocumentString<UpdateConfigurationMutation, UpdateConfigurationMutationVariables>;
export const DeactivateConfigurationDocument = new TypedDocumentString(`
    mutation DeactivateConfiguration($id: ID!) {
  deactivateBillingPortalConfiguration(id: $id) {
    id
    active
  }
}
    `) as unknown as TypedDocumentString<DeactivateConfigurationMutation, DeactivateConfigurationMutationVariables>;
export const ActivateConfigurationDocument = new TypedDocumentString(`
    mutation ActivateConfiguration($id: ID!) {
  activateBillingPortalConfiguration(id: $id) {
    id
    active
  }
}
    `) as unknown as TypedDocumentString<ActivateConfigurationMutation, ActivateConfigurationMutationVariables>;
export const CreateSessionForDocument = new TypedDocumentString(`
    mutation CreateSessionFor($userId: ID!, $returnUrl: String!, $configurationId: ID, $locale: String, $flow: BillingPortalFlowInput, $features: BillingPortalFeaturesInput) {
  createBillingPortalSessionFor(
    userId: $userId
    returnUrl: $returnUrl
    configurationId: $configurationId
    locale: $locale
    flow: $flow
    features: $features
  ) {
    id
    url
    configurationId
    locale
  }
}
    `) as unknown as TypedDocumentString<CreateSessionForMutation, CreateSessionForMutationVariables>;
export const AuditTrailDocument = new TypedDocumentString(`
    query AuditTrail($first: Int! = 20, $after: String, $userId: ID, $action: AuditAction) {
  auditTrail(first: $first, after: $after, userId: $userId, action: $action) {
    edges {
      cursor
      node {
        id
        at
        actor
        actorKind
        action
        userId
        userErased
        targetId
        outcome
        code
        endedAt
        details {
          name
          value
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<AuditTrailQuery, AuditTrailQueryVariables>;
export const CreateLinkDocument = new TypedDocumentString(`
    mutation CreateLink($userId: ID!, $returnUrl: String!, $expiresIn: Int, $flow: BillingPortalFlowInput, $singleUse: Boolean) {
  createBillingPortalLink(
    userId: $userId
    returnUrl: $returnUrl
    expiresIn: $expiresIn
    flow: $flow
    singleUse: $singleUse
  ) {
    id
    url
    userId
    returnUrl
    flow
    singleUse
    createdAt
    expiresAt
    usedAt
  }
}
    `) as unknown as TypedDocumentString<CreateLinkMutation, CreateLinkMutationVariables>;
export const LinksDocument = new TypedDocumentString(`
    query Links($userId: ID!) {
  billingPortalLinks(userId: $userId) {
    id
    userId
    returnUrl
    flow
    singleUse
    createdAt
    expiresAt
    usedAt
  }
}
    `) as unknown as TypedDocumentString<LinksQuery, LinksQueryVariables>;
export const RevokeLinkDocument = new TypedDocumentString(`
    mutation RevokeLink($id: ID!) {
  revokeBillingPortalLink(id: $id)
}
    `) as unknown as TypedDocumentString<RevokeLinkMutation, RevokeLinkMutationVariables>;
export const RevokeLinksDocument = new TypedDocumentString(`
    mutation RevokeLinks($userId: ID!) {
  revokeBillingPortalLinks(userId: $userId)
}
    `) as unknown as TypedDocumentString<RevokeLinksMutation, RevokeLinksMutationVariables>;
export const CustomerConflictsDocument = new TypedDocumentString(`
    query CustomerConflicts($first: Int! = 20, $after: String) {
  customerConflicts(first: $first, after: $after) {
    edges {
      node {
        id
        userId
        stripeCustomerId
        linkedCustomerId
        linkedUserId
        foundAt
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<CustomerConflictsQuery, CustomerConflictsQueryVariables>;
export const ResolveConflictDocument = new TypedDocumentString(`
    mutation ResolveConflict($id: ID!, $resolution: CustomerConflictResolution!) {
  resolveCustomerConflict(id: $id, resolution: $resolution) {
    userId
    stripeCustomerId
    contractEndsAt
  }
}
    `) as unknown as TypedDocumentString<ResolveConflictMutation, ResolveConflictMutationVariables>;
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
          feedbackOptions {
            id
            text
          }
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
    query BillingCustomer($fresh: Boolean! = false) {
  billingCustomer(fresh: $fresh) {
    id
    userId
    email
    name
    delinquent
    linkedAt
    asOf
    paymentMethod {
      label
    }
    subscriptions {
      id
      status
      currentPeriodEnd
      cancelsAt
      items {
        id
        quantity
        price {
          id
          productId
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
export const InvoicesDocument = new TypedDocumentString(`
    query Invoices($first: Int! = 10, $after: String, $status: [InvoiceStatus!]) {
  billingCustomer {
    id
    invoices(first: $first, after: $after, status: $status) {
      edges {
        cursor
        node {
          id
          number
          status
          createdAt
          dueAt
          hasMoreLines
          hostedInvoiceUrl
          invoicePdfUrl
          total {
            amount
            currency
            decimals
          }
          amountDue {
            amount
          }
          amountPaid {
            amount
          }
          tax {
            amount
          }
          period {
            start
            end
          }
          lines {
            description
            quantity
            proration
            amount {
              amount
            }
            tax {
              amount
            }
            period {
              start
              end
            }
          }
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<InvoicesQuery, InvoicesQueryVariables>;
export const NextChargeDocument = new TypedDocumentString(`
    query NextCharge {
  billingCustomer {
    nextCharge {
      ...Charge
    }
    subscriptions {
      id
      openInvoice {
        hostedInvoiceUrl
      }
      nextCharge {
        ...Charge
      }
    }
  }
}
    fragment Charge on BillingCharge {
  subscriptionId
  date
  hasMoreLines
  total {
    amount
    currency
    decimals
  }
  amountDue {
    amount
  }
  tax {
    amount
  }
  lines {
    description
    quantity
    proration
    amount {
      amount
    }
  }
}`) as unknown as TypedDocumentString<NextChargeQuery, NextChargeQueryVariables>;
export const BillingTasksDocument = new TypedDocumentString(`
    query BillingTasks($fresh: Boolean! = false) {
  billingCustomer(fresh: $fresh) {
    tasks {
      type
      available
      reason
    }
    subscriptions {
      id
      keepable
      tasks {
        type
        available
        reason
      }
    }
  }
}
    `) as unknown as TypedDocumentString<BillingTasksQuery, BillingTasksQueryVariables>;
export const KeepSubscriptionDocument = new TypedDocumentString(`
    mutation KeepSubscription($subscriptionId: ID!) {
  keepBillingSubscription(subscriptionId: $subscriptionId) {
    id
    cancelsAt
    keepable
    scheduledChange {
      at
    }
    items {
      price {
        id
      }
    }
  }
}
    `) as unknown as TypedDocumentString<KeepSubscriptionMutation, KeepSubscriptionMutationVariables>;