import { graphql } from '../generated/gql.ts';

export const customerConflictsQuery = graphql(/* GraphQL */ `
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
`);

export const resolveConflictMutation = graphql(/* GraphQL */ `
  mutation ResolveConflict($id: ID!, $resolution: CustomerConflictResolution!) {
    resolveCustomerConflict(id: $id, resolution: $resolution) {
      userId
      stripeCustomerId
      contractEndsAt
    }
  }
`);
