import { createHmac } from 'node:crypto';

/** Nobody's secret: what is signed with it is to be ignored. */
const v0Secret = 'whsec_v0';

/**
 * The Stripe-Signature header of a payload. In test mode Stripe sends a v0 beside the v1, for receivers to ignore
 * (https://docs.stripe.com/webhooks#verify-manually).
 */
export function createSignatureHeader(payload: string, secret: string, timestamp: number): string {
  const sign = (key: string): string =>
    createHmac('sha256', key).update(`${timestamp}.${payload}`).digest('hex');
  return `t=${timestamp},v1=${sign(secret)},v0=${sign(v0Secret)}`;
}
