import type { Stripe } from 'stripe';
import { type LocalStripeClient, startLocalStripe } from './local-stripe-client.ts';
import { type Subscriber, createConfiguration, createPrice, createSubscriber } from './fixtures.ts';
import { type Page, openPortal } from './portal-browser.ts';

/** A local Stripe whose portal allows everything, with one price to change to. */
export interface PortalFixture extends LocalStripeClient {
  readonly configuration: string;
  /** 30 dollars a month, for the product "Bigger". */
  readonly bigger: Stripe.Price;
  /** Creates a subscriber and opens their portal. */
  readonly openSubscriber: (
    params?: Partial<Stripe.BillingPortal.SessionCreateParams>,
  ) => Promise<Subscriber & { readonly page: Page; readonly current: () => Promise<Stripe.Subscription> }>;
}

export async function startPortal(): Promise<PortalFixture> {
  const client = await startLocalStripe({ businessName: 'Rocket Rides' });
  const { stripe } = client;
  const bigger = await createPrice(stripe, 3000, 'month', 'Bigger');
  const { id: configuration } = await createConfiguration(stripe, [bigger]);
  return {
    ...client,
    bigger,
    configuration,
    async openSubscriber(params = {}) {
      const subscriber = await createSubscriber(stripe);
      const page = await openPortal(stripe, { customer: subscriber.customer.id, configuration, ...params });
      return {
        ...subscriber,
        page,
        current: () => stripe.subscriptions.retrieve(subscriber.subscription.id),
      };
    },
  };
}
