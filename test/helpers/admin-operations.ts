import { graphql } from '../generated/gql.ts';

export const customerMappingsQuery = graphql(/* GraphQL */ `
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
`);

export const customerMappingQuery = graphql(/* GraphQL */ `
  query CustomerMapping($userId: ID, $stripeCustomerId: ID) {
    customerMapping(userId: $userId, stripeCustomerId: $stripeCustomerId) {
      userId
      stripeCustomerId
      goneSince
    }
  }
`);

export const linkCustomerMutation = graphql(/* GraphQL */ `
  mutation LinkCustomer($userId: ID!, $stripeCustomerId: ID!) {
    linkCustomer(userId: $userId, stripeCustomerId: $stripeCustomerId) {
      userId
      stripeCustomerId
    }
  }
`);

export const unlinkCustomerMutation = graphql(/* GraphQL */ `
  mutation UnlinkCustomer($userId: ID!) {
    unlinkCustomer(userId: $userId) {
      userId
      stripeCustomerId
    }
  }
`);

export const updateMappingMutation = graphql(/* GraphQL */ `
  mutation UpdateMapping($userId: ID!, $contractEndsAt: DateTimeISO, $attributes: [CustomerAttributeInput!]) {
    updateCustomerMapping(userId: $userId, contractEndsAt: $contractEndsAt, attributes: $attributes) {
      userId
      contractEndsAt
      attributes {
        name
        value
      }
    }
  }
`);

export const portalConfigurationsQuery = graphql(/* GraphQL */ `
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
`);

export const createConfigurationMutation = graphql(/* GraphQL */ `
  mutation CreateConfiguration($input: BillingPortalConfigurationInput!) {
    createBillingPortalConfiguration(input: $input) {
      id
      active
      policy {
        name
      }
    }
  }
`);

export const updateConfigurationMutation = graphql(/* GraphQL */ `
  mutation UpdateConfiguration($id: ID!, $input: BillingPortalConfigurationInput!) {
    updateBillingPortalConfiguration(id: $id, input: $input) {
      id
      name
    }
  }
`);

export const deactivateConfigurationMutation = graphql(/* GraphQL */ `
  mutation DeactivateConfiguration($id: ID!) {
    deactivateBillingPortalConfiguration(id: $id) {
      id
      active
    }
  }
`);

export const activateConfigurationMutation = graphql(/* GraphQL */ `
  mutation ActivateConfiguration($id: ID!) {
    activateBillingPortalConfiguration(id: $id) {
      id
      active
    }
  }
`);

export const createSessionForMutation = graphql(/* GraphQL */ `
  mutation CreateSessionFor(
    $userId: ID!
    $returnUrl: String!
    $configurationId: ID
    $locale: String
    $flow: BillingPortalFlowInput
    $features: BillingPortalFeaturesInput
  ) {
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
`);

export const auditTrailQuery = graphql(/* GraphQL */ `
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
`);

export const createLinkMutation = graphql(/* GraphQL */ `
  mutation CreateLink(
    $userId: ID!
    $returnUrl: String!
    $expiresIn: Int
    $flow: BillingPortalFlowInput
    $singleUse: Boolean
  ) {
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
`);

export const linksQuery = graphql(/* GraphQL */ `
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
`);

export const revokeLinkMutation = graphql(/* GraphQL */ `
  mutation RevokeLink($id: ID!) {
    revokeBillingPortalLink(id: $id)
  }
`);

export const revokeLinksMutation = graphql(/* GraphQL */ `
  mutation RevokeLinks($userId: ID!) {
    revokeBillingPortalLinks(userId: $userId)
  }
`);
