import type { StripeClient } from '../../stripe/stripe-client.ts';
import { StripeRequestRefusedError, isMissing } from '../../stripe/stripe.errors.ts';
import { CommandError, describeFailure } from '../command-failure.ts';

/**
 * Asks Stripe whether it has the customer: a mistyped id, one of the other mode and a deleted one are the
 * usual mistakes.
 * @throws CommandError
 */
export async function verifyCustomer(stripe: StripeClient, id: string): Promise<void> {
  try {
    const customer = await stripe.read((sdk, options) => sdk.customers.retrieve(id, {}, options));
    if (customer.deleted === true) throw new CommandError(`Customer ${id} was deleted at Stripe.`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (error instanceof StripeRequestRefusedError && isMissing(error, 'id')) {
      // Stripe's message says whether the id is of the other mode or does not exist.
      throw new CommandError(`Stripe has no such customer for this key: ${error.reason}`);
    }
    throw new CommandError(`${describeFailure(error)}\nAdd --no-verify to link without asking Stripe.`);
  }
}
