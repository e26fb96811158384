/**
 * Whether Stripe replayed the response that it stored under the idempotency key. A replayed response may be outdated.
 * https://docs.stripe.com/api/idempotent_requests
 */
export function wasReplayed({
  headers,
}: {
  readonly headers?: Readonly<Record<string, string>> | undefined;
}): boolean {
  return headers?.['idempotent-replayed'] === 'true';
}
