import type { Caller } from '../auth/claims.ts';
import type { ConfigurationChooser } from '../portal/configuration-chooser.service.ts';
import type { OfferedFeatures } from '../portal/offered-features.ts';

/** Finds what the portal offers the caller: once for each answer, when a field first needs it. */
export type OfferInForce = () => Promise<OfferedFeatures>;

export function createOfferInForce(
  chooser: Pick<ConfigurationChooser, 'getOffered'>,
  caller: Caller,
): OfferInForce {
  let found: Promise<OfferedFeatures> | undefined;
  return () => (found ??= chooser.getOffered(caller));
}

export async function offersInvoiceHistory(offer: OfferInForce): Promise<boolean> {
  return (await offer()).invoice_history?.enabled === true;
}
