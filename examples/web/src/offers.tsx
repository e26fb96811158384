import type { BillingAccount, BillingSubscription } from 'billing-portal-client';
import type { Open } from './account-page.tsx';
import { canCancel, canChangePlan, canPause } from './subscription-state.ts';

interface OffersProps {
  readonly features: BillingAccount['billingPortalConfiguration']['features'];
  readonly subscriptions: readonly BillingSubscription[];
  readonly open: Open;
}

/** What the portal will offer this customer, and the way to its home page. */
export function Offers({ features, subscriptions, open }: OffersProps) {
  const { subscriptionCancel, subscriptionPause, subscriptionUpdate } = features;
  const offersCancel = subscriptionCancel.enabled && subscriptions.some(canCancel);
  const isAtPeriodEnd = subscriptionCancel.mode === 'AT_PERIOD_END';
  const offers: readonly (readonly [boolean, string])[] = [
    [features.paymentMethodUpdate.enabled, 'change how you pay'],
    [features.invoiceHistory.enabled, 'see and print invoices'],
    [features.customerUpdate.enabled, 'edit your details'],
    [subscriptionUpdate.enabled && subscriptions.some(canChangePlan), 'switch plans'],
    [subscriptionPause.enabled && subscriptions.some(canPause), 'pause your plan'],
    [offersCancel && isAtPeriodEnd, 'cancel at period end'],
    [offersCancel && !isAtPeriodEnd, 'cancel at once'],
  ];
  return (
    <section className="panel offers" aria-labelledby="portal">
      <div>
        <h2 id="portal">Billing portal</h2>
        <p className="muted">On a secure page of Stripe, our payment provider, you can</p>
        <ul>{offers.map(([offered, text]) => offered && <li key={text}>{text}</li>)}</ul>
      </div>
      <button className="primary" type="button" onClick={() => open()}>
        Manage billing
      </button>
    </section>
  );
}
