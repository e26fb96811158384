import type { RequestContext } from '../graphql/context.ts';
import type { OfferedFeatures } from '../portal/offered-features.ts';

/** What fields below `billingCustomer` need of the request. The answer carries it, because a host's server has its own context. */
export interface RequestAccess extends Pick<RequestContext, 'charge'> {
  /** What the portal offers the caller: chosen once, when a field first needs it. */
  readonly getOffered: () => Promise<OfferedFeatures>;
}

/** Pays for a field, and returns whether the caller may see invoices. @throws BillingError RATE_LIMITED or of Stripe */
export async function requestInvoices({ charge, getOffered }: RequestAccess): Promise<boolean> {
  await charge();
  return (await getOffered()).invoice_history?.enabled === true;
}
