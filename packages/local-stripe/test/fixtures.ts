import type { Stripe } from 'stripe';

/** Creates a customer with a card that works. */
export function createCustomer(
  stripe: Stripe,
  params: Stripe.CustomerCreateParams = {},
): Promise<Stripe.Customer> {
  return stripe.customers.create({
    email: 'ada@example.com',
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
    ...params,
  });
}

export async function createPrice(
  stripe: Stripe,
  amount = 1000,
  interval: 'day' | 'week' | 'month' | 'year' = 'month',
  name = 'Plan',
): Promise<Stripe.Price> {
  const product = await stripe.products.create({ name });
  return stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: amount,
    recurring: { interval },
  });
}

export interface Subscriber {
  readonly customer: Stripe.Customer;
  readonly price: Stripe.Price;
  readonly subscription: Stripe.Subscription;
}

/** Creates a customer who pays 10 dollars a month. */
export async function createSubscriber(stripe: Stripe): Promise<Subscriber> {
  const customer = await createCustomer(stripe);
  const price = await createPrice(stripe);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
  });
  return { customer, price, subscription };
}

export const allFeatures: Stripe.BillingPortal.ConfigurationCreateParams.Features = {
  customer_update: { enabled: true, allowed_updates: ['name', 'email', 'address', 'phone', 'shipping'] },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true },
  subscription_cancel: { enabled: true },
  subscription_pause: { enabled: true },
};

/** Creates a configuration with every feature on, which offers the given prices. */
export function createConfiguration(
  stripe: Stripe,
  prices: readonly Stripe.Price[] = [],
  features: Stripe.BillingPortal.ConfigurationCreateParams.Features = {},
): Promise<Stripe.BillingPortal.Configuration> {
  const update: Stripe.BillingPortal.ConfigurationCreateParams.Features.SubscriptionUpdate = {
    enabled: true,
    default_allowed_updates: ['price', 'quantity'],
    proration_behavior: 'create_prorations',
    products: prices.map((price) => ({
      product: idOf(price.product),
      prices: [price.id],
      adjustable_quantity: { enabled: true, maximum: 20 },
    })),
  };
  return stripe.billingPortal.configurations.create({
    features: { ...allFeatures, ...(prices.length > 0 ? { subscription_update: update } : {}), ...features },
  });
}

/** The id of a reference, expanded or not; empty without one. */
export function idOf(reference: string | { readonly id: string } | null): string {
  return typeof reference === 'string' ? reference : (reference?.id ?? '');
}

/** The events that an action causes, oldest first. */
export async function eventsDuring(stripe: Stripe, work: () => Promise<unknown>): Promise<Stripe.Event[]> {
  const [before] = (await stripe.events.list({ limit: 1 })).data;
  await work();
  const { data } = await stripe.events.list({ limit: 100, ending_before: before?.id ?? '' });
  return data.reverse();
}
