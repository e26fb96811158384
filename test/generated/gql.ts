/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query CustomerMappings($first: Int! = 20, $after: String) {\n    customerMappings(first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          userId\n          stripeCustomerId\n          contractEndsAt\n          linkedAt\n          goneSince\n          attributes {\n            name\n            value\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n": typeof types.CustomerMappingsDocument,
    "\n  query CustomerMapping($userId: ID, $stripeCustomerId: ID) {\n    customerMapping(userId: $userId, stripeCustomerId: $stripeCustomerId) {\n      userId\n      stripeCustomerId\n      goneSince\n    }\n  }\n": typeof types.CustomerMappingDocument,
    "\n  mutation LinkCustomer($userId: ID!, $stripeCustomerId: ID!) {\n    linkCustomer(userId: $userId, stripeCustomerId: $stripeCustomerId) {\n      userId\n      stripeCustomerId\n    }\n  }\n": typeof types.LinkCustomerDocument,
    "\n  mutation UnlinkCustomer($userId: ID!) {\n    unlinkCustomer(userId: $userId) {\n      userId\n      stripeCustomerId\n    }\n  }\n": typeof types.UnlinkCustomerDocument,
    "\n  mutation UpdateMapping($userId: ID!, $contractEndsAt: DateTimeISO, $attributes: [CustomerAttributeInput!]) {\n    updateCustomerMapping(userId: $userId, contractEndsAt: $contractEndsAt, attributes: $attributes) {\n      userId\n      contractEndsAt\n      attributes {\n        name\n        value\n      }\n    }\n  }\n": typeof types.UpdateMappingDocument,
    "\n  query PortalConfigurations($first: Int! = 20, $after: String) {\n    billingPortalConfigurations(first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          id\n          name\n          isDefault\n          active\n          policy {\n            namespace\n            name\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.PortalConfigurationsDocument,
    "\n  mutation CreateConfiguration($input: BillingPortalConfigurationInput!) {\n    createBillingPortalConfiguration(input: $input) {\n      id\n      active\n      policy {\n        name\n      }\n    }\n  }\n": typeof types.CreateConfigurationDocument,
    "\n  mutation UpdateConfiguration($id: ID!, $input: BillingPortalConfigurationInput!) {\n    updateBillingPortalConfiguration(id: $id, input: $input) {\n      id\n      name\n    }\n  }\n": typeof types.UpdateConfigurationDocument,
    "\n  mutation DeactivateConfiguration($id: ID!) {\n    deactivateBillingPortalConfiguration(id: $id) {\n      id\n      active\n    }\n  }\n": typeof types.DeactivateConfigurationDocument,
    "\n  mutation ActivateConfiguration($id: ID!) {\n    activateBillingPortalConfiguration(id: $id) {\n      id\n      active\n    }\n  }\n": typeof types.ActivateConfigurationDocument,
    "\n  mutation CreateSessionFor(\n    $userId: ID!\n    $returnUrl: String!\n    $configurationId: ID\n    $locale: String\n    $flow: BillingPortalFlowInput\n    $features: BillingPortalFeaturesInput\n  ) {\n    createBillingPortalSessionFor(\n      userId: $userId\n      returnUrl: $returnUrl\n      configurationId: $configurationId\n      locale: $locale\n      flow: $flow\n      features: $features\n    ) {\n      id\n      url\n      configurationId\n      locale\n    }\n  }\n": typeof types.CreateSessionForDocument,
    "\n  query AuditTrail($first: Int! = 20, $after: String, $userId: ID, $action: AuditAction) {\n    auditTrail(first: $first, after: $after, userId: $userId, action: $action) {\n      edges {\n        cursor\n        node {\n          id\n          at\n          actor\n          actorKind\n          action\n          userId\n          userErased\n          targetId\n          outcome\n          code\n          endedAt\n          details {\n            name\n            value\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.AuditTrailDocument,
    "\n  mutation CreateLink(\n    $userId: ID!\n    $returnUrl: String!\n    $expiresIn: Int\n    $flow: BillingPortalFlowInput\n    $singleUse: Boolean\n  ) {\n    createBillingPortalLink(\n      userId: $userId\n      returnUrl: $returnUrl\n      expiresIn: $expiresIn\n      flow: $flow\n      singleUse: $singleUse\n    ) {\n      id\n      url\n      userId\n      returnUrl\n      flow\n      singleUse\n      createdAt\n      expiresAt\n      usedAt\n    }\n  }\n": typeof types.CreateLinkDocument,
    "\n  query Links($userId: ID!) {\n    billingPortalLinks(userId: $userId) {\n      id\n      userId\n      returnUrl\n      flow\n      singleUse\n      createdAt\n      expiresAt\n      usedAt\n    }\n  }\n": typeof types.LinksDocument,
    "\n  mutation RevokeLink($id: ID!) {\n    revokeBillingPortalLink(id: $id)\n  }\n": typeof types.RevokeLinkDocument,
    "\n  mutation RevokeLinks($userId: ID!) {\n    revokeBillingPortalLinks(userId: $userId)\n  }\n": typeof types.RevokeLinksDocument,
    "\n  query CustomerConflicts($first: Int! = 20, $after: String) {\n    customerConflicts(first: $first, after: $after) {\n      edges {\n        node {\n          id\n          userId\n          stripeCustomerId\n          linkedCustomerId\n          linkedUserId\n          foundAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.CustomerConflictsDocument,
    "\n  mutation ResolveConflict($id: ID!, $resolution: CustomerConflictResolution!) {\n    resolveCustomerConflict(id: $id, resolution: $resolution) {\n      userId\n      stripeCustomerId\n      contractEndsAt\n    }\n  }\n": typeof types.ResolveConflictDocument,
    "\n  mutation CreateSession($returnUrl: String!, $locale: String) {\n    createBillingPortalSession(returnUrl: $returnUrl, locale: $locale) {\n      id\n      url\n      returnUrl\n      configurationId\n      locale\n      livemode\n      createdAt\n    }\n  }\n": typeof types.CreateSessionDocument,
    "\n  query PortalConfiguration {\n    billingPortalConfiguration {\n      id\n      name\n      isDefault\n      active\n      livemode\n      defaultReturnUrl\n      createdAt\n      updatedAt\n      businessProfile {\n        headline\n        privacyPolicyUrl\n        termsOfServiceUrl\n      }\n      loginPage {\n        enabled\n        url\n      }\n      features {\n        customerUpdate {\n          enabled\n          allowedUpdates\n        }\n        invoiceHistory {\n          enabled\n        }\n        paymentMethodUpdate {\n          enabled\n          paymentMethodConfigurationId\n        }\n        subscriptionCancel {\n          enabled\n          mode\n          prorationBehavior\n          cancellationReason {\n            enabled\n            options\n            feedbackOptionIds\n            feedbackOptions {\n              id\n              text\n            }\n          }\n        }\n        subscriptionPause {\n          enabled\n          duration {\n            type\n            intervalOptions {\n              interval\n              intervalCount\n            }\n          }\n        }\n        subscriptionUpdate {\n          enabled\n          defaultAllowedUpdates\n          prorationBehavior\n          billingCycleAnchor\n          scheduleAtPeriodEnd\n          trialUpdateBehavior\n          products {\n            productId\n            priceIds\n            adjustableQuantity {\n              enabled\n              minimum\n              maximum\n            }\n          }\n        }\n      }\n    }\n  }\n": typeof types.PortalConfigurationDocument,
    "\n  query BillingCustomer($fresh: Boolean! = false) {\n    billingCustomer(fresh: $fresh) {\n      id\n      userId\n      email\n      name\n      delinquent\n      linkedAt\n      asOf\n      card {\n        brand\n        last4\n        expMonth\n        expYear\n      }\n      subscriptions {\n        id\n        status\n        currentPeriodEnd\n        cancelsAt\n        trialEndsAt\n        collectionPaused\n        collectionResumesAt\n        items {\n          id\n          quantity\n          currentPeriodEnd\n          price {\n            id\n            productId\n            unitAmount\n            currency\n            interval\n            intervalCount\n          }\n        }\n      }\n    }\n  }\n": typeof types.BillingCustomerDocument,
    "\n  mutation OpenPortal(\n    $returnUrl: String!\n    $flow: BillingPortalFlowInput\n    $features: BillingPortalFeaturesInput\n  ) {\n    createBillingPortalSession(returnUrl: $returnUrl, flow: $flow, features: $features) {\n      id\n      url\n      configurationId\n    }\n  }\n": typeof types.OpenPortalDocument,
};
const documents: Documents = {
    "\n  query CustomerMappings($first: Int! = 20, $after: String) {\n    customerMappings(first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          userId\n          stripeCustomerId\n          contractEndsAt\n          linkedAt\n          goneSince\n          attributes {\n            name\n            value\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n": types.CustomerMappingsDocument,
    "\n  query CustomerMapping($userId: ID, $stripeCustomerId: ID) {\n    customerMapping(userId: $userId, stripeCustomerId: $stripeCustomerId) {\n      userId\n      stripeCustomerId\n      goneSince\n    }\n  }\n": types.CustomerMappingDocument,
    "\n  mutation LinkCustomer($userId: ID!, $stripeCustomerId: ID!) {\n    linkCustomer(userId: $userId, stripeCustomerId: $stripeCustomerId) {\n      userId\n      stripeCustomerId\n    }\n  }\n": types.LinkCustomerDocument,
    "\n  mutation UnlinkCustomer($userId: ID!) {\n    unlinkCustomer(userId: $userId) {\n      userId\n      stripeCustomerId\n    }\n  }\n": types.UnlinkCustomerDocument,
    "\n  mutation UpdateMapping($userId: ID!, $contractEndsAt: DateTimeISO, $attributes: [CustomerAttributeInput!]) {\n    updateCustomerMapping(userId: $userId, contractEndsAt: $contractEndsAt, attributes: $attributes) {\n      userId\n      contractEndsAt\n      attributes {\n        name\n        value\n      }\n    }\n  }\n": types.UpdateMappingDocument,
    "\n  query PortalConfigurations($first: Int! = 20, $after: String) {\n    billingPortalConfigurations(first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          id\n          name\n          isDefault\n          active\n          policy {\n            namespace\n            name\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.PortalConfigurationsDocument,
    "\n  mutation CreateConfiguration($input: BillingPortalConfigurationInput!) {\n    createBillingPortalConfiguration(input: $input) {\n      id\n      active\n      policy {\n        name\n      }\n    }\n  }\n": types.CreateConfigurationDocument,
    "\n  mutation UpdateConfiguration($id: ID!, $input: BillingPortalConfigurationInput!) {\n    updateBillingPortalConfiguration(id: $id, input: $input) {\n      id\n      name\n    }\n  }\n": types.UpdateConfigurationDocument,
    "\n  mutation DeactivateConfiguration($id: ID!) {\n    deactivateBillingPortalConfiguration(id: $id) {\n      id\n      active\n    }\n  }\n": types.DeactivateConfigurationDocument,
    "\n  mutation ActivateConfiguration($id: ID!) {\n    activateBillingPortalConfiguration(id: $id) {\n      id\n      active\n    }\n  }\n": types.ActivateConfigurationDocument,
    "\n  mutation CreateSessionFor(\n    $userId: ID!\n    $returnUrl: String!\n    $configurationId: ID\n    $locale: String\n    $flow: BillingPortalFlowInput\n    $features: BillingPortalFeaturesInput\n  ) {\n    createBillingPortalSessionFor(\n      userId: $userId\n      returnUrl: $returnUrl\n      configurationId: $configurationId\n      locale: $locale\n      flow: $flow\n      features: $features\n    ) {\n      id\n      url\n      configurationId\n      locale\n    }\n  }\n": types.CreateSessionForDocument,
    "\n  query AuditTrail($first: Int! = 20, $after: String, $userId: ID, $action: AuditAction) {\n    auditTrail(first: $first, after: $after, userId: $userId, action: $action) {\n      edges {\n        cursor\n        node {\n          id\n          at\n          actor\n          actorKind\n          action\n          userId\n          userErased\n          targetId\n          outcome\n          code\n          endedAt\n          details {\n            name\n            value\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.AuditTrailDocument,
    "\n  mutation CreateLink(\n    $userId: ID!\n    $returnUrl: String!\n    $expiresIn: Int\n    $flow: BillingPortalFlowInput\n    $singleUse: Boolean\n  ) {\n    createBillingPortalLink(\n      userId: $userId\n      returnUrl: $returnUrl\n      expiresIn: $expiresIn\n      flow: $flow\n      singleUse: $singleUse\n    ) {\n      id\n      url\n      userId\n      returnUrl\n      flow\n      singleUse\n      createdAt\n      expiresAt\n      usedAt\n    }\n  }\n": types.CreateLinkDocument,
    "\n  query Links($userId: ID!) {\n    billingPortalLinks(userId: $userId) {\n      id\n      userId\n      returnUrl\n      flow\n      singleUse\n      createdAt\n      expiresAt\n      usedAt\n    }\n  }\n": types.LinksDocument,
    "\n  mutation RevokeLink($id: ID!) {\n    revokeBillingPortalLink(id: $id)\n  }\n": types.RevokeLinkDocument,
    "\n  mutation RevokeLinks($userId: ID!) {\n    revokeBillingPortalLinks(userId: $userId)\n  }\n": types.RevokeLinksDocument,
    "\n  query CustomerConflicts($first: Int! = 20, $after: String) {\n    customerConflicts(first: $first, after: $after) {\n      edges {\n        node {\n          id\n          userId\n          stripeCustomerId\n          linkedCustomerId\n          linkedUserId\n          foundAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.CustomerConflictsDocument,
    "\n  mutation ResolveConflict($id: ID!, $resolution: CustomerConflictResolution!) {\n    resolveCustomerConflict(id: $id, resolution: $resolution) {\n      userId\n      stripeCustomerId\n      contractEndsAt\n    }\n  }\n": types.ResolveConflictDocument,
    "\n  mutation CreateSession($returnUrl: String!, $locale: String) {\n    createBillingPortalSession(returnUrl: $returnUrl, locale: $locale) {\n      id\n      url\n      returnUrl\n      configurationId\n      locale\n      livemode\n      createdAt\n    }\n  }\n": types.CreateSessionDocument,
    "\n  query PortalConfiguration {\n    billingPortalConfiguration {\n      id\n      name\n      isDefault\n      active\n      livemode\n      defaultReturnUrl\n      createdAt\n      updatedAt\n      businessProfile {\n        headline\n        privacyPolicyUrl\n        termsOfServiceUrl\n      }\n      loginPage {\n        enabled\n        url\n      }\n      features {\n        customerUpdate {\n          enabled\n          allowedUpdates\n        }\n        invoiceHistory {\n          enabled\n        }\n        paymentMethodUpdate {\n          enabled\n          paymentMethodConfigurationId\n        }\n        subscriptionCancel {\n          enabled\n          mode\n          prorationBehavior\n          cancellationReason {\n            enabled\n            options\n            feedbackOptionIds\n            feedbackOptions {\n              id\n              text\n            }\n          }\n        }\n        subscriptionPause {\n          enabled\n          duration {\n            type\n            intervalOptions {\n              interval\n              intervalCount\n            }\n          }\n        }\n        subscriptionUpdate {\n          enabled\n          defaultAllowedUpdates\n          prorationBehavior\n          billingCycleAnchor\n          scheduleAtPeriodEnd\n          trialUpdateBehavior\n          products {\n            productId\n            priceIds\n            adjustableQuantity {\n              enabled\n              minimum\n              maximum\n            }\n          }\n        }\n      }\n    }\n  }\n": types.PortalConfigurationDocument,
    "\n  query BillingCustomer($fresh: Boolean! = false) {\n    billingCustomer(fresh: $fresh) {\n      id\n      userId\n      email\n      name\n      delinquent\n      linkedAt\n      asOf\n      card {\n        brand\n        last4\n        expMonth\n        expYear\n      }\n      subscriptions {\n        id\n        status\n        currentPeriodEnd\n        cancelsAt\n        trialEndsAt\n        collectionPaused\n        collectionResumesAt\n        items {\n          id\n          quantity\n          currentPeriodEnd\n          price {\n            id\n            productId\n            unitAmount\n            currency\n            interval\n            intervalCount\n          }\n        }\n      }\n    }\n  }\n": types.BillingCustomerDocument,
    "\n  mutation OpenPortal(\n    $returnUrl: String!\n    $flow: BillingPortalFlowInput\n    $features: BillingPortalFeaturesInput\n  ) {\n    createBillingPortalSession(returnUrl: $returnUrl, flow: $flow, features: $features) {\n      id\n      url\n      configurationId\n    }\n  }\n": types.OpenPortalDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CustomerMappings($first: Int! = 20, $after: String) {\n    customerMappings(first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          userId\n          stripeCustomerId\n          contractEndsAt\n          linkedAt\n          goneSince\n          attributes {\n            name\n            value\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.ts').CustomerMappingsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CustomerMapping($userId: ID, $stripeCustomerId: ID) {\n    customerMapping(userId: $userId, stripeCustomerId: $stripeCustomerId) {\n      userId\n      stripeCustomerId\n      goneSince\n    }\n  }\n"): typeof import('./graphql.ts').CustomerMappingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LinkCustomer($userId: ID!, $stripeCustomerId: ID!) {\n    linkCustomer(userId: $userId, stripeCustomerId: $stripeCustomerId) {\n      userId\n      stripeCustomerId\n    }\n  }\n"): typeof import('./graphql.ts').LinkCustomerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UnlinkCustomer($userId: ID!) {\n    unlinkCustomer(userId: $userId) {\n      userId\n      stripeCustomerId\n    }\n  }\n"): typeof import('./graphql.ts').UnlinkCustomerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateMapping($userId: ID!, $contractEndsAt: DateTimeISO, $attributes: [CustomerAttributeInput!]) {\n    updateCustomerMapping(userId: $userId, contractEndsAt: $contractEndsAt, attributes: $attributes) {\n      userId\n      contractEndsAt\n      attributes {\n        name\n        value\n      }\n    }\n  }\n"): typeof import('./graphql.ts').UpdateMappingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PortalConfigurations($first: Int! = 20, $after: String) {\n    billingPortalConfigurations(first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          id\n          name\n          isDefault\n          active\n          policy {\n            namespace\n            name\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.ts').PortalConfigurationsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateConfiguration($input: BillingPortalConfigurationInput!) {\n    createBillingPortalConfiguration(input: $input) {\n      id\n      active\n      policy {\n        name\n      }\n    }\n  }\n"): typeof import('./graphql.ts').CreateConfigurationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateConfiguration($id: ID!, $input: BillingPortalConfigurationInput!) {\n    updateBillingPortalConfiguration(id: $id, input: $input) {\n      id\n      name\n    }\n  }\n"): typeof import('./graphql.ts').UpdateConfigurationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeactivateConfiguration($id: ID!) {\n    deactivateBillingPortalConfiguration(id: $id) {\n      id\n      active\n    }\n  }\n"): typeof import('./graphql.ts').DeactivateConfigurationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ActivateConfiguration($id: ID!) {\n    activateBillingPortalConfiguration(id: $id) {\n      id\n      active\n    }\n  }\n"): typeof import('./graphql.ts').ActivateConfigurationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateSessionFor(\n    $userId: ID!\n    $returnUrl: String!\n    $configurationId: ID\n    $locale: String\n    $flow: BillingPortalFlowInput\n    $features: BillingPortalFeaturesInput\n  ) {\n    createBillingPortalSessionFor(\n      userId: $userId\n      returnUrl: $returnUrl\n      configurationId: $configurationId\n      locale: $locale\n      flow: $flow\n      features: $features\n    ) {\n      id\n      url\n      configurationId\n      locale\n    }\n  }\n"): typeof import('./graphql.ts').CreateSessionForDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AuditTrail($first: Int! = 20, $after: String, $userId: ID, $action: AuditAction) {\n    auditTrail(first: $first, after: $after, userId: $userId, action: $action) {\n      edges {\n        cursor\n        node {\n          id\n          at\n          actor\n          actorKind\n          action\n          userId\n          userErased\n          targetId\n          outcome\n          code\n          endedAt\n          details {\n            name\n            value\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.ts').AuditTrailDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateLink(\n    $userId: ID!\n    $returnUrl: String!\n    $expiresIn: Int\n    $flow: BillingPortalFlowInput\n    $singleUse: Boolean\n  ) {\n    createBillingPortalLink(\n      userId: $userId\n      returnUrl: $returnUrl\n      expiresIn: $expiresIn\n      flow: $flow\n      singleUse: $singleUse\n    ) {\n      id\n      url\n      userId\n      returnUrl\n      flow\n      singleUse\n      createdAt\n      expiresAt\n      usedAt\n    }\n  }\n"): typeof import('./graphql.ts').CreateLinkDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Links($userId: ID!) {\n    billingPortalLinks(userId: $userId) {\n      id\n      userId\n      returnUrl\n      flow\n      singleUse\n      createdAt\n      expiresAt\n      usedAt\n    }\n  }\n"): typeof import('./graphql.ts').LinksDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeLink($id: ID!) {\n    revokeBillingPortalLink(id: $id)\n  }\n"): typeof import('./graphql.ts').RevokeLinkDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeLinks($userId: ID!) {\n    revokeBillingPortalLinks(userId: $userId)\n  }\n"): typeof import('./graphql.ts').RevokeLinksDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CustomerConflicts($first: Int! = 20, $after: String) {\n    customerConflicts(first: $first, after: $after) {\n      edges {\n        node {\n          id\n          userId\n          stripeCustomerId\n          linkedCustomerId\n          linkedUserId\n          foundAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.ts').CustomerConflictsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResolveConflict($id: ID!, $resolution: CustomerConflictResolution!) {\n    resolveCustomerConflict(id: $id, resolution: $resolution) {\n      userId\n      stripeCustomerId\n      contractEndsAt\n    }\n  }\n"): typeof import('./graphql.ts').ResolveConflictDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateSession($returnUrl: String!, $locale: String) {\n    createBillingPortalSession(returnUrl: $returnUrl, locale: $locale) {\n      id\n      url\n      returnUrl\n      configurationId\n      locale\n      livemode\n      createdAt\n    }\n  }\n"): typeof import('./graphql.ts').CreateSessionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PortalConfiguration {\n    billingPortalConfiguration {\n      id\n      name\n      isDefault\n      active\n      livemode\n      defaultReturnUrl\n      createdAt\n      updatedAt\n      businessProfile {\n        headline\n        privacyPolicyUrl\n        termsOfServiceUrl\n      }\n      loginPage {\n        enabled\n        url\n      }\n      features {\n        customerUpdate {\n          enabled\n          allowedUpdates\n        }\n        invoiceHistory {\n          enabled\n        }\n        paymentMethodUpdate {\n          enabled\n          paymentMethodConfigurationId\n        }\n        subscriptionCancel {\n          enabled\n          mode\n          prorationBehavior\n          cancellationReason {\n            enabled\n            options\n            feedbackOptionIds\n            feedbackOptions {\n              id\n              text\n            }\n          }\n        }\n        subscriptionPause {\n          enabled\n          duration {\n            type\n            intervalOptions {\n              interval\n              intervalCount\n            }\n          }\n        }\n        subscriptionUpdate {\n          enabled\n          defaultAllowedUpdates\n          prorationBehavior\n          billingCycleAnchor\n          scheduleAtPeriodEnd\n          trialUpdateBehavior\n          products {\n            productId\n            priceIds\n            adjustableQuantity {\n              enabled\n              minimum\n              maximum\n            }\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').PortalConfigurationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BillingCustomer($fresh: Boolean! = false) {\n    billingCustomer(fresh: $fresh) {\n      id\n      userId\n      email\n      name\n      delinquent\n      linkedAt\n      asOf\n      card {\n        brand\n        last4\n        expMonth\n        expYear\n      }\n      subscriptions {\n        id\n        status\n        currentPeriodEnd\n        cancelsAt\n        trialEndsAt\n        collectionPaused\n        collectionResumesAt\n        items {\n          id\n          quantity\n          currentPeriodEnd\n          price {\n            id\n            productId\n            unitAmount\n            currency\n            interval\n            intervalCount\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').BillingCustomerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation OpenPortal(\n    $returnUrl: String!\n    $flow: BillingPortalFlowInput\n    $features: BillingPortalFeaturesInput\n  ) {\n    createBillingPortalSession(returnUrl: $returnUrl, flow: $flow, features: $features) {\n      id\n      url\n      configurationId\n    }\n  }\n"): typeof import('./graphql.ts').OpenPortalDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
