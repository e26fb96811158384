import { UnauthenticatedError } from '../auth/auth.errors.ts';
import type { Caller } from '../auth/claims.ts';

/** The facts of one request. It carries no services: app.ts wires those into the resolvers. */
export interface RequestContext {
  readonly requestId: string;
  readonly caller: Caller | null;
  /**
   * Counts one request of the caller, for each root field and for each further field that asks Stripe. The first is free,
   * since the request itself was counted: aliases are no way around the rate limit. @throws BillingError RATE_LIMITED
   */
  readonly charge: () => Promise<void>;
}

export function getCaller(context: Pick<RequestContext, 'caller'>): Caller {
  if (context.caller === null) {
    throw new UnauthenticatedError('Sign in first: send your token in the header "Authorization: Bearer …".');
  }
  return context.caller;
}
