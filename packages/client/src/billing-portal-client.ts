import { BillingPortalError, toBillingPortalError } from './billing-portal-error.ts';
import {
  BillingAccountDocument,
  type BillingAccountQuery,
  type BillingAccountQueryVariables,
  OpenBillingPortalDocument,
  type OpenBillingPortalMutation,
  type OpenBillingPortalMutationVariables,
} from './generated/operations.ts';
import { PortalOpener, type PortalRequest, isBackFromPortal, onReturn } from './portal-opener.ts';
import { type BillingPortalErrorCode, type Sentences, englishSentences } from './sentences.ts';
import type { TypedDocument } from './typed-document.ts';

export { BillingPortalError, englishSentences, isBackFromPortal, onReturn, toBillingPortalError };
export type { BillingPortalErrorCode, PortalRequest, Sentences };

/** What an account page shows: the customer, or null, and what the portal offers. */
export type BillingAccount = BillingAccountQuery;
export type BillingCustomer = NonNullable<BillingAccount['billingCustomer']>;
export type BillingSubscription = BillingCustomer['subscriptions'][number];
export type BillingPortalSession = OpenBillingPortalMutation['createBillingPortalSession'];

export interface BillingPortalClientOptions {
  /** The service's GraphQL endpoint. */
  readonly url: string;
  /** The signed-in user's token. It is asked for on every call, so that a renewed one is used. */
  readonly getToken: () => string | null | Promise<string | null>;
  readonly sentences?: Sentences;
  readonly fetch?: typeof globalThis.fetch;
}

/** The service, for pages without a GraphQL client. Everything rejects with a BillingPortalError. */
export interface BillingPortalClient {
  /** `fresh` asks Stripe at once: for the page that the portal leads back to, as `isBackFromPortal()` tells. */
  getAccount(variables?: BillingAccountQueryVariables): Promise<BillingAccount>;
  /** Opens a session, for those who send the browser there themselves: at once, and nowhere else. */
  createSession(request: OpenBillingPortalMutationVariables): Promise<BillingPortalSession>;
  /** Opens a session and sends the browser there. A second click joins the first. */
  open(request?: PortalRequest): Promise<void>;
}

export function createBillingPortalClient(options: BillingPortalClientOptions): BillingPortalClient {
  const createSession = async (
    variables: OpenBillingPortalMutationVariables,
  ): Promise<BillingPortalSession> => {
    const data = await execute(options, OpenBillingPortalDocument, variables);
    return data.createBillingPortalSession;
  };
  const opener = new PortalOpener(createSession);
  return {
    getAccount: (variables = {}) => execute(options, BillingAccountDocument, variables),
    createSession,
    open: (request) => opener.open(request),
  };
}

async function execute<Data, Variables>(
  options: BillingPortalClientOptions,
  document: TypedDocument<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const { url, getToken, sentences, fetch = globalThis.fetch } = options;
  try {
    const token = await getToken();
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query: document, variables }),
    });
    const bodyText = await response.text();
    const answer = response.ok ? (JSON.parse(bodyText) as { data?: Data; errors?: unknown }) : { bodyText };
    if ('data' in answer && answer.data && answer.errors === undefined) return answer.data;
    throw toBillingPortalError(answer, sentences);
  } catch (error) {
    throw toBillingPortalError(error, sentences);
  }
}
