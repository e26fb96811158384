import type Stripe from 'stripe';
import { returnUrl } from '../helpers/test-app.ts';

export interface User {
  readonly userId: string;
  readonly token: string;
  readonly customerId: string;
  readonly email: string;
  readonly subscriptionId: string;
  readonly invoiceId: string;
}

export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface Operation extends GraphqlRequest {
  /** Makes what the operation needs, and returns further variables. */
  readonly prepare?: (sdk: Stripe, user: User) => Promise<object>;
  /** Variables that name what belongs to another user. */
  readonly attempts?: (other: User) => readonly object[];
}

/** How each operation is asked for, and what somebody might try by its own arguments. */
export const operations = {
  'Query.billingCustomer': {
    query: `query ($after: String) {
      billingCustomer {
        id userId email subscriptions { id nextCharge { subscriptionId } } nextCharge { subscriptionId }
        invoices(after: $after) { edges { node { id hostedInvoiceUrl } } }
      }
    }`,
    attempts: ({ invoiceId }: User) => [{ after: Buffer.from(invoiceId).toString('base64url') }],
  },
  'Query.billingPortalConfiguration': {
    query:
      'query { billingPortalConfiguration { id isDefault features { subscriptionCancel { enabled } } } }',
  },
  'Mutation.createBillingPortalSession': {
    query: `mutation ($returnUrl: String!, $locale: String, $flow: BillingPortalFlowInput) {
      createBillingPortalSession(returnUrl: $returnUrl, locale: $locale, flow: $flow) { id url returnUrl }
    }`,
    variables: { returnUrl },
    attempts: ({ subscriptionId }: User) => [
      { returnUrl, flow: { type: 'SUBSCRIPTION_CANCEL', subscriptionId } },
      { returnUrl, flow: { type: 'SUBSCRIPTION_UPDATE', subscriptionId } },
      { returnUrl, flow: { type: 'SUBSCRIPTION_UPDATE_CONFIRM', subscriptionId, quantity: 2 } },
      { returnUrl, flow: { type: 'SUBSCRIPTION_PAUSE', subscriptionId } },
    ],
  },
  'Mutation.keepBillingSubscription': {
    query:
      'mutation ($subscriptionId: ID!) { keepBillingSubscription(subscriptionId: $subscriptionId) { id } }',
    prepare: async (sdk: Stripe, { subscriptionId }: User) => {
      await sdk.subscriptions.update(subscriptionId, { cancel_at_period_end: true });
      return { subscriptionId };
    },
    attempts: ({ subscriptionId }: User) => [{ subscriptionId }],
  },
} satisfies Record<string, Operation>;
