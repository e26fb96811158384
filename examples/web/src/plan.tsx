import { type BillingAccount, type BillingSubscription, formatMoney } from 'billing-portal-client';
import type { Open } from './account-page.tsx';
import { formatInterval } from './format.ts';
import { canCancel, canChangePlan, describeSubscription } from './subscription-state.ts';

interface PlanProps {
  readonly subscription: BillingSubscription;
  readonly features: BillingAccount['billingPortalConfiguration']['features'];
  readonly open: Open;
}

/** One subscription: what it is, how it stands, and what can be done about it. */
export function Plan({ subscription, features, open }: PlanProps) {
  const { id: subscriptionId, items } = subscription;
  const { label, tone, sentence } = describeSubscription(subscription);
  const offersChange = features.subscriptionUpdate.enabled && canChangePlan(subscription);
  const offersCancel = features.subscriptionCancel.enabled && canCancel(subscription);
  const here = window.location.href;
  const cancel = () => {
    const afterCompletion = { type: 'REDIRECT', returnUrl: here } as const;
    open({ flow: { type: 'SUBSCRIPTION_CANCEL', subscriptionId, afterCompletion } });
  };
  return (
    <section className="panel plan" aria-label="Plan">
      {items.map((item) => (
        <div className="row" key={item.id}>
          <h2>{item.price.productName}</h2>
          <p className="price">
            <strong>{item.amount ? formatMoney(item.amount) : 'By usage'}</strong> {formatInterval(item)}
          </p>
        </div>
      ))}
      <p>
        <span className={`badge ${tone}`}>{label}</span> <span className="muted">{sentence}</span>
      </p>
      {(offersChange || offersCancel) && (
        <div className="actions">
          {offersChange && (
            <button
              type="button"
              onClick={() => open({ flow: { type: 'SUBSCRIPTION_UPDATE', subscriptionId } })}
            >
              Change plan
            </button>
          )}
          {offersCancel && (
            <button className="quiet danger" type="button" onClick={cancel}>
              Cancel plan
            </button>
          )}
        </div>
      )}
    </section>
  );
}
