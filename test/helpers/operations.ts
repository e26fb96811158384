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

export const invoicesQuery = graphql(/* GraphQL */ `
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
`);

export const nextChargeQuery = graphql(/* GraphQL */ `
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
  }
`);
