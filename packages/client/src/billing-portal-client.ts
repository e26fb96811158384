import {
  BillingPortalError,
  parseBody,
  toBillingPortalError,
  toNetworkError,
} from './billing-portal-error.ts';
import {
  BillingAccountDocument,
  type BillingAccountQuery,
  type BillingAccountQueryVariables,
  BillingInvoicesDocument,
  type BillingInvoicesQuery,
  type BillingInvoicesQueryVariables,
  KeepBillingSubscriptionDocument,
  OpenBillingPortalDocument,
  type OpenBillingPortalMutation,
  type OpenBillingPortalMutationVariables,
} from './generated/operations.ts';
import {
  PortalOpener,
  type PortalRequest,
  type PortalWindow,
  isBackFromPortal,
  onReturn,
} from './portal-opener.ts';
import { type BillingPortalErrorCode, type Sentences, englishSentences } from './sentences.ts';
import { type Money, formatMoney } from './format-money.ts';
import type { TypedDocument } from './typed-document.ts';

export {
  BillingPortalError,
  englishSentences,
  formatMoney,
  isBackFromPortal,
  onReturn,
  toBillingPortalError,
};
export type { BillingPortalErrorCode, Money, PortalRequest, PortalWindow, Sentences };

/** What an account page shows: the customer, or null, and what the portal offers. */
export type BillingAccount = BillingAccountQuery;
export type BillingCustomer = NonNullable<BillingAccount['billingCustomer']>;
export type BillingSubscription = BillingCustomer['subscriptions'][number];
export type BillingTask = NonNullable<BillingSubscription['tasks']>[number];
/** The earliest next charge, that of each subscription, and a page of invoices. */
export type BillingInvoices = NonNullable<BillingInvoicesQuery['billingCustomer']>;
export type BillingPortalSession = OpenBillingPortalMutation['createBillingPortalSession'];

export interface BillingPortalClientOptions {
  /** The service's GraphQL endpoint. */
  readonly url: string;
  /** Returns the signed-in user's token, if there is one. Every call asks for it, so that a renewed token is used. */
  readonly getToken: () => string | null | undefined | Promise<string | null | undefined>;
  readonly sentences?: Sentences | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The window that leaves for the portal, such as `window.top` for a page in a frame. The default is the page's own. */
  readonly window?: PortalWindow | null | undefined;
}

/** The service, for pages without a GraphQL client. Every method rejects with a BillingPortalError. */
export interface BillingPortalClient {
  /** `fresh` asks Stripe now: for the page that the portal leads back to, where `isBackFromPortal()` is true. */
  getAccount(variables?: BillingAccountQueryVariables): Promise<BillingAccount>;
  /** The next charges and a page of invoices, which Stripe is asked for; null without a customer. The URLs in it are credentials. */
  getInvoices(variables?: BillingInvoicesQueryVariables): Promise<BillingInvoices | null>;
  /** Keeps a subscription that is set to end or to change, where its `keepable` is true. */
  keepSubscription(subscriptionId: string): Promise<void>;
  /** Opens a session, for a page that sends the browser there itself: at once, and nowhere else. */
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
  const opener = new PortalOpener(createSession, { window: options.window });
  return {
    getAccount: (variables = {}) => execute(options, BillingAccountDocument, variables),
    getInvoices: async (variables = {}) =>
      (await execute(options, BillingInvoicesDocument, variables)).billingCustomer ?? null,
    keepSubscription: async (subscriptionId) => {
      await execute(options, KeepBillingSubscriptionDocument, { subscriptionId });
    },
    createSession,
    open: (request) =>
      opener.open(request).catch((error: unknown) => {
        throw toBillingPortalError(error, options.sentences);
      }),
  };
}

async function execute<Data, Variables>(
  options: BillingPortalClientOptions,
  document: TypedDocument<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  try {
    const token = await options.getToken();
    // What cannot be sent is a fault of the page, so it fails here and not as a network error.
    const headers = new Headers({ 'content-type': 'application/json' });
    if (token) headers.set('authorization', `Bearer ${token}`);
    const body = JSON.stringify({ query: document, variables });
    const { response, bodyText } = await send(options, { method: 'POST', headers, body });
    const answer = response.ok ? (parseBody(bodyText) as { data?: Data; errors?: unknown }) : {};
    if (answer.data && answer.errors === undefined) return answer.data;
    throw toBillingPortalError({ response, bodyText }, options.sentences);
  } catch (error) {
    throw toBillingPortalError(error, options.sentences);
  }
}

async function send(
  { url, sentences, fetch = globalThis.fetch }: BillingPortalClientOptions,
  request: RequestInit,
): Promise<{ readonly response: Response; readonly bodyText: string }> {
  try {
    const response = await fetch(url, request);
    return { response, bodyText: await response.text() };
  } catch (error) {
    throw toNetworkError(error, sentences);
  }
}
