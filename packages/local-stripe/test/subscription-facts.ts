import type { Stripe } from 'stripe';

export function seconds(date: string): number {
  return Date.parse(date) / 1000;
}

export function itemOf(subscription: Stripe.Subscription): Stripe.SubscriptionItem {
  const [item] = subscription.items.data;
  if (!item) throw new Error('the subscription has no item');
  return item;
}

export async function listInvoices(
  stripe: Stripe,
  subscription: Stripe.Subscription,
): Promise<Stripe.Invoice[]> {
  return (await stripe.invoices.list({ subscription: subscription.id })).data;
}
