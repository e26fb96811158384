import type { BillingAccount } from 'billing-portal-graphql/client';
import type { Open } from './account-page.tsx';

type Features = BillingAccount['billingPortalConfiguration']['features'];

/** What the portal will offer this customer, and the way to its home page. */
export function Offers({ features, open }: { features: Features; open: Open }) {
  const { subscriptionCancel, subscriptionUpdate } = features;
  const offers: readonly (readonly [boolean, string])[] = [
    [features.paymentMethodUpdate.enabled, 'change how you pay'],
    [features.invoiceHistory.enabled, 'see and print invoices'],
    [features.customerUpdate.enabled, 'edit your details'],
    [subscriptionUpdate.enabled, 'switch plans'],
    [features.subscriptionPause.enabled, 'pause your plan'],
    [subscriptionCancel.enabled && subscriptionCancel.mode === 'AT_PERIOD_END', 'cancel at period end'],
    [subscriptionCancel.enabled && subscriptionCancel.mode !== 'AT_PERIOD_END', 'cancel at once'],
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
