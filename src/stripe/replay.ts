/**
 * Whether Stripe repeated the answer that it keeps under the idempotency key: it says how it was, and not how it is.
 * https://docs.stripe.com/api/idempotent_requests
 */
export function wasReplayed({
  headers,
}: {
  readonly headers?: Readonly<Record<string, string>> | undefined;
}): boolean {
  return headers?.['idempotent-replayed'] === 'true';
}
