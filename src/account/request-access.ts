import { type RequestContext, getCaller } from '../graphql/context.ts';
import type { ConfigurationChooser, KnownCustomer } from '../portal/configuration-chooser.service.ts';
import type { OfferedFeatures } from '../portal/offered-features.ts';

/** What fields below `billingCustomer` need of the request. The answer carries it, because a host's server has its own context. */
export interface RequestAccess extends Pick<RequestContext, 'charge'> {
  /** What the portal offers the caller: chosen once, when a field first needs it. */
  readonly getOffered: () => Promise<OfferedFeatures>;
}

/** @param known spares policies the reads that were done already */
export function createRequestAccess(
  context: RequestContext,
  chooser: Pick<ConfigurationChooser, 'getOffered'>,
  known: KnownCustomer,
): RequestAccess {
  let offered: Promise<OfferedFeatures> | undefined;
  return {
    charge: context.charge,
    getOffered: () => (offered ??= chooser.getOffered(getCaller(context), known)),
  };
}

/** Pays for a field, and returns whether the caller may see invoices. @throws BillingError RATE_LIMITED or of Stripe */
export async function requestInvoices({ charge, getOffered }: RequestAccess): Promise<boolean> {
  await charge();
  return (await getOffered()).invoice_history?.enabled === true;
}
