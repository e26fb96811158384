import { graphql } from '../generated/gql.ts';

export const billingTasksQuery = graphql(/* GraphQL */ `
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
`);

export const keepSubscriptionMutation = graphql(/* GraphQL */ `
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
`);
