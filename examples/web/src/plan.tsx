import { useMutation } from '@apollo/client/react';
import {
  type BillingInvoices,
  type BillingSubscription,
  formatMoney,
  toBillingPortalError,
} from 'billing-portal-client';
import {
  billingAccountQuery,
  billingInvoicesQuery,
  keepBillingSubscriptionMutation,
} from 'billing-portal-client/react';
import { useRef } from 'react';
import type { Open } from './account-page.tsx';
import { formatDate, formatDiscount, formatInterval, formatPrice } from './format.ts';
import { Problem } from './problem.tsx';
import {
  canResume,
  describeScheduledChange,
  describeSubscription,
  explainNoChange,
} from './subscription-state.ts';
import { canOpen, toRequest } from './tasks.ts';

interface PlanProps {
  readonly subscription: BillingSubscription;
  /** Undefined while it is loaded. */
  readonly nextCharge: BillingInvoices['nextCharge'] | undefined;
  /** Whether the page shows several plans: then each says what it is charged to. */
  readonly isAmongSeveral: boolean;
  readonly open: Open;
  readonly onSignInAgain: () => void;
}

/** One subscription: what it is, what it costs, how it stands, and what can be done about it. */
export function Plan({ subscription, nextCharge, isAmongSeveral, open, onSignInAgain }: PlanProps) {
  const { items, scheduledChange, pendingUpdate, collectionMethod, paymentMethod } = subscription;
  const { label, tone, sentence } = describeSubscription(subscription);
  const discounts = [...subscription.discounts, ...items.flatMap((item) => item.discounts)];
  const state = useRef<HTMLParagraphElement>(null);
  return (
    <section
      className="panel plan"
      id={subscription.id}
      aria-label={`Plan: ${items.map(nameItem).join(' and ')}`}
    >
      {items.map((item) => (
        <div className="row" key={item.id}>
          <h2>{nameItem(item)}</h2>
          <p className="price">
            <strong>{formatPrice(item)}</strong> {formatInterval(item.price)}
          </p>
        </div>
      ))}
      <p ref={state} tabIndex={-1}>
        <span className={`badge ${tone}`}>{label}</span> <span className="muted">{sentence}</span>
      </p>
      {discounts.map((discount, index) => (
        <p key={index}>
          <span className="badge good">Discount</span> {formatDiscount(discount)}
        </p>
      ))}
      {scheduledChange && <p>{describeScheduledChange(scheduledChange)}</p>}
      {pendingUpdate && <p>A change waits for its payment, until {formatDate(pendingUpdate.expiresAt)}.</p>}
      {nextCharge && (
        <p>
          {collectionMethod === 'SEND_INVOICE' ? 'Next invoice' : 'Next charge'}:{' '}
          <strong>{formatMoney(nextCharge.amountDue)}</strong>
          {nextCharge.tax === null && ' plus tax'} on {formatDate(nextCharge.date)}
        </p>
      )}
      {isAmongSeveral && paymentMethod && collectionMethod !== 'SEND_INVOICE' && (
        <p className="muted">Charged to {paymentMethod.label}</p>
      )}
      <OpenInvoice subscription={subscription} />
      <Actions
        subscription={subscription}
        open={open}
        onKept={() => state.current?.focus()}
        onSignInAgain={onSignInAgain}
      />
    </section>
  );
}

function nameItem({ price }: BillingSubscription['items'][number]): string {
  return price.productName ?? 'Plan';
}

function OpenInvoice({ subscription }: Pick<PlanProps, 'subscription'>) {
  const { id, openInvoice, status } = subscription;
  if (openInvoice === null) return null;
  const { amountDue, dueAt, nextAttemptAt, hostedInvoiceUrl } = openInvoice;
  const isLate = status === 'PAST_DUE' || status === 'UNPAID';
  const isUrgent = isLate || status === 'INCOMPLETE';
  if (!isUrgent && isDebited(subscription))
    return <p>{formatMoney(amountDue)} is being debited. This can take several days.</p>;
  return (
    <div className={isUrgent ? 'problem' : 'notice'} role={isUrgent ? 'alert' : undefined}>
      <p>
        {formatMoney(amountDue)} {describeDue(dueAt, isLate)}.
        {nextAttemptAt ? ` We try again on ${formatDate(nextAttemptAt)}.` : ''}
      </p>
      {hostedInvoiceUrl && (
        <a className="button primary" href={hostedInvoiceUrl} aria-describedby={id}>
          Pay now
        </a>
      )}
    </div>
  );
}

/** A bank takes days to debit an account. Until then, Stripe keeps the invoice open and the plan active. */
function isDebited({ collectionMethod, paymentMethod, pendingUpdate, openInvoice }: BillingSubscription) {
  const isDebit = /_debit$|_bank_account$/.test(paymentMethod?.type ?? '');
  const isAutomatic = collectionMethod === 'CHARGE_AUTOMATICALLY' && pendingUpdate === null;
  return isDebit && isAutomatic && openInvoice?.nextAttemptAt === null;
}

function describeDue(dueAt: string | null, isLate: boolean): string {
  if (isLate) return dueAt ? `was due on ${formatDate(dueAt)}` : 'is overdue';
  return dueAt ? `is to be paid by ${formatDate(dueAt)}` : 'is to be paid';
}

interface ActionsProps extends Pick<PlanProps, 'subscription' | 'open' | 'onSignInAgain'> {
  /** The button that was pressed, and had the focus, is gone then. */
  readonly onKept: () => void;
}

function Actions({ subscription, open, onKept, onSignInAgain }: ActionsProps) {
  const { id, tasks, keepable } = subscription;
  const explanation = explainNoChange(subscription);
  const [keep, { loading, error }] = useMutation(keepBillingSubscriptionMutation, {
    variables: { subscriptionId: id },
    refetchQueries: [billingAccountQuery, billingInvoicesQuery],
    awaitRefetchQueries: true,
  });
  const offers = [
    ['SUBSCRIPTION_UPDATE', 'Change plan', ''],
    ['SUBSCRIPTION_PAUSE', 'Pause plan', ''],
    ['SUBSCRIPTION_CANCEL', 'Cancel plan', 'quiet danger'],
  ] as const;
  const keepOnce = () => {
    if (!loading) keep().then(onKept, () => undefined);
  };
  return (
    <>
      {error && (
        <Problem error={toBillingPortalError(error)} onTryAgain={keepOnce} onSignInAgain={onSignInAgain} />
      )}
      {explanation && <p className="muted">{explanation}</p>}
      <div className="actions">
        {keepable && (
          <button
            className="primary"
            type="button"
            aria-describedby={id}
            aria-disabled={loading}
            onClick={keepOnce}
          >
            {loading ? 'Keeping your plan…' : 'Keep plan'}
          </button>
        )}
        {canResume(subscription) && (
          <button className="primary" type="button" aria-describedby={id} onClick={() => open()}>
            Resume plan
          </button>
        )}
        {offers.map(
          ([type, name, style]) =>
            canOpen(tasks, type) && (
              <button
                key={type}
                className={style}
                type="button"
                aria-describedby={id}
                onClick={() => open(toRequest(type, id))}
              >
                {name}
              </button>
            ),
        )}
      </div>
    </>
  );
}
