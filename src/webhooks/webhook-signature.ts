import { createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookRefusedError } from './webhook.errors.ts';

/** A request as it came, before anything is made of it. */
export interface Delivery {
  readonly body: Buffer;
  /** The header `stripe-signature`. */
  readonly signature: string | undefined;
}

/** Both ways: by the clocks of Stripe and of this machine. */
const toleranceSeconds = 300;

/**
 * Checks that one of the secrets signed this very body, now: https://docs.stripe.com/webhooks/signature.
 *
 * The SDK has a check too, but it takes timestamps from the future, turns the body into text before it
 * compares (so that what differs in a byte order mark passes), and tells what is wrong by prose alone.
 * @throws WebhookRefusedError
 */
export function checkSignature(
  { body, signature }: Delivery,
  { secrets, now }: { readonly secrets: readonly string[]; readonly now: Date },
): void {
  const { timestamp, signatures } = readHeader(signature);
  const fits = secrets.some((secret) => {
    const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
    return signatures.some((given) => isEqual(Buffer.from(given), Buffer.from(expected)));
  });
  if (!fits) throw new WebhookRefusedError('SIGNATURE_MISMATCH');
  const ageSeconds = now.getTime() / 1000 - Number(timestamp);
  if (ageSeconds > toleranceSeconds) throw new WebhookRefusedError('TIMESTAMP_TOO_OLD');
  if (ageSeconds < -toleranceSeconds) throw new WebhookRefusedError('TIMESTAMP_IN_FUTURE');
}

/** `t=1492774577,v1=5257a869…,v0=6ffbb59b…`: v1 comes once per secret while secrets are rotated; v0 is no signature. */
function readHeader(header: string | undefined): { timestamp: string; signatures: string[] } {
  if (header === undefined || header === '') throw new WebhookRefusedError('SIGNATURE_MISSING');
  const items = header.split(',').map((item) => /^(\w+)=(\w+)$/.exec(item) ?? []);
  const valuesOf = (scheme: string): string[] =>
    items.flatMap(([, name, value]) => (name === scheme && value !== undefined ? [value] : []));
  const [timestamp, ...more] = valuesOf('t');
  if (timestamp === undefined || more.length > 0 || !/^\d{1,15}$/.test(timestamp))
    throw new WebhookRefusedError('SIGNATURE_MALFORMED');
  const signatures = valuesOf('v1');
  if (signatures.length === 0) throw new WebhookRefusedError('SIGNATURE_SCHEME_UNKNOWN');
  return { timestamp, signatures };
}

function isEqual(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
