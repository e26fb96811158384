import { graphql } from '../generated/gql.ts';

export const createSessionMutation = graphql(/* GraphQL */ `
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
`);

export const portalConfigurationQuery = graphql(/* GraphQL */ `
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
`);

export const billingCustomerQuery = graphql(/* GraphQL */ `
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
`);

export const openPortalMutation = graphql(/* GraphQL */ `
  mutation OpenPortal(
    $returnUrl: String!
    $flow: BillingPortalFlowInput
    $features: BillingPortalFeaturesInput
  ) {
    createBillingPortalSession(returnUrl: $returnUrl, flow: $flow, features: $features) {
      id
      url
      configurationId
    }
  }
`);
