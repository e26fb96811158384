import { type Configuration, readMark } from './managed-configuration.ts';
import * as enums from './portal-configuration.enums.ts';
import type { BillingPortalConfiguration, PortalPolicyMark } from './portal-configuration.types.ts';
import type * as features from './portal-features.types.ts';

type Features = Configuration['features'];

/** Stripe's configuration in the words of the schema. */
export function toBillingPortalConfiguration(configuration: Configuration): BillingPortalConfiguration {
  const { business_profile: profile, login_page: loginPage } = configuration;
  return {
    id: configuration.id,
    name: configuration.name,
    isDefault: configuration.is_default,
    active: configuration.active,
    livemode: configuration.livemode,
    defaultReturnUrl: configuration.default_return_url,
    businessProfile: {
      headline: profile.headline,
      privacyPolicyUrl: profile.privacy_policy_url,
      termsOfServiceUrl: profile.terms_of_service_url,
    },
    loginPage: { enabled: loginPage.enabled, url: loginPage.url },
    features: toPortalFeatures(configuration.features),
    policy: toPolicyMark(configuration),
    createdAt: new Date(configuration.created * 1000),
    updatedAt: new Date(configuration.updated * 1000),
  };
}

function toPolicyMark(configuration: Configuration): PortalPolicyMark | null {
  const mark = readMark(configuration);
  return typeof mark?.policyName === 'string' ? { namespace: mark.namespace, name: mark.policyName } : null;
}

function toPortalFeatures(stripe: Features): features.PortalFeatures {
  return {
    customerUpdate: {
      enabled: stripe.customer_update.enabled,
      allowedUpdates: stripe.customer_update.allowed_updates.map(enums.customerUpdateKind.read),
    },
    invoiceHistory: { enabled: stripe.invoice_history.enabled },
    paymentMethodUpdate: {
      enabled: stripe.payment_method_update.enabled,
      paymentMethodConfigurationId: stripe.payment_method_update.payment_method_configuration,
    },
    subscriptionCancel: toSubscriptionCancel(stripe.subscription_cancel),
    subscriptionPause: toSubscriptionPause(stripe.subscription_pause),
    subscriptionUpdate: toSubscriptionUpdate(stripe.subscription_update),
  };
}

function toSubscriptionCancel(stripe: Features['subscription_cancel']): features.PortalSubscriptionCancel {
  const { cancellation_reason: reason } = stripe;
  return {
    enabled: stripe.enabled,
    mode: enums.cancellationMode.read(stripe.mode),
    prorationBehavior: enums.prorationBehavior.read(stripe.proration_behavior),
    cancellationReason: {
      enabled: reason.enabled,
      options: reason.options.map(enums.cancellationReasonOption.read),
      feedbackOptionIds: (reason.feedback_options ?? []).map((option) =>
        typeof option === 'string' ? option : option.id,
      ),
    },
  };
}

/** Stripe leaves the feature, or its durations, out for accounts that are not on the redesigned portal. */
function toSubscriptionPause(
  stripe: Partial<Features['subscription_pause']> = {},
): features.PortalSubscriptionPause {
  const { enabled = false, duration } = stripe;
  return { enabled, duration: duration === undefined ? null : toPauseDuration(duration) };
}

function toPauseDuration({
  type,
  interval_options: options,
}: Features['subscription_pause']['duration']): features.PortalPauseDuration {
  return {
    type: enums.pauseDurationType.read(type),
    intervalOptions: options.map(({ interval, interval_count: intervalCount }) => ({
      interval: enums.timeInterval.read(interval),
      intervalCount,
    })),
  };
}

function toSubscriptionUpdate(stripe: Features['subscription_update']): features.PortalSubscriptionUpdate {
  return {
    enabled: stripe.enabled,
    defaultAllowedUpdates: stripe.default_allowed_updates.map(enums.subscriptionUpdateKind.read),
    products: (stripe.products ?? []).map(toPortalProduct),
    prorationBehavior: enums.prorationBehavior.read(stripe.proration_behavior),
    billingCycleAnchor:
      stripe.billing_cycle_anchor && enums.billingCycleAnchor.read(stripe.billing_cycle_anchor),
    scheduleAtPeriodEnd: stripe.schedule_at_period_end.conditions.map(({ type }) =>
      enums.scheduleCondition.read(type),
    ),
    trialUpdateBehavior: enums.trialUpdateBehavior.read(stripe.trial_update_behavior),
  };
}

function toPortalProduct(
  stripe: NonNullable<Features['subscription_update']['products']>[number],
): features.PortalProduct {
  const { adjustable_quantity: quantity } = stripe;
  return {
    productId: stripe.product,
    priceIds: stripe.prices,
    adjustableQuantity: { enabled: quantity.enabled, minimum: quantity.minimum, maximum: quantity.maximum },
  };
}
