import { useQuery } from '@apollo/client/react';
import {
  type BillingAccount,
  type BillingCustomer,
  type PortalRequest,
  isBackFromPortal,
  onReturn,
  toBillingPortalError,
} from 'billing-portal-client';
import { billingAccountQuery, billingInvoicesQuery, useBillingPortal } from 'billing-portal-client/react';
import { useEffect, useRef, useState } from 'react';
import { Details } from './details.tsx';
import { Invoices } from './invoices.tsx';
import { Offers } from './offers.tsx';
import { PaymentMethod } from './payment-method.tsx';
import { Plan } from './plan.tsx';
import { Problem } from './problem.tsx';

export type Open = (request?: PortalRequest) => void;

/** Everything about the customer's billing, and the ways into the portal that work now. */
export function AccountPage({ onSignInAgain }: { onSignInAgain: () => void }) {
  const { data, error, refetch } = useQuery(billingAccountQuery, {
    variables: { fresh: isBackFromPortal() },
    fetchPolicy: 'cache-and-network',
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
      {!error && data?.billingCustomer === null && <Empty />}
      {!error && data?.billingCustomer && (
        <Account
          customer={data.billingCustomer}
          configuration={data.billingPortalConfiguration}
          onSignInAgain={onSignInAgain}
        />
      )}
    </>
  );
}

interface AccountProps {
  readonly customer: BillingCustomer;
  readonly configuration: BillingAccount['billingPortalConfiguration'];
  readonly onSignInAgain: () => void;
}

function Account({ customer, configuration, onSignInAgain }: AccountProps) {
  const { features } = configuration;
  const portal = useBillingPortal();
  const [lastRequest, setLastRequest] = useState<PortalRequest>();
  const clicked = useRef<Element>(null);
  const open: Open = (request) => {
    clicked.current = document.activeElement;
    setLastRequest(request);
    void portal.open(request);
  };
  /** The problem is closed with the button that has the focus. */
  const focusClicked = () => {
    if (clicked.current instanceof HTMLElement) clicked.current.focus();
  };
  const [first, setFirst] = useState(5);
  // Stripe is asked each time, so the page does not wait for it. The URLs of invoices are credentials: no cache keeps them.
  const charges = useQuery(billingInvoicesQuery, {
    variables: { first },
    fetchPolicy: 'no-cache',
    skip: !features.invoiceHistory.enabled,
  });
  const { refetch } = charges;
  // The hook fetches again what Apollo Client caches, and these are not.
  useEffect(() => onReturn(() => void refetch()), [refetch]);
  const found = (charges.data ?? charges.previousData)?.billingCustomer;
  const { subscriptions } = customer;
  return (
    <>
      <div className="account" aria-busy={portal.opening}>
        {subscriptions.map((subscription) => (
          <Plan
            key={subscription.id}
            subscription={subscription}
            nextCharge={found?.subscriptions.find(({ id }) => id === subscription.id)?.nextCharge}
            isAmongSeveral={subscriptions.length > 1}
            open={open}
            onSignInAgain={onSignInAgain}
          />
        ))}
        {subscriptions.length === 0 && (
          <section className="panel">
            <h2>No plan</h2>
            <p className="muted">You have no running subscription. Your invoices stay available.</p>
          </section>
        )}
        <div className="pair">
          <PaymentMethod
            method={
              (subscriptions.length === 1 ? subscriptions[0]?.paymentMethod : null) ?? customer.paymentMethod
            }
            tasks={customer.tasks}
            open={open}
          />
          <Details customer={customer} open={open} />
        </div>
        {features.invoiceHistory.enabled && (
          <Invoices
            invoices={found?.invoices ?? undefined}
            loading={charges.loading}
            error={charges.error ? toBillingPortalError(charges.error) : null}
            onMore={first < mostInvoices ? () => setFirst(Math.min(first + 10, mostInvoices)) : null}
            onTryAgain={() => void refetch()}
            onSignInAgain={onSignInAgain}
            onView={() => open(configuration.isDefault ? {} : onlyInvoices)}
          />
        )}
        <Offers customer={customer} features={features} open={open} />
      </div>
      {/* In view wherever the click was, and outside of what is busy, where screen readers would hold it back. */}
      <div className="toast">
        {portal.error && (
          <Problem
            error={portal.error}
            onTryAgain={() => {
              focusClicked();
              open(lastRequest);
            }}
            onSignInAgain={onSignInAgain}
            onDismiss={() => {
              focusClicked();
              portal.dismissError();
            }}
          />
        )}
        <p role="status">{portal.opening && 'Opening the billing portal…'}</p>
      </div>
    </>
  );
}

/** The most that one query returns. The portal lists the rest. */
const mostInvoices = 100;

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
      <p className="muted">
        Once you have chosen a plan, you find it here with your payment method and your invoices.
      </p>
      <a className="button primary" href="mailto:sales@example.com">
        Ask us for a plan
      </a>
    </section>
  );
}

const patienceMs = 4_000;

function Loading() {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <section className="panel loading" role="status">
      <span className={isSlow ? 'muted' : 'unseen'}>
        {isSlow ? 'This takes longer than usual. Please wait a moment…' : 'Loading your billing…'}
      </span>
    </section>
  );
}
