'use client';

import { type TypedDocumentNode, gql } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { type BillingPortalError, toBillingPortalError } from './billing-portal-error.ts';
import {
  BillingAccountDocument,
  BillingInvoicesDocument,
  KeepBillingSubscriptionDocument,
  OpenBillingPortalDocument,
  type OpenBillingPortalMutationVariables,
  RefreshBillingCustomerDocument,
} from './generated/operations.ts';
import { PortalOpener, type PortalRequest, type PortalWindow, onReturn } from './portal-opener.ts';
import type { Sentences } from './sentences.ts';
import type { TypedDocument } from './typed-document.ts';

/**
 * What an account page shows, for `useQuery`: the customer, and what the portal offers. The variable `fresh` is for the
 * page that the portal leads back to, as `isBackFromPortal()` tells.
 */
export const billingAccountQuery = /* @__PURE__ */ toDocumentNode(BillingAccountDocument);

/** The next charges and the invoices, for `useQuery`. Stripe is asked each time, so render the account first. */
export const billingInvoicesQuery = /* @__PURE__ */ toDocumentNode(BillingInvoicesDocument);

/** For `useMutation`, where a subscription's `keepable` is true. Fetch `billingAccountQuery` again after it. */
export const keepBillingSubscriptionMutation = /* @__PURE__ */ toDocumentNode(
  KeepBillingSubscriptionDocument,
);

/** What the hook of either version of Apollo Client returns. */
type ApolloClient = ReturnType<typeof useApolloClient>;

const refreshQuery = /* @__PURE__ */ toDocumentNode(RefreshBillingCustomerDocument);

const openBillingPortalMutation = /* @__PURE__ */ toDocumentNode(OpenBillingPortalDocument);

export interface UseBillingPortalOptions {
  /** Where the portal leads back to; without it, the page that it is opened from. */
  readonly returnUrl?: string | undefined;
  /** The portal's language; without it, Stripe goes by the browser's. */
  readonly locale?: string | undefined;
  readonly sentences?: Sentences | undefined;
  /** The window that leaves for the portal, such as `window.top` for a page in a frame. The default is the page's own. */
  readonly window?: PortalWindow | null | undefined;
}

export interface BillingPortal {
  /** Opens the portal in this tab. It never rejects: a failure is in `error`. */
  readonly open: (request?: PortalRequest) => Promise<void>;
  /** From the click until the browser has left, or the service has refused. */
  readonly opening: boolean;
  /** Why the last click led nowhere; its message can be shown to the customer. */
  readonly error: BillingPortalError | null;
  readonly dismissError: () => void;
}

/**
 * Buttons that open the Billing Portal, on the Apollo Client around them. What is shown of the customer is fetched
 * again when the browser's "back" leads from the portal to this page.
 */
export function useBillingPortal(options: UseBillingPortalOptions = {}): BillingPortal {
  const { returnUrl, locale, sentences, window } = options;
  const client = useApolloClient();
  const [opening, setOpening] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const opener = useMemo(
    () => new PortalOpener((variables) => createSession(client, variables), { onChange: setOpening, window }),
    [client, window],
  );
  useEffect(() => onReturn(() => void refetchCustomer(client)), [client]);

  const open = useCallback(
    async (request?: PortalRequest) => {
      setError(null);
      try {
        await opener.open(request, { returnUrl, locale });
      } catch (reason) {
        setError(reason);
      }
    },
    [opener, returnUrl, locale],
  );
  const dismissError = useCallback(() => setError(null), []);
  const billingError = useMemo(
    () => (error === null ? null : toBillingPortalError(error, sentences)),
    [error, sentences],
  );
  return { open, opening, error: billingError, dismissError };
}

async function createSession(
  client: ApolloClient,
  variables: OpenBillingPortalMutationVariables,
): Promise<{ readonly url: string }> {
  const { data } = await client.mutate({
    mutation: openBillingPortalMutation,
    variables,
    // The URL is a credential: no cache keeps it.
    fetchPolicy: 'no-cache',
    // The application's default may be to return errors in place of throwing them.
    errorPolicy: 'none',
  });
  return data.createBillingPortalSession;
}

/** Every query on the page that shows the customer, those of the application's own too. */
async function refetchCustomer(client: ApolloClient): Promise<void> {
  // A failure is the queries' own: they show it.
  await client.query({ query: refreshQuery, fetchPolicy: 'network-only' }).catch(() => undefined);
  void client.refetchQueries({
    updateCache: (cache) => {
      cache.modify({ fields: { billingCustomer: (_value, { INVALIDATE }) => INVALIDATE as never } });
    },
  });
}

function toDocumentNode<Data, Variables extends Record<string, unknown>>(
  document: TypedDocument<Data, Variables>,
): TypedDocumentNode<Data, Variables> {
  return gql(document);
}
