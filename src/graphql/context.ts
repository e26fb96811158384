import type { Caller } from '../auth/claims.ts';
import { UnauthenticatedError } from '../auth/auth.errors.ts';

/** The facts of one request. It carries no services: app.ts wires those into the resolvers. */
export interface RequestContext {
  readonly requestId: string;
  /** Null when the request has no token. */
  readonly caller: Caller | null;
}

/** @throws UnauthenticatedError */
export function getCaller(context: RequestContext): Caller {
  if (context.caller === null) {
    throw new UnauthenticatedError('Sign in first: send your token in the header "Authorization: Bearer …".');
  }
  return context.caller;
}
