import { BadUserInputError } from '../shared/errors.ts';
import { type Configuration, productsPath } from './managed-configuration.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeRequestRefusedError } from '../stripe/stripe.errors.ts';

/** Reads a configuration that is known to be there. @throws BillingError of the Stripe kind */
export function readConfiguration(stripe: StripeClient, id: string): Promise<Configuration> {
  return stripe.read((sdk, options) =>
    sdk.billingPortal.configurations.retrieve(id, { expand: [productsPath] }, options),
  );
}

/** Reads a configuration that an administrator names. @throws BadUserInputError, and the errors of Stripe */
export async function getNamedConfiguration(stripe: StripeClient, id: string): Promise<Configuration> {
  if (!/^bpc_\w{1,250}$/.test(id))
    throw new BadUserInputError("A portal configuration's id looks like bpc_….");
  try {
    return await readConfiguration(stripe, id);
  } catch (error) {
    // Which parameter Stripe names here is not documented.
    const isMissing = error instanceof StripeRequestRefusedError && error.stripeCode === 'resource_missing';
    throw isMissing ? new BadUserInputError('Stripe has no such portal configuration.') : error;
  }
}
