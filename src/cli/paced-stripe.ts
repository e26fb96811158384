import type { StripeConfig } from '../config/config.ts';
import { StripeClient } from '../stripe/stripe-client.ts';
import { CommandError } from './command-failure.ts';

/** A client that asks no more than so often a second, and leaves the rest of the limit to the service. @throws CommandError */
export function createPacedStripe(config: StripeConfig | null, requestsPerSecond: number): StripeClient {
  if (config === null)
    throw new CommandError('STRIPE_SECRET_KEY is required, to look at customers at Stripe.');
  const { requestsPerSecond: limit } = config;
  // Null is for where there is no limit, such as a local Stripe.
  return new StripeClient({
    ...config,
    requestsPerSecond: limit === null ? null : Math.min(limit, requestsPerSecond),
  });
}
