import { graphql } from '../generated/gql.ts';

/** Everything that `billingCustomer` has. */
export const wholeCustomerQuery = graphql(/* GraphQL */ `
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
  }
`);
