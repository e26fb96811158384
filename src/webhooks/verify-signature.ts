import { isUtf8 } from 'node:buffer';
import Stripe from 'stripe';

const refusals = {
  SIGNATURE_MISSING: 'The stripe-signature header is missing.',
  SIGNATURE_MALFORMED: 'The stripe-signature header does not have exactly one timestamp.',
  SIGNATURE_MISMATCH: 'No signature matches the body: the body was changed, or signed with another secret.',
  TIMESTAMP_TOO_OLD: 'The delivery was signed more than five minutes ago.',
  TIMESTAMP_IN_FUTURE: "The delivery was signed more than five minutes ahead of this service's clock.",
};

/** Stripe did not sign a delivery for this service, or not recently. Logs and responses have the code. */
export class WebhookRefusedError extends Error {
  constructor(readonly code: keyof typeof refusals) {
    super(refusals[code]);
  }
}

const toleranceSeconds = 300; // https://docs.stripe.com/webhooks/signature
/** The SDK fails in other ways on a signature that is empty, or whose length in bytes is not its length in characters. */
const emptySignature = /(?:^|,)v1(?:=?(?:,|$)|==)/;
const asciiOnly = /^[\u0020-\u007e]+$/;

/** Returns the body if a secret signed it lately. The SDK's `constructEvent` would refuse thin events. @throws WebhookRefusedError */
export async function verifySignature(
  { body, signature }: { readonly body: Buffer; readonly signature: string | undefined },
  { secrets, now }: { readonly secrets: readonly string[]; readonly now: Date },
): Promise<string> {
  const header = requireRecent(signature, now);
  // The SDK compares text: invalid UTF-8 would be replaced, and a byte order mark would vanish.
  const text = body.toString('utf8');
  const isText = isUtf8(body) && asciiOnly.test(header) && !emptySignature.test(header);
  for (const secret of isText ? secrets : []) if (await isSigned(text, header, secret, now)) return text;
  throw new WebhookRefusedError('SIGNATURE_MISMATCH');
}

/** Checks the header alone, so that bodies without a recent signature need not be read. @throws WebhookRefusedError */
export function requireRecent(signature: string | undefined, now: Date): string {
  if (signature === undefined || signature === '') throw new WebhookRefusedError('SIGNATURE_MISSING');
  const ageSeconds = now.getTime() / 1000 - readTimestamp(signature);
  if (ageSeconds > toleranceSeconds) throw new WebhookRefusedError('TIMESTAMP_TOO_OLD');
  // The SDK accepts timestamps in the future, which would let an attacker keep a signature and replay it later.
  if (ageSeconds < -toleranceSeconds) throw new WebhookRefusedError('TIMESTAMP_IN_FUTURE');
  return signature;
}

/** On Bun, the SDK can only verify asynchronously. */
async function isSigned(text: string, signature: string, secret: string, now: Date): Promise<boolean> {
  const verifier = Stripe.webhooks.signature;
  if (verifier === null) throw new Error('The Stripe SDK has no signature verifier.');
  try {
    const rest = [toleranceSeconds, undefined, now.getTime()] as const;
    return await verifier.verifyHeaderAsync(text, signature, secret, ...rest);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw error;
  }
}

/** Reads `t` of `t=1492774577,v1=5257a869…`. Several timestamps are refused, because the SDK uses the last one. */
function readTimestamp(signature: string): number {
  const [timestamp, ...more] = signature.split(',').filter((item) => item.startsWith('t='));
  if (timestamp === undefined || more.length > 0 || !/^t=\d{1,15}$/.test(timestamp))
    throw new WebhookRefusedError('SIGNATURE_MALFORMED');
  return Number(timestamp.slice('t='.length));
}
