import Stripe from 'stripe';

/** The SDK with its defaults, but for where Stripe is. */
export function createStripe(): Stripe {
  const { hostname, port } = new URL(process.env['STRIPE_API_URL'] ?? '');
  return new Stripe(process.env['STRIPE_SECRET_KEY'] ?? '', { host: hostname, port, protocol: 'http' });
}
