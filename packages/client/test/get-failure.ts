import { BillingPortalError } from '../src/billing-portal-error.ts';

export async function getFailure(promise: Promise<unknown>): Promise<BillingPortalError> {
  const reason: unknown = await promise.then(
    (value) => new Error(`expected a failure, not ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (!(reason instanceof BillingPortalError)) throw reason;
  return reason;
}
