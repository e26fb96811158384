import type Stripe from 'stripe';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeUnavailableError, isMissing } from '../stripe/stripe.errors.ts';

/** Returns null for an unknown or deleted customer. @throws BillingError of the Stripe kind */
export async function findStripeCustomer(
  stripe: StripeClient,
  id: string,
  params: Stripe.CustomerRetrieveParams = {},
): Promise<Stripe.Customer | null> {
  const customer = await findStripeCustomerOrDeleted(stripe, id, params);
  return customer?.deleted === true ? null : customer;
}

/** Returns null for an unknown customer. Stripe still knows deleted customers. @throws BillingError of the Stripe kind */
export async function findStripeCustomerOrDeleted(
  stripe: StripeClient,
  id: string,
  params: Stripe.CustomerRetrieveParams = {},
): Promise<Stripe.Customer | Stripe.DeletedCustomer | null> {
  try {
    const customer = await stripe.read((sdk, options) => sdk.customers.retrieve(id, params, options));
    if (customer.id !== id)
      throw new StripeUnavailableError(new Error('Stripe answered with another customer'));
    return customer;
  } catch (error) {
    // Stripe names the id in the path `id`.
    if (isMissing(error, 'id')) return null;
    throw error;
  }
}
