import { isUtf8 } from 'node:buffer';
import Stripe from 'stripe';
import { WebhookRefusedError } from './webhook.errors.ts';

/** A request as it arrived, before it is parsed. */
export interface Delivery {
  readonly body: Buffer;
  /** The header `stripe-signature`. */
  readonly signature: string | undefined;
}

const toleranceSeconds = 300;

/**
 * Verifies that one of the secrets signed this body within the last five minutes, and returns the body as text:
 * https://docs.stripe.com/webhooks/signature. The SDK's `constructEvent` does the same and then refuses thin events,
 * which Stripe sends too; `verifyHeader` is the part of it that verifies.
 * @throws WebhookRefusedError
 */
export function verifySignature(
  { body, signature }: Delivery,
  { secrets, now }: { readonly secrets: readonly string[]; readonly now: Date },
): string {
  if (signature === undefined || signature === '') throw new WebhookRefusedError('SIGNATURE_MISSING');
  checkAge(readTimestamp(signature), now);
  // The SDK compares text. Bytes that are not UTF-8 would become other characters, and a byte order mark would vanish.
  const text = body.toString('utf8');
  if (!isUtf8(body) || !secrets.some((secret) => isSigned(text, signature, secret, now)))
    throw new WebhookRefusedError('SIGNATURE_MISMATCH');
  return text;
}

function isSigned(text: string, signature: string, secret: string, now: Date): boolean {
  const verifier = Stripe.webhooks.signature;
  if (verifier === null) throw new Error('The Stripe SDK has no signature verifier.');
  try {
    return verifier.verifyHeader(text, signature, secret, toleranceSeconds, undefined, now.getTime());
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw error;
  }
}

/** Reads `t` of `t=1492774577,v1=5257a869…`. The SDK takes the last of several, so several are refused. */
function readTimestamp(signature: string): number {
  const [timestamp, ...more] = signature.split(',').filter((item) => item.startsWith('t='));
  if (timestamp === undefined || more.length > 0 || !/^t=\d{1,15}$/.test(timestamp))
    throw new WebhookRefusedError('SIGNATURE_MALFORMED');
  return Number(timestamp.slice('t='.length));
}

/** The SDK accepts timestamps in the future, which would let a signature be kept and replayed later. */
function checkAge(timestamp: number, now: Date): void {
  const ageSeconds = now.getTime() / 1000 - timestamp;
  if (ageSeconds > toleranceSeconds) throw new WebhookRefusedError('TIMESTAMP_TOO_OLD');
  if (ageSeconds < -toleranceSeconds) throw new WebhookRefusedError('TIMESTAMP_IN_FUTURE');
}
