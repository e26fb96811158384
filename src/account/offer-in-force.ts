import { type RequestContext, getCaller } from '../graphql/context.ts';
import type { ConfigurationChooser } from '../portal/configuration-chooser.service.ts';
import type { OfferedFeatures } from '../portal/offered-features.ts';

/** What the portal offers the caller. It is chosen once for each request, however many fields need it. */
export class OfferInForce {
  private readonly byRequest = new WeakMap<RequestContext, Promise<OfferedFeatures>>();

  constructor(private readonly chooser: Pick<ConfigurationChooser, 'getOffered'>) {}

  /** @throws PortalNotConfiguredError, and the errors of Stripe and the store */
  find(context: RequestContext): Promise<OfferedFeatures> {
    const known = this.byRequest.get(context) ?? this.chooser.getOffered(getCaller(context));
    this.byRequest.set(context, known);
    return known;
  }

  async hasInvoiceHistory(context: RequestContext): Promise<boolean> {
    return (await this.find(context)).invoice_history?.enabled === true;
  }
}
