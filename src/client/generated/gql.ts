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
    "mutation OpenBillingPortal($returnUrl: String!, $locale: String, $flow: BillingPortalFlowInput, $features: BillingPortalFeaturesInput) {\n  createBillingPortalSession(\n    returnUrl: $returnUrl\n    locale: $locale\n    flow: $flow\n    features: $features\n  ) {\n    id\n    url\n  }\n}\n\nquery RefreshBillingCustomer {\n  billingCustomer(fresh: true) {\n    id\n    asOf\n  }\n}\n\nquery BillingAccount($fresh: Boolean! = false) {\n  billingCustomer(fresh: $fresh) {\n    id\n    email\n    name\n    delinquent\n    card {\n      brand\n      last4\n      expMonth\n      expYear\n    }\n    subscriptions {\n      id\n      status\n      currentPeriodEnd\n      cancelsAt\n      trialEndsAt\n      collectionPaused\n      collectionResumesAt\n      items {\n        id\n        quantity\n        price {\n          id\n          productId\n          unitAmount\n          currency\n          interval\n          intervalCount\n        }\n      }\n    }\n  }\n  billingPortalConfiguration {\n    id\n    isDefault\n    features {\n      customerUpdate {\n        enabled\n      }\n      invoiceHistory {\n        enabled\n      }\n      paymentMethodUpdate {\n        enabled\n      }\n      subscriptionCancel {\n        enabled\n        mode\n      }\n      subscriptionPause {\n        enabled\n      }\n      subscriptionUpdate {\n        enabled\n        defaultAllowedUpdates\n      }\n    }\n  }\n}": typeof types.OpenBillingPortalDocument,
};
const documents: Documents = {
    "mutation OpenBillingPortal($returnUrl: String!, $locale: String, $flow: BillingPortalFlowInput, $features: BillingPortalFeaturesInput) {\n  createBillingPortalSession(\n    returnUrl: $returnUrl\n    locale: $locale\n    flow: $flow\n    features: $features\n  ) {\n    id\n    url\n  }\n}\n\nquery RefreshBillingCustomer {\n  billingCustomer(fresh: true) {\n    id\n    asOf\n  }\n}\n\nquery BillingAccount($fresh: Boolean! = false) {\n  billingCustomer(fresh: $fresh) {\n    id\n    email\n    name\n    delinquent\n    card {\n      brand\n      last4\n      expMonth\n      expYear\n    }\n    subscriptions {\n      id\n      status\n      currentPeriodEnd\n      cancelsAt\n      trialEndsAt\n      collectionPaused\n      collectionResumesAt\n      items {\n        id\n        quantity\n        price {\n          id\n          productId\n          unitAmount\n          currency\n          interval\n          intervalCount\n        }\n      }\n    }\n  }\n  billingPortalConfiguration {\n    id\n    isDefault\n    features {\n      customerUpdate {\n        enabled\n      }\n      invoiceHistory {\n        enabled\n      }\n      paymentMethodUpdate {\n        enabled\n      }\n      subscriptionCancel {\n        enabled\n        mode\n      }\n      subscriptionPause {\n        enabled\n      }\n      subscriptionUpdate {\n        enabled\n        defaultAllowedUpdates\n      }\n    }\n  }\n}": types.OpenBillingPortalDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation OpenBillingPortal($returnUrl: String!, $locale: String, $flow: BillingPortalFlowInput, $features: BillingPortalFeaturesInput) {\n  createBillingPortalSession(\n    returnUrl: $returnUrl\n    locale: $locale\n    flow: $flow\n    features: $features\n  ) {\n    id\n    url\n  }\n}\n\nquery RefreshBillingCustomer {\n  billingCustomer(fresh: true) {\n    id\n    asOf\n  }\n}\n\nquery BillingAccount($fresh: Boolean! = false) {\n  billingCustomer(fresh: $fresh) {\n    id\n    email\n    name\n    delinquent\n    card {\n      brand\n      last4\n      expMonth\n      expYear\n    }\n    subscriptions {\n      id\n      status\n      currentPeriodEnd\n      cancelsAt\n      trialEndsAt\n      collectionPaused\n      collectionResumesAt\n      items {\n        id\n        quantity\n        price {\n          id\n          productId\n          unitAmount\n          currency\n          interval\n          intervalCount\n        }\n      }\n    }\n  }\n  billingPortalConfiguration {\n    id\n    isDefault\n    features {\n      customerUpdate {\n        enabled\n      }\n      invoiceHistory {\n        enabled\n      }\n      paymentMethodUpdate {\n        enabled\n      }\n      subscriptionCancel {\n        enabled\n        mode\n      }\n      subscriptionPause {\n        enabled\n      }\n      subscriptionUpdate {\n        enabled\n        defaultAllowedUpdates\n      }\n    }\n  }\n}"): typeof import('./graphql.ts').OpenBillingPortalDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
