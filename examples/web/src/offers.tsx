import type { BillingAccount, BillingCustomer, BillingTask } from 'billing-portal-client';
import type { Open } from './account-page.tsx';
import { canOpen } from './tasks.ts';

interface OffersProps {
  readonly customer: BillingCustomer;
  readonly features: BillingAccount['billingPortalConfiguration']['features'];
  readonly open: Open;
}

/** What the portal will offer this customer, and the way to its home page. */
export function Offers({ customer, features, open }: OffersProps) {
  const { tasks, subscriptions } = customer;
  const canAny = (type: BillingTask['type']) => subscriptions.some((each) => canOpen(each.tasks, type));
  const isAtPeriodEnd = features.subscriptionCancel.mode === 'AT_PERIOD_END';
  const offers: readonly (readonly [boolean, string])[] = [
    [canOpen(tasks, 'PAYMENT_METHOD_UPDATE'), 'change how you pay'],
    [features.invoiceHistory.enabled, 'see and print invoices'],
    [features.customerUpdate.enabled, 'edit your details'],
    [canAny('SUBSCRIPTION_UPDATE'), 'switch plans'],
    [canAny('SUBSCRIPTION_PAUSE'), 'pause your plan'],
    [canAny('SUBSCRIPTION_CANCEL'), isAtPeriodEnd ? 'cancel at period end' : 'cancel at once'],
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
