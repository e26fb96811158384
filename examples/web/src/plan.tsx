import { useMutation } from '@apollo/client/react';
import {
  type BillingInvoices,
  type BillingSubscription,
  formatMoney,
  toBillingPortalError,
} from 'billing-portal-client';
import { billingAccountQuery, keepBillingSubscriptionMutation } from 'billing-portal-client/react';
import type { Open } from './account-page.tsx';
import { formatDate, formatDiscount, formatInterval, formatPrice } from './format.ts';
import { describeScheduledChange, describeSubscription, explainNoChange } from './subscription-state.ts';
import { canOpen, toRequest } from './tasks.ts';

interface PlanProps {
  readonly subscription: BillingSubscription;
  /** Undefined while it is loaded. */
  readonly nextCharge: BillingInvoices['nextCharge'] | undefined;
  /** Whether the page shows several plans: then each says what it is charged to. */
  readonly isAmongSeveral: boolean;
  readonly open: Open;
}

/** One subscription: what it is, what it costs, how it stands, and what can be done about it. */
export function Plan({ subscription, nextCharge, isAmongSeveral, open }: PlanProps) {
  const { items, discounts, scheduledChange, pendingUpdate, collectionMethod, paymentMethod } = subscription;
  const { label, tone, sentence } = describeSubscription(subscription);
  return (
    <section className="panel plan" aria-label="Plan">
      {items.map((item) => (
        <div className="row" key={item.id}>
          <h2>{item.price.productName ?? 'Plan'}</h2>
          <p className="price">
            <strong>{formatPrice(item)}</strong> {formatInterval(item.price)}
          </p>
        </div>
      ))}
      <p>
        <span className={`badge ${tone}`}>{label}</span> <span className="muted">{sentence}</span>
      </p>
      {discounts.map((discount) => (
        <p key={discount.id}>
          <span className="badge good">Discount</span> {formatDiscount(discount)}
        </p>
      ))}
      {scheduledChange && <p>{describeScheduledChange(scheduledChange)}</p>}
      {pendingUpdate && <p>A change waits for its payment, until {formatDate(pendingUpdate.expiresAt)}.</p>}
      {nextCharge && (
        <p>
          Next charge: <strong>{formatMoney(nextCharge.amountDue)}</strong> on {formatDate(nextCharge.date)}
        </p>
      )}
      {isAmongSeveral && paymentMethod && collectionMethod !== 'SEND_INVOICE' && (
        <p className="muted">Charged to {paymentMethod.label}</p>
      )}
      <OpenInvoice subscription={subscription} />
      <Actions subscription={subscription} open={open} />
    </section>
  );
}

function OpenInvoice({ subscription: { openInvoice, status } }: Pick<PlanProps, 'subscription'>) {
  if (openInvoice === null) return null;
  const { amountDue, dueAt, nextAttemptAt, hostedInvoiceUrl } = openInvoice;
  const isLate = status === 'PAST_DUE' || status === 'UNPAID' || status === 'INCOMPLETE';
  return (
    <div className={isLate ? 'problem' : 'notice'} role={isLate ? 'alert' : undefined}>
      <p>
        {formatMoney(amountDue)} {describeDue(dueAt, isLate)}.
        {nextAttemptAt ? ` We try again on ${formatDate(nextAttemptAt)}.` : ''}
      </p>
      {hostedInvoiceUrl && (
        <a className="button primary" href={hostedInvoiceUrl}>
          Pay now
        </a>
      )}
    </div>
  );
}

function describeDue(dueAt: string | null, isLate: boolean): string {
  if (isLate) return dueAt ? `was due on ${formatDate(dueAt)}` : 'is overdue';
  return dueAt ? `is to be paid by ${formatDate(dueAt)}` : 'is to be paid';
}

function Actions({ subscription, open }: Pick<PlanProps, 'subscription' | 'open'>) {
  const { id, tasks, keepable } = subscription;
  const explanation = explainNoChange(subscription);
  const [keep, { loading, error }] = useMutation(keepBillingSubscriptionMutation, {
    variables: { subscriptionId: id },
    refetchQueries: [billingAccountQuery],
    awaitRefetchQueries: true,
  });
  const offers = [
    ['SUBSCRIPTION_UPDATE', 'Change plan', ''],
    ['SUBSCRIPTION_PAUSE', 'Pause plan', ''],
    ['SUBSCRIPTION_CANCEL', 'Cancel plan', 'quiet danger'],
  ] as const;
  return (
    <>
      {error && (
        <p className="problem" role="alert">
          {toBillingPortalError(error).message}
        </p>
      )}
      {explanation && <p className="muted">{explanation}</p>}
      <div className="actions">
        {keepable && (
          <button
            className="primary"
            type="button"
            disabled={loading}
            onClick={() => void keep().catch(() => undefined)}
          >
            {loading ? 'Keeping your plan…' : 'Keep plan'}
          </button>
        )}
        {offers.map(
          ([type, name, style]) =>
            canOpen(tasks, type) && (
              <button key={type} className={style} type="button" onClick={() => open(toRequest(type, id))}>
                {name}
              </button>
            ),
        )}
      </div>
    </>
  );
}
