import { UnauthenticatedError } from '../auth/auth.errors.ts';
import type { Caller } from '../auth/claims.ts';

/** The facts of one request. It carries no services: each feature's `create…` function gives those to its resolvers. */
export interface RequestContext {
  readonly requestId: string;
  readonly caller: Caller | null;
  /** Each root field calls it, and each other field that asks Stripe: aliases evade no limit. The first call is free. @throws RATE_LIMITED */
  readonly charge: () => Promise<void>;
}

export function getCaller(context: Pick<RequestContext, 'caller'>): Caller {
  if (context.caller === null)
    throw new UnauthenticatedError('Sign in first, or send a token in the header "Authorization: Bearer …".');
  return context.caller;
}
