/** A portal configuration with every member that this service reads. */
export function createStripeConfiguration(members: object = {}): object {
  const enabled = false;
  return {
    object: 'billing_portal.configuration',
    id: 'bpc_1',
    name: null,
    active: true,
    is_default: false,
    livemode: false,
    created: 1,
    updated: 1,
    default_return_url: null,
    metadata: {},
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    login_page: { enabled, url: null },
    features: {
      customer_update: { enabled, allowed_updates: [] },
      invoice_history: { enabled },
      payment_method_update: { enabled, payment_method_configuration: null },
      subscription_cancel: {
        enabled,
        mode: 'at_period_end',
        proration_behavior: 'none',
        cancellation_reason: { enabled, options: [] },
      },
      subscription_update: {
        enabled,
        default_allowed_updates: [],
        proration_behavior: 'none',
        billing_cycle_anchor: null,
        trial_update_behavior: 'end_trial',
        schedule_at_period_end: { conditions: [] },
      },
    },
    ...members,
  };
}
