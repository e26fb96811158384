import { useQuery } from '@apollo/client/react';
import {
  type BillingAccount,
  type PortalRequest,
  isBackFromPortal,
  toBillingPortalError,
} from 'billing-portal-client';
import { billingAccountQuery, useBillingPortal } from 'billing-portal-client/react';
import { useState } from 'react';
import { Offers } from './offers.tsx';
import { Plan } from './plan.tsx';
import { Problem } from './problem.tsx';

export type Open = (request?: PortalRequest) => void;

/** Everything about the customer's billing, and the ways into the portal that the policy offers. */
export function AccountPage({ onSignInAgain }: { onSignInAgain: () => void }) {
  const { data, error, refetch } = useQuery(billingAccountQuery, {
    variables: { fresh: isBackFromPortal() },
    fetchPolicy: 'cache-and-network',
    notifyOnNetworkStatusChange: false,
  });
  return (
    <>
      <h1>Plan and billing</h1>
      {error && (
        <Problem
          error={toBillingPortalError(error)}
          onTryAgain={() => void refetch()}
          onSignInAgain={onSignInAgain}
        />
      )}
      {!error && !data && <Loading />}
      {!error && data && <Account account={data} onSignInAgain={onSignInAgain} />}
    </>
  );
}

function Account({ account, onSignInAgain }: { account: BillingAccount; onSignInAgain: () => void }) {
  const { billingCustomer: customer, billingPortalConfiguration: configuration } = account;
  const { features } = configuration;
  const portal = useBillingPortal();
  const [lastRequest, setLastRequest] = useState<PortalRequest>();
  const open: Open = (request) => {
    setLastRequest(request);
    void portal.open(request);
  };
  if (customer === null) return <Empty />;
  const { subscriptions } = customer;
  const method = subscriptions[0]?.paymentMethod ?? customer.paymentMethod;
  return (
    <div className="account" aria-busy={portal.opening}>
      <p className="muted">{customer.email ?? customer.name}</p>
      {portal.error && (
        <Problem
          error={portal.error}
          onTryAgain={() => open(lastRequest)}
          onSignInAgain={onSignInAgain}
          onDismiss={portal.dismissError}
        />
      )}
      {subscriptions.map((subscription) => (
        <Plan key={subscription.id} subscription={subscription} features={features} open={open} />
      ))}
      {subscriptions.length === 0 && (
        <section className="panel">
          <h2>No plan</h2>
          <p className="muted">You have no running subscription. Your invoices stay available.</p>
        </section>
      )}
      <div className="pair">
        <section className="panel" aria-labelledby="card">
          <h2 id="card">Card</h2>
          {method ? (
            <p>
              {method.label}
              <br />
              {method.expMonth !== null && (
                <span className="muted">
                  Expires {String(method.expMonth).padStart(2, '0')}/{method.expYear}
                </span>
              )}
            </p>
          ) : (
            <p className="muted">No card on file.</p>
          )}
          {features.paymentMethodUpdate.enabled && (
            <button type="button" onClick={() => open({ flow: { type: 'PAYMENT_METHOD_UPDATE' } })}>
              {method ? 'Update card' : 'Add a card'}
            </button>
          )}
        </section>
        {features.invoiceHistory.enabled && (
          <section className="panel" aria-labelledby="invoices">
            <h2 id="invoices">Invoices</h2>
            <p className="muted">Every payment, to see, print and download.</p>
            <button type="button" onClick={() => open(configuration.isDefault ? {} : onlyInvoices)}>
              View invoices
            </button>
          </section>
        )}
      </div>
      <Offers features={features} subscriptions={subscriptions} open={open} />
      <p className="unseen" role="status">
        {portal.opening && 'Opening the billing portal…'}
      </p>
    </div>
  );
}

/** The portal has no task for invoices: they stay when a policy's other parts are hidden. */
const onlyInvoices: PortalRequest = {
  features: {
    customerUpdate: false,
    paymentMethodUpdate: false,
    subscriptionCancel: false,
    subscriptionPause: false,
    subscriptionUpdate: false,
  },
};

function Empty() {
  return (
    <section className="panel empty">
      <h2>No plan yet</h2>
      <p className="muted">Once you have chosen a plan, you find it here with your card and your invoices.</p>
      <a className="button primary" href="mailto:sales@example.com">
        Ask us for a plan
      </a>
    </section>
  );
}

function Loading() {
  return (
    <section className="panel loading" role="status">
      <span className="unseen">Loading your billing…</span>
    </section>
  );
}
