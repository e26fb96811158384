import { createHmac } from 'node:crypto';

/** Signs the v0 signature, which receivers must ignore. */
const v0Secret = 'whsec_v0';

/**
 * Creates the Stripe-Signature header of a payload. In test mode Stripe adds a v0 signature, which receivers must ignore
 * (https://docs.stripe.com/webhooks#verify-manually).
 */
export function createSignatureHeader(payload: string, secret: string, timestamp: number): string {
  const sign = (key: string): string =>
    createHmac('sha256', key).update(`${timestamp}.${payload}`).digest('hex');
  return `t=${timestamp},v1=${sign(secret)},v0=${sign(v0Secret)}`;
}
